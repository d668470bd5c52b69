/* SPDX-License-Identifier: MIT */
#include "pyrecord.h"

#include <sched.h> /* sched_yield */
#include <stdatomic.h>
#include <unistd.h> /* sysconf */

#include "../core/mem.h"
#include "../core/spans.h"
#include "../os/backtrace.h"
#include "pyframe.h"
#include "pytally.h"

static atomic_bool tracing;
static atomic_int guests;     /* Threads between enter and leave. */
static lc_recorder *recorder; /* Borrowed while tracing. */
static lc_pystack *stack;     /* Borrowed while tracing. */
static atomic_bool native_stacks; /* Asked for in this trace. */
static atomic_bool shared;    /* See lc_pyrecord_share. */
static atomic_flag stack_busy = ATOMIC_FLAG_INIT; /* Held only where shared. */

/* Twice what the system lets a process have, unless it is told otherwise. */
enum { SPANS = 1 << 17 };
static lc_spans spans; /* Of native mappings. */
static uintptr_t page; /* Bytes; a power of two. */
static atomic_flag spans_busy = ATOMIC_FLAG_INIT; /* Held only in the ear. */

_Thread_local int lc_pyrecord_nested __attribute__((tls_model("initial-exec")));

/* This thread holds stack_busy: a signal handler that allocates must not wait for it. */
static _Thread_local bool in_stack __attribute__((tls_model("initial-exec")));

static void
lock_stack(void)
{
    in_stack = true;
    atomic_signal_fence(memory_order_seq_cst);
    while (atomic_flag_test_and_set_explicit(&stack_busy, memory_order_acquire)) {
    }
}

