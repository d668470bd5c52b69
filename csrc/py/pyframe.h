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

/* A stack as a walk found it, innermost frame first; zeroed before the first. */
typedef struct {
    int depth; /* Frames found, at most LC_PYFRAME_MAX. */
    bool cut;  /* There were more. */
    uintptr_t keys[LC_PYFRAME_MAX]; /* The instruction address of each. */
    /* The frames themselves, then what ended the walk. Only what the running stack leads
     * to again is ever looked into. */
    const void *frames[LC_PYFRAME_MAX + 1];
} lc_pyframe_stack;

/* The calling thread's state if it is attached to the main interpreter; else NULL. */
PyThreadState *lc_pyframe_thread(void);

/* The calling thread's state of the main interpreter, attached or not; NULL: it has none. Its
 * frames stand still while it is not attached, for nobody else may run them. */
PyThreadState *lc_pyframe_own_thread(void);

/* Fixes which interpreter is the main one. Called once, before anything above. */
void lc_pyframe_prepare(void);

/* The innermost frame, as an opaque address to stop a later walk at. */
const void *lc_pyframe_current(PyThreadState *thread);

/* Brings `stack` up to date, up to but without frame `base` (NULL: to the outermost), which
 * must be that of the walk before. Returns how many innermost frames there are down to the
 * outermost one whose key is not what it was at that place, or more; where the depth has
 * changed too, that says nothing. */
int lc_pyframe_walk(PyThreadState *thread, const void *base, lc_pyframe_stack *stack);

/* The same walk to the outermost frame, slower: the code object (borrowed) and the byte
 * offset of the running instruction in it, for each of the first `most` frames. Returns how
 * many there are of these. */
int lc_pyframe_codes(PyThreadState *thread, int most, PyCodeObject **codes,
                     int *offsets);

/* NULL, or one sentence that says how this interpreter's layout differs. */
const char *lc_pyframe_fault(void);

#endif
