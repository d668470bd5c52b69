/* SPDX-License-Identifier: MIT
 *
 * Caches that the readings empty.
 *
 * A small cache of the standard library fills with what is new in each run, and has a
 * limit: it is emptied before each reading, so that no run is charged for it.
 *
 * A test that talks to a server of its own has an address with another port in each run,
 * which urllib.parse keeps for the last 128: some 130 runs would pass before its count is
 * level. CPython's own test for leaks empties this cache before it counts, too
 * (Lib/test/libregrtest/utils.py, clear_caches).
 *
 * Thread rule: under the interpreter lock, with no exception set.
 */
#ifndef LC_PY_PYCACHES_H
#define LC_PY_PYCACHES_H

#include <Python.h>

/* Looks up what is needed; 0, or -1 with an exception set. */
int lc_pycaches_prepare(void);

/* Empties it, where the module is loaded, and those of lc_pycaches_also. What a program put
 * in its place is left alone; nothing is raised. */
void lc_pycaches_empty(void);

/* What is called from now on as well, each in every reading: a tuple of callables of no
 * arguments, which takes the place of the one before. Takes a reference. */
void lc_pycaches_also(PyObject *callables);

#endif
