/* SPDX-License-Identifier: MIT
 *
 * What an object refers to, as its type's tp_traverse says; besides, what a static type and
 * a code object refer to, which the collector does not ask.
 *
 * Takes no reference and runs no Python code.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYEDGES_H
#define LC_PY_PYEDGES_H

#include <Python.h>

#include "pykind.h"

/* Calls `visit` for each reference of `from`, whose type's objects are of `kind`. 0, or what
 * the visit returned. */
int lc_pyedges_visit(PyObject *from, lc_pykind kind, visitproc visit, void *context);

#endif
