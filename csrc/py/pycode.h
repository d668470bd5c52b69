/* SPDX-License-Identifier: MIT
 *
 * Tells when a code object dies, so that its addresses are no longer trusted.
 *
 * leakcheck keeps no code object alive: a test that compiles code would then leak
 * because of us. 3.12 and later have watchers for this; on 3.11 (pycode_311.c) the code
 * type's deallocator is wrapped for as long as a trace runs.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYCODE_H
#define LC_PY_PYCODE_H

#include <Python.h>

/* `code` is being deallocated; must not allocate through Python nor raise. */
typedef void (*lc_pycode_death)(PyCodeObject *code);

/* Calls `death` for every code object that dies from now on. -1 with an exception set
 * when the interpreter has no watcher left. One watch at a time. */
int lc_pycode_watch(lc_pycode_death death);

/* Ends it; keeps an exception that is set. */
void lc_pycode_unwatch(void);

#endif
