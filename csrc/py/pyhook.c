/* SPDX-License-Identifier: MIT */
#include "pyhook.h"

#include <pthread.h> /* pthread_atfork */
#include <sched.h>   /* sched_yield */
#include <stdatomic.h>
#include <stdbool.h>

#include "pyframe.h"

enum { RAW, MEM, OBJ, DOMAINS };

static const PyMemAllocatorDomain domain_ids[DOMAINS] = {
    PYMEM_DOMAIN_RAW,
    PYMEM_DOMAIN_MEM,
    PYMEM_DOMAIN_OBJ,
};

static PyMemAllocatorEx original[DOMAINS]; /* What stood below each hook. */
static bool installed[DOMAINS];
static atomic_int_fast64_t raw_live;  /* Blocks; see lc_pyhook_raw_live. */
static atomic_bool tracing;           /* Hooks record only while set. */
static atomic_int raw_inside; /* Threads that record in the raw book right now. */
static lc_recorder *recorder; /* Borrowed while tracing. */
static lc_pystack *stack; /* Borrowed while tracing. */

/* Depth of this thread inside an object or mem hook. */
static _Thread_local int nested __attribute__((tls_model("initial-exec")));

/* Calls of this thread that each malloc hook has had; see is_heard. */
static _Thread_local unsigned heard[DOMAINS] __attribute__((tls_model("initial-exec")));

static inline bool
on(void)
{
    return atomic_load_explicit(&tracing, memory_order_relaxed);
}

/* Records a new block. Threads of other interpreters have their own allocator state and
 * lock: only the main one is traced. */
static inline void
note_object(const void *block, size_t size)
{
    PyThreadState *thread = lc_pyframe_thread();
    if (thread != NULL) {
        uint32_t node = lc_pystack_node(stack, thread);
        lc_recorder_put(recorder, LC_RECORDER_OBJECT, block, size, node);
    }
}

static inline void
note_raw(const void *block, size_t size)
{
    PyThreadState *thread = lc_pyframe_thread();
    uint32_t node =
        thread != NULL ? lc_pystack_node(stack, thread) : LC_CALLTREE_NO_STACK;
    lc_recorder_put(recorder, LC_RECORDER_RAW, block, size, node);
}

typedef struct {
    uint32_t node;
    size_t size;
    bool known;
    bool seen; /* The book was asked at all. */
} taken;

static inline taken
take_object(const void *block)
{
    taken t = {.seen = block != NULL && lc_pyframe_thread() != NULL};
    if (t.seen) {
        t.known =
            lc_recorder_take(recorder, LC_RECORDER_OBJECT, block, &t.node, &t.size);
    }
    return t;
}

static inline taken
take_raw(const void *block)
{
    taken t = {.seen = block != NULL};
    if (t.seen) {
        t.known = lc_recorder_take(recorder, LC_RECORDER_RAW, block, &t.node, &t.size);
    }
    return t;
}

/* The hooks of the two domains that are used under the interpreter lock. Each names its
 * own domain and ignores the context, which stays the original's: whoever reads the
 * table of allocators while it changes gets a pair that works in any mix. */
#define LOCKED_DOMAIN_HOOKS(prefix, domain)                                            \
    static void *prefix##_malloc(void *ctx, size_t size)                               \
    {                                                                                  \
        heard[domain]++;                                                               \
        nested++;                                                                      \
        void *block = original[domain].malloc(ctx, size);                              \
        nested--;                                                                      \
        if (block != NULL && nested == 0 && on()) {                                    \
            note_object(block, size);                                                  \
        }                                                                              \
        return block;                                                                  \
    }                                                                                  \
                                                                                       \
    static void *prefix##_calloc(void *ctx, size_t count, size_t size)                 \
    {                                                                                  \
        nested++;                                                                      \
        void *block = original[domain].calloc(ctx, count, size);                       \
        nested--;                                                                      \
        if (block != NULL && nested == 0 && on()) {                                    \
            note_object(block, count * size);                                          \
        }                                                                              \
        return block;                                                                  \
    }                                                                                  \
                                                                                       \
    static void *prefix##_realloc(void *ctx, void *old, size_t size)                   \
    {                                                                                  \
        bool seen = nested == 0 && on();                                               \
        taken t = seen ? take_object(old) : (taken){.seen = false};                    \
        nested++;                                                                      \
        void *block = original[domain].realloc(ctx, old, size);                        \
        nested--;                                                                      \
        if (block != NULL && seen) {                                                   \
            note_object(block, size);                                                  \
        }                                                                              \
        else if (block == NULL && t.seen) {                                            \
            lc_recorder_restore(recorder, LC_RECORDER_OBJECT, old, t.size, t.node,     \
                                t.known);                                              \
        }                                                                              \
        return block;                                                                  \
    }                                                                                  \
                                                                                       \
    static void prefix##_free(void *ctx, void *block)                                  \
    {                                                                                  \
        if (nested == 0 && on()) {                                                     \
            take_object(block);                                                        \
        }                                                                              \
        nested++;                                                                      \
        original[domain].free(ctx, block);                                             \
        nested--;                                                                      \
    }

LOCKED_DOMAIN_HOOKS(mem, MEM)
LOCKED_DOMAIN_HOOKS(obj, OBJ)

static inline void
count_raw(int change)
{
    atomic_fetch_add_explicit(&raw_live, change, memory_order_relaxed);
}

/* True when this thread may record in the raw book; raw_leave must follow. The second
 * look makes sure that whoever stops the trace waits for us or we see that it stopped. */