static void
unlock_stack(void)
{
    atomic_flag_clear_explicit(&stack_busy, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    in_stack = false;
}

static inline uint32_t
node_of(PyThreadState *thread)
{
    if (thread == NULL) {
        return LC_CALLTREE_NO_STACK;
    }
    if (!atomic_load_explicit(&shared, memory_order_relaxed)) {
        return lc_pystack_node(stack, thread);
    }
    if (in_stack) {
        return LC_CALLTREE_NO_STACK;
    }
    lock_stack();
    uint32_t node = lc_pystack_node(stack, thread);
    unlock_stack();
    return node;
}

/* Calls that led here, and who is to hear of them. */
typedef struct {
    lc_recorder *to; /* NULL: no trace runs. */
    uint32_t depth;
    uintptr_t addresses[LC_BACKTRACE_MAX];
} native_call;

/* The native stack, where it is asked for. The unwinder may wait for the loader's lock, so
 * this comes before anybody may wait for us. */
static inline void
unwind(native_call *call)
{
    bool deep = atomic_load_explicit(&native_stacks, memory_order_relaxed);
    call->depth = deep && lc_pyrecord_on() ? lc_backtrace_take(call->addresses) : 0;
}

/* The node of a native block: the thread's Python stack, where it has one, and below it
 * the native stack. The lock is held. */
static uint32_t
native_node(const native_call *call)
{
    PyThreadState *thread = lc_pyframe_own_thread();
    uint32_t node =
        thread == NULL ? LC_CALLTREE_NO_STACK : lc_pystack_node(stack, thread);
    return lc_recorder_below(call->to, node, call->addresses, call->depth);
}

bool
lc_pyrecord_on(void)
{
    return atomic_load_explicit(&tracing, memory_order_relaxed);
}

void
lc_pyrecord_start(lc_recorder *to, lc_pystack *at, bool deep)
{
    bool unwound = deep && atomic_load(&shared);
    if (unwound) {
        lc_stacks_set_era(lc_recorder_stacks(to), lc_objects_unloads());
    }
    atomic_store(&native_stacks, unwound);
    recorder = to;
    stack = at;
    atomic_store(&tracing, true);
}

/* A thread without the interpreter lock may be recording at this moment; it never waits
 * for that lock while it does, so this ends at once. */
void
lc_pyrecord_stop(void)
{
    atomic_store(&tracing, false);
    while (atomic_load(&guests) != 0) {
        sched_yield();
    }
    if (atomic_load(&shared)) {
        lock_stack(); /* Whoever holds it for a native block is a guest as well. */
        unlock_stack();
    }
    recorder = NULL;
    stack = NULL;
}

void
lc_pyrecord_object(const void *block, size_t size)
{
    PyThreadState *thread = lc_pyframe_thread();
    if (thread != NULL) {
        lc_recorder_put(recorder, LC_RECORDER_OBJECT, block, size, node_of(thread));
    }
}

lc_pyrecord_taken
lc_pyrecord_take_object(const void *block)
{
    lc_pyrecord_taken t = {.seen = block != NULL && lc_pyframe_thread() != NULL};
    if (t.seen) {
        t.known =
            lc_recorder_take(recorder, LC_RECORDER_OBJECT, block, &t.node, &t.size);
    }
    return t;
}

void
lc_pyrecord_restore_object(const void *block, lc_pyrecord_taken t)
{
    lc_recorder_restore(recorder, LC_RECORDER_OBJECT, block, t.size, t.node, t.known);
}

/* The second look makes sure that whoever stops the trace waits for us or we see that it
 * stopped. */
static lc_recorder *
enter_nested(void)
{
    if (!lc_pyrecord_on()) {
        return NULL;
    }
    atomic_fetch_add(&guests, 1);
    if (!atomic_load(&tracing)) {
        atomic_fetch_sub(&guests, 1);
        return NULL;
    }
    return recorder;
}

lc_recorder *
lc_pyrecord_enter(void)
{
    return lc_pyrecord_nested == 0 ? enter_nested() : NULL;
}

void
lc_pyrecord_leave(void)
{
    atomic_fetch_sub(&guests, 1);
}

void
lc_pyrecord_raw(const void *block, size_t size)
{
    lc_recorder_put(recorder, LC_RECORDER_RAW, block, size,
                    node_of(lc_pyframe_thread()));
}

lc_pyrecord_taken
lc_pyrecord_take_raw(const void *block)
{
    lc_pyrecord_taken t = {.seen = block != NULL};
    if (t.seen) {
        t.known = lc_recorder_take(recorder, LC_RECORDER_RAW, block, &t.node, &t.size);
    }
    return t;
}

void
lc_pyrecord_restore_raw(const void *block, lc_pyrecord_taken t)
{
    lc_recorder_restore(recorder, LC_RECORDER_RAW, block, t.size, t.node, t.known);
}

lc_status
lc_pyrecord_share(void)
{
    if (spans.room == 0) {
        spans.spans = lc_mem_calloc(SPANS, sizeof *spans.spans);
        if (spans.spans == NULL) {
            return LC_NOMEM;
        }
        spans.room = SPANS;
    }
    page = (uintptr_t)sysconf(_SC_PAGESIZE);
    lc_pytally_own();
    atomic_store(&shared, true);
    return LC_OK;
}

static inline bool
is_native(void)
{
    return lc_mem_inside == 0 && lc_pyrecord_nested == 0;
}

/* Enters by the lock of the stacks alone: each step that other processors have to hear of
 * costs as much as the rest of a record. Unless NULL, the lock is held. A handler that
 * breaks in while it is, and calls malloc there, is counted and not recorded. */
static inline lc_recorder *
enter_locked(void)
{
    if (!lc_pyrecord_on() || in_stack) {
        return NULL;
    }
    lock_stack();
    if (!atomic_load(&tracing)) {
        unlock_stack();
        return NULL;
    }
    return recorder;
}

void
lc_pyrecord_native_came(const void *block, size_t size)
{
    if (!is_native()) {
        return;
    }
    lc_pytally_add(1);
    native_call call;
    unwind(&call);
    call.to = enter_locked();
    if (call.to != NULL) {
        uint32_t node = native_node(&call);
        lc_recorder_put(call.to, LC_RECORDER_NATIVE, block, size, node);
        unlock_stack();
    }
}

void
lc_pyrecord_native_went(const void *block)
{
    if (!is_native()) {
        return;
    }
    lc_pytally_add(-1);
    lc_recorder *to = enter_locked();
    if (to != NULL) {
        uint32_t node;
        size_t size;
        lc_recorder_take(to, LC_RECORDER_NATIVE, block, &node, &size);
        unlock_stack();
    }
}

static void
note_span(lc_span before, lc_span after, void *context)
{
    const native_call *call = context;
    lc_recorder *to = call->to;
    bool came = before.end == 0;
    bool went = after.end == 0;
    lc_pytally_add(came - went);
    if (to == NULL) {
        return;
    }
    if (in_stack) {
        lc_recorder_miss(to);
        return;
    }
    lock_stack();
    const void *block = (const void *)after.start;
    size_t size = after.end - after.start;
    uint32_t node = LC_CALLTREE_NONE;
    size_t old;
    if (came) {
        node = native_node(call);
        lc_recorder_put(to, LC_RECORDER_NATIVE, block, size, node);
    }
    else if (lc_recorder_take(to, LC_RECORDER_NATIVE, (const void *)before.start, &node,
                              &old) &&
             !went) {
        lc_recorder_restore(to, LC_RECORDER_NATIVE, block, size, node, true);
    }
    unlock_stack();
}

/* Nobody waits for the lock on a thread's own behalf: of what a handler does that breaks in
 * here, nothing is heard. */
static void
change_pages(const void *pages, size_t length, bool broke_in,
             lc_status (*change)(lc_spans *, lc_span, lc_spans_told *, void *))
{
    lc_span span = {.start = (uintptr_t)pages & ~(page - 1)};
    span.end = ((uintptr_t)pages + length + page - 1) & ~(page - 1);
    native_call call = {.depth = 0};
    if (!broke_in) {
        unwind(&call);
    }
    lc_mem_denied = broke_in;
    call.to = enter_nested();
    while (atomic_flag_test_and_set_explicit(&spans_busy, memory_order_acquire)) {
    }
    if (change(&spans, span, note_span, &call) != LC_OK) {
        lc_pytally_miss();
    }
    atomic_flag_clear_explicit(&spans_busy, memory_order_release);
    if (call.to != NULL) {
        lc_pyrecord_leave();
    }
    lc_mem_denied = false;
}

void
lc_pyrecord_native_mapped(const void *pages, size_t length, bool broke_in)
{
    if (broke_in || is_native()) {
        change_pages(pages, length, broke_in, lc_spans_map);
    }
}

void
lc_pyrecord_native_unmapped(const void *pages, size_t length, bool broke_in)
{
    change_pages(pages, length, broke_in, lc_spans_unmap);
}

lc_status
lc_pyrecord_mark(void)
{
    lock_stack();
    lc_status status = lc_recorder_mark(recorder);
    unlock_stack();
    return status;
}

void
lc_pyrecord_retire(lc_pystack *of, PyCodeObject *code)
{
    bool busy = atomic_load_explicit(&shared, memory_order_relaxed);
    if (busy) {
        lock_stack();
    }
    lc_pystack_retire(of, code);
    if (busy) {
        unlock_stack();
    }
}

void
lc_pyrecord_after_fork(void)
{
    atomic_store(&tracing, false);
    atomic_store(&guests, 0);
    atomic_flag_clear(&stack_busy);
    atomic_flag_clear(&spans_busy);
    if (recorder != NULL) {
        lc_recorder_unlock_after_fork(recorder);
    }
}
