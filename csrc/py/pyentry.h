/* SPDX-License-Identifier: MIT
 *
 * Which objects have entries that are counted: lists and deques, and what is derived from
 * them. `list.append(None)` makes no block.
 *
 * Thread rule: under the interpreter lock. No Python code runs after `prepare`.
 */
#ifndef LC_PY_PYENTRY_H
#define LC_PY_PYENTRY_H

#include <Python.h>
#include <stdbool.h>

/* Looks deques up. 0, or -1 with an exception set. */
int lc_pyentry_prepare(void);

/* Whether Py_SIZE of the type's objects is their number of entries. */
bool lc_pyentry_counts(PyTypeObject *type);

#endif
