/* SPDX-License-Identifier: MIT
 *
 * A small cache of the standard library that fills with what is new in each run, and has a
 * limit: emptied before each reading, so that no run is charged for it.
 *
 * A test that talks to a server of its own has an address with another port in each run,
 * which urllib.parse keeps for the last 128: some 130 runs would pass before its count is
 * level. CPython's own test for leaks empties this cache before it counts, too
 * (Lib/test/libregrtest/utils.py, clear_caches).
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYCACHES_H
#define LC_PY_PYCACHES_H

#include <Python.h>

/* Looks up what is needed; 0, or -1 with an exception set. */
int lc_pycaches_prepare(void);

/* Empties it, where the module is loaded. What a program put in its place is left alone;
 * nothing is raised. */
void lc_pycaches_empty(void);

#endif
