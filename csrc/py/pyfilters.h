/* SPDX-License-Identifier: MIT
 *
 * The list of warning filters that the interpreter looked at last.
 *
 * The C half of `warnings` keeps the list in which it looked a warning up until it looks
 * the next one up. pytest gives each phase of a test a copy of the filters; whether the
 * last warning of a run came inside it or later, say from a thread that forgot its socket,
 * is chance, and so is whether that copy (two blocks, an object, its references) lives on.
 *
 * Thread rule: under the interpreter lock, which is not given away, with no exception set.
 */
#ifndef LC_PY_PYFILTERS_H
#define LC_PY_PYFILTERS_H

#include <Python.h>

/* Makes what is kept there; 0, or -1 with an exception set. */
int lc_pyfilters_prepare(void);

/* Lets the interpreter look a warning up in a list of ours, which ignores it, so that it
 * forgets the list before. Nothing is done, and nothing raised, where something else
 * stands in place of the module or of its filters, or where contexts have their own. */
void lc_pyfilters_forget(void);

#endif
