/* SPDX-License-Identifier: MIT
 *
 * What lies in the blocks that grew: the evidence of a trace, block by block, as objects.
 *
 * Asked right after the trace, before other code runs: a block that is released after the
 * hooks are out, and its place taken by another object, would pass for the old one.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYOWNERS_H
#define LC_PY_PYOWNERS_H

#include <Python.h>

#include "pyloop.h"

/* leakcheck/_core.pyi, Check.owners, says what is answered. NULL: an exception is set. */
PyObject *lc_pyowners_find(const lc_pyloop_evidence *evidence, double max_seconds);

#endif
