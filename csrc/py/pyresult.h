/* SPDX-License-Identifier: MIT
 *
 * The evidence of a closed loop as Python objects; the shape is written down in
 * leakcheck/measure/raw.py.
 *
 * Thread rule: under the interpreter lock, after the hooks are off.
 */
#ifndef LC_PY_PYRESULT_H
#define LC_PY_PYRESULT_H

#include <Python.h>
#include <stdbool.h>

#include "pyloop.h"

/* Whether a node is one of a result's sites, by what is live in it at the first mark and at
 * the last. They are numbered in the order of books, and of nodes in a book. */
bool lc_pyresult_is_site(const lc_ledger_entry *first, const lc_ledger_entry *last);

/* A new dict, or NULL with an exception set. */
PyObject *lc_pyresult_build(const lc_pyloop_evidence *evidence);

/* The places of the calling thread's Python stack as a new list of frames, innermost
 * first, read the way the hooks read it. For the self-test. */
PyObject *lc_pyresult_stack(void);

#endif