static inline bool
raw_enter(void)
{
    if (nested != 0 || !on()) {
        return false;
    }
    atomic_fetch_add(&raw_inside, 1);
    if (!atomic_load(&tracing)) {
        atomic_fetch_sub(&raw_inside, 1);
        return false;
    }
    return true;
}

static inline void
raw_leave(void)
{
    atomic_fetch_sub(&raw_inside, 1);
}

static void *
raw_malloc(void *ctx, size_t size)
{
    heard[RAW]++;
    void *block = original[RAW].malloc(ctx, size);
    if (block != NULL) {
        count_raw(1);
        if (raw_enter()) {
            note_raw(block, size);
            raw_leave();
        }
    }
    return block;
}

static void *
raw_calloc(void *ctx, size_t count, size_t size)
{
    void *block = original[RAW].calloc(ctx, count, size);
    if (block != NULL) {
        count_raw(1);
        if (raw_enter()) {
            note_raw(block, count * size);
            raw_leave();
        }
    }
    return block;
}

/* The old entry goes before the block is released: another thread may be given the same
 * address the moment it is. We are not inside while it is, because an allocator below may
 * wait for the interpreter lock, which whoever stops the trace holds; so by then it may
 * be another trace. */
static void *
raw_realloc(void *ctx, void *old, size_t size)
{
    const lc_recorder *asked = NULL;
    taken t = {.seen = false};
    if (raw_enter()) {
        asked = recorder;
        t = take_raw(old);
        raw_leave();
    }
    void *block = original[RAW].realloc(ctx, old, size);
    count_raw(block != NULL && old == NULL);
    if (asked != NULL && raw_enter()) {
        if (asked == recorder && block != NULL) {
            note_raw(block, size);
        }
        else if (asked == recorder && t.seen) {
            lc_recorder_restore(recorder, LC_RECORDER_RAW, old, t.size, t.node,
                                t.known);
        }
        raw_leave();
    }
    return block;
}

static void
raw_free(void *ctx, void *block)
{
    if (block != NULL) {
        count_raw(-1);
        if (raw_enter()) {
            take_raw(block);
            raw_leave();
        }
    }
    original[RAW].free(ctx, block);
}

static const PyMemAllocatorEx hooks[DOMAINS] = {
    [RAW] = {NULL, raw_malloc, raw_calloc, raw_realloc, raw_free},
    [MEM] = {NULL, mem_malloc, mem_calloc, mem_realloc, mem_free},
    [OBJ] = {NULL, obj_malloc, obj_calloc, obj_realloc, obj_free},
};

static bool
is_outermost(int domain)
{
    PyMemAllocatorEx now;
    PyMem_GetAllocator(domain_ids[domain], &now);
    return now.malloc == hooks[domain].malloc;
}

/* Whether our hook is in the domain's chain. A tool that was hooked before us and goes
 * first puts back what stood below both, and nobody tells us. So we try: a hook on top of
 * ours passes the call on. */
static bool
is_heard(int domain)
{
    static void *(*const allocate[DOMAINS])(size_t) = {
        PyMem_RawMalloc,
        PyMem_Malloc,
        PyObject_Malloc,
    };
    static void (*const release[DOMAINS])(void *) = {
        PyMem_RawFree,
        PyMem_Free,
        PyObject_Free,
    };
    if (is_outermost(domain)) {
        return true;
    }
    unsigned before = heard[domain];
    release[domain](allocate[domain](1));
    return heard[domain] != before;
}

/* Hooks a domain unless we are in its chain already. */
static void
install(int domain)
{
    if (installed[domain] && is_heard(domain)) {
        return;
    }
    PyMem_GetAllocator(domain_ids[domain], &original[domain]);
    PyMemAllocatorEx hook = hooks[domain];
    hook.ctx = original[domain].ctx;
    installed[domain] = true;
    PyMem_SetAllocator(domain_ids[domain], &hook);
}

/* Takes a hook out again if nothing stands on top of it; else it stays and passes on. */
static void
uninstall(int domain)
{
    if (installed[domain] && is_outermost(domain)) {
        PyMem_SetAllocator(domain_ids[domain], &original[domain]);
        installed[domain] = false;
    }
}

/* A forked child is not part of the check, and its copy of the raw book's lock may have
 * been held by a thread that does not exist there. */
static void
after_fork_in_child(void)
{
    atomic_store(&tracing, false);
    atomic_store(&raw_inside, 0);
    if (recorder != NULL) {
        lc_recorder_unlock_after_fork(recorder);
    }
}

void
lc_pyhook_prepare(void)
{
    static bool prepared;
    if (!prepared) {
        prepared = true;
        pthread_atfork(NULL, NULL, after_fork_in_child);
    }
    install(RAW);
}

bool
lc_pyhook_hears(void)
{
    return is_heard(RAW) && (!on() || (is_heard(MEM) && is_heard(OBJ)));
}

int64_t
lc_pyhook_raw_live(void)
{
    return (int64_t)atomic_load_explicit(&raw_live, memory_order_relaxed);
}

void
lc_pyhook_start(lc_recorder *to, lc_pystack *at)
{
    recorder = to;
    stack = at;
    install(MEM);
    install(OBJ);
    atomic_store(&tracing, true);
}

/* A thread without the interpreter lock may be recording at this moment; it never waits
 * for that lock while it does, so this ends at once. */
void
lc_pyhook_stop(void)
{
    atomic_store(&tracing, false);
    while (atomic_load(&raw_inside) != 0) {
        sched_yield();
    }
    uninstall(OBJ);
    uninstall(MEM);
    recorder = NULL;
    stack = NULL;
}
