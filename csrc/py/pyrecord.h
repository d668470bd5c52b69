/* SPDX-License-Identifier: MIT
 *
 * While a trace runs: writes each block that comes or goes into the recorder's books, at
 * the stack that runs.
 *
 * The hooks (pyhook.h) and the ear of the shim (pynative.h) call this. Threads of other
 * interpreters have their own allocator state and lock: only the main one is traced.
 *
 *     object book       under the interpreter lock
 *     raw, native book  from any thread, between enter and leave. Whoever stops a trace
 *                       waits until all have left; nobody waits for the interpreter
 *                       lock, or for an allocator, in between
 *
 * A native block may come while its thread has given the interpreter lock away: its stack
 * stands still then, and is walked all the same. For that the tree of stacks and the native
 * book have one lock as soon as somebody listens to the shim. A signal handler that breaks
 * in on who holds it does not wait: the pages that it maps are counted, and their record is
 * missed.
 *
 * Nothing here fails the program's allocation, calls into Python or touches an object.
 */
#ifndef LC_PY_PYRECORD_H
#define LC_PY_PYRECORD_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/recorder.h"
#include "pystack.h"

/* What a book knew of a block that was about to go. */
typedef struct {
    uint32_t node;
    size_t size;
    bool known;
    bool seen; /* The book was asked at all. */
} lc_pyrecord_taken;

/* Depth of this thread inside an allocator that is hooked: what that takes from another
 * one is part of the same block. */
extern _Thread_local int lc_pyrecord_nested __attribute__((tls_model("initial-exec")));

/* A trace runs. */
bool lc_pyrecord_on(void);

/* Sends every block to `recorder` at the node that `stack` tells, until stopped. Both
 * stay the caller's and must outlive the trace. With `deep`, native blocks are told apart
 * by the native stack too, where there is an unwinder (os/backtrace.h). */
void lc_pyrecord_start(lc_recorder *recorder, lc_pystack *stack, bool deep);
void lc_pyrecord_stop(void);

/* The object book; under the interpreter lock, while a trace runs. */
void lc_pyrecord_object(const void *block, size_t size);
lc_pyrecord_taken lc_pyrecord_take_object(const void *block);
void lc_pyrecord_restore_object(const void *block, lc_pyrecord_taken taken);

/* The recorder where this thread may write in another book now, else NULL; the same
 * until leave, which must follow unless it is NULL. */
lc_recorder *lc_pyrecord_enter(void);
void lc_pyrecord_leave(void);

/* The raw book, between enter and leave. */
void lc_pyrecord_raw(const void *block, size_t size);
lc_pyrecord_taken lc_pyrecord_take_raw(const void *block);
void lc_pyrecord_restore_raw(const void *block, lc_pyrecord_taken taken);

/* From now on, for ever, threads without the interpreter lock may ask for stacks, and pages
 * are kept account of. LC_NOMEM: nothing changed. Once more does no harm. */
lc_status lc_pyrecord_share(void);

/* Native memory came, or is about to go: counted (pytally.h), and while a trace runs written
 * down. From any thread, at any time, one at a time in each
 * thread. What Python's allocators take on behalf of a block, and our own, is left out. */
void lc_pyrecord_native_came(const void *block, size_t size);
void lc_pyrecord_native_went(const void *block);

/* Likewise pages, where a span of them that hangs together is a block (core/spans.h). Broke
 * in: nothing may be allocated, by us neither. */
void lc_pyrecord_native_mapped(const void *pages, size_t length, bool broke_in);
void lc_pyrecord_native_unmapped(const void *pages, size_t length, bool broke_in);

/* Marks the recorder's books; under the interpreter lock, while a trace runs. */
lc_status lc_pyrecord_mark(void);

/* A code object died, under the interpreter lock: its addresses are void. */
void lc_pyrecord_retire(lc_pystack *stack, PyCodeObject *code);

/* A forked child is no part of the check, and has none of the threads that held a lock. */
void lc_pyrecord_after_fork(void);

#endif
