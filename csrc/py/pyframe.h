/* SPDX-License-Identifier: MIT
 *
 * Reads the running Python stack without allocating and without taking a reference.
 *
 * One file per CPython minor (pyframe_311.c ... pyframe_315.c, chosen by setup.py) says
 * where that version keeps its frames; pyframe_body.h holds what they share. The frames'
 * layout is private to CPython, so lc_pyframe_fault compares it at import where the
 * interpreter publishes its offsets (3.13 and later); on the others the Python side
 * compares a known stack.
 *
 * Thread rule: only for the calling thread's own state, while it is attached.
 */
#ifndef LC_PY_PYFRAME_H
#define LC_PY_PYFRAME_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

enum { LC_PYFRAME_MAX = 512 }; /* Deepest stack recorded; outer frames are cut off. */

typedef struct {
    int depth;    /* Frames found, at most LC_PYFRAME_MAX. */
    int changed;  /* Innermost frames down to the outermost one whose key changed. */
    bool cut;     /* There were more. */
} lc_pyframe_extent;

/* The calling thread's state if it is attached to the main interpreter; else NULL. */
PyThreadState *lc_pyframe_thread(void);

/* The calling thread's state of the main interpreter, attached or not; NULL: it has none. Its
 * frames stand still while it is not attached, for nobody else may run them. */
PyThreadState *lc_pyframe_own_thread(void);

/* Fixes which interpreter is the main one. Called once, before anything above. */
void lc_pyframe_prepare(void);

/* The innermost frame, as an opaque address to stop a later walk at. */
const void *lc_pyframe_current(PyThreadState *thread);

/* Brings `keys` up to date: the instruction address of every frame, innermost first, up
 * to but without frame `base` (NULL: to the outermost). `keys` has room for
 * LC_PYFRAME_MAX and holds what the last walk left there; only what differs is written. */
lc_pyframe_extent lc_pyframe_walk(PyThreadState *thread, const void *base,
                                  uintptr_t *keys);

/* The same walk, slower: the code object (borrowed) and the byte offset of the running
 * instruction in it, for each of the first `depth` frames. */
void lc_pyframe_codes(PyThreadState *thread, int depth, PyCodeObject **codes,
                      int *offsets);

/* NULL, or one sentence that says how this interpreter's layout differs. */
const char *lc_pyframe_fault(void);

#endif
