/* SPDX-License-Identifier: MIT */
#include "pyhook.h"

#include <pthread.h> /* pthread_atfork */
#include <stdatomic.h>
#include <stdbool.h>

#include "pyrecord.h"

enum { RAW, MEM, OBJ, DOMAINS };

static const PyMemAllocatorDomain domain_ids[DOMAINS] = {
    PYMEM_DOMAIN_RAW,
    PYMEM_DOMAIN_MEM,
    PYMEM_DOMAIN_OBJ,
};

static PyMemAllocatorEx original[DOMAINS]; /* What stood below each hook. */
static bool installed[DOMAINS];
static bool counting; /* See lc_pyhook_count. */
static atomic_int_fast64_t raw_live; /* Blocks; see lc_pyhook_raw_live. */
static atomic_int_fast64_t object_live; /* Likewise, lc_pyhook_object_live. */
/* Calls of this thread that each malloc hook has had; see is_heard. */
static _Thread_local unsigned heard[DOMAINS] __attribute__((tls_model("initial-exec")));

/* Under an interpreter lock, so no more than a load and a store. */
static inline void
count_object(int change)
{
    int_fast64_t live = atomic_load_explicit(&object_live, memory_order_relaxed);
    atomic_store_explicit(&object_live, live + change, memory_order_relaxed);
}

/* The hooks of the two domains that are used under the interpreter lock. Each names its
 * own domain and ignores the context, which stays the original's: whoever reads the
 * table of allocators while it changes gets a pair that works in any mix. */
#define LOCKED_DOMAIN_HOOKS(prefix, domain)                                            \
    static void *prefix##_malloc(void *ctx, size_t size)                               \
    {                                                                                  \
        heard[domain]++;                                                               \
        lc_pyrecord_nested++;                                                          \
        void *block = original[domain].malloc(ctx, size);                              \
        lc_pyrecord_nested--;                                                          \
        if (block != NULL && lc_pyrecord_nested == 0) {                                \
            count_object(1);                                                           \
            if (lc_pyrecord_on()) {                                                    \
                lc_pyrecord_object(block, size);                                       \
            }                                                                          \
        }                                                                              \
        return block;                                                                  \
    }                                                                                  \
                                                                                       \
    static void *prefix##_calloc(void *ctx, size_t count, size_t size)                 \
    {                                                                                  \
        lc_pyrecord_nested++;                                                          \
        void *block = original[domain].calloc(ctx, count, size);                       \
        lc_pyrecord_nested--;                                                          \
        if (block != NULL && lc_pyrecord_nested == 0) {                                \
            count_object(1);                                                           \
            if (lc_pyrecord_on()) {                                                    \
                lc_pyrecord_object(block, count * size);                               \
            }                                                                          \
        }                                                                              \
        return block;                                                                  \
    }                                                                                  \
                                                                                       \
    static void *prefix##_realloc(void *ctx, void *old, size_t size)                   \
    {                                                                                  \
        bool seen = lc_pyrecord_nested == 0 && lc_pyrecord_on();                       \
        lc_pyrecord_taken t = {.seen = false};                                         \
        if (seen) {                                                                    \
            t = lc_pyrecord_take_object(old);                                          \
        }                                                                              \
        lc_pyrecord_nested++;                                                          \
        void *block = original[domain].realloc(ctx, old, size);                        \
        lc_pyrecord_nested--;                                                          \
        count_object(block != NULL && old == NULL && lc_pyrecord_nested == 0);         \
        if (block != NULL && seen) {                                                   \
            lc_pyrecord_object(block, size);                                           \
        }                                                                              \
        else if (block == NULL && t.seen) {                                            \
            lc_pyrecord_restore_object(old, t);                                        \
        }                                                                              \
        return block;                                                                  \
    }                                                                                  \
                                                                                       \
    static void prefix##_free(void *ctx, void *block)                                  \
    {                                                                                  \
        if (block != NULL && lc_pyrecord_nested == 0) {                                \
            count_object(-1);                                                          \
            if (lc_pyrecord_on()) {                                                    \
                lc_pyrecord_take_object(block);                                        \
            }                                                                          \
        }                                                                              \
        lc_pyrecord_nested++;                                                          \
        original[domain].free(ctx, block);                                             \
        lc_pyrecord_nested--;                                                          \
    }

LOCKED_DOMAIN_HOOKS(mem, MEM)
LOCKED_DOMAIN_HOOKS(obj, OBJ)

static inline void
count_raw(int change)
{
    atomic_fetch_add_explicit(&raw_live, change, memory_order_relaxed);
}

static void *
raw_malloc(void *ctx, size_t size)
{
    heard[RAW]++;
    lc_pyrecord_nested++;
    void *block = original[RAW].malloc(ctx, size);
    lc_pyrecord_nested--;
    if (block != NULL) {
        count_raw(1);
        if (lc_pyrecord_enter() != NULL) {
            lc_pyrecord_raw(block, size);
            lc_pyrecord_leave();
        }
    }
    return block;
}

static void *
raw_calloc(void *ctx, size_t count, size_t size)
{
    lc_pyrecord_nested++;
    void *block = original[RAW].calloc(ctx, count, size);
    lc_pyrecord_nested--;
    if (block != NULL) {
        count_raw(1);
        if (lc_pyrecord_enter() != NULL) {
            lc_pyrecord_raw(block, count * size);
            lc_pyrecord_leave();
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
    lc_pyrecord_taken t = {.seen = false};
    const lc_recorder *asked = lc_pyrecord_enter();
    if (asked != NULL) {
        t = lc_pyrecord_take_raw(old);
        lc_pyrecord_leave();
    }
    lc_pyrecord_nested++;
    void *block = original[RAW].realloc(ctx, old, size);
    lc_pyrecord_nested--;
    count_raw(block != NULL && old == NULL);
    const lc_recorder *to = asked != NULL ? lc_pyrecord_enter() : NULL;
    if (to != NULL) {
        if (asked == to && block != NULL) {
            lc_pyrecord_raw(block, size);
        }
        else if (asked == to && t.seen) {
            lc_pyrecord_restore_raw(old, t);
        }
        lc_pyrecord_leave();
    }
    return block;
}

static void
raw_free(void *ctx, void *block)
{
    if (block != NULL) {
        count_raw(-1);
        if (lc_pyrecord_enter() != NULL) {
            lc_pyrecord_take_raw(block);
            lc_pyrecord_leave();
        }
    }
    lc_pyrecord_nested++;
    original[RAW].free(ctx, block);
    lc_pyrecord_nested--;
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

void
lc_pyhook_prepare(void)
{
    static bool prepared;
    if (!prepared) {
        prepared = true;
        pthread_atfork(NULL, NULL, lc_pyrecord_after_fork);
    }
    install(RAW);
}

bool
lc_pyhook_hears(void)
{
    bool locked = counting || lc_pyrecord_on();
    return is_heard(RAW) && (!locked || (is_heard(MEM) && is_heard(OBJ)));
}

int64_t
lc_pyhook_raw_live(void)
{
    return (int64_t)atomic_load_explicit(&raw_live, memory_order_relaxed);
}

int64_t
lc_pyhook_object_live(void)
{
    return (int64_t)atomic_load_explicit(&object_live, memory_order_relaxed);
}

void
lc_pyhook_count(void)
{
    install(MEM);
    install(OBJ);
    counting = true;
}

void
lc_pyhook_count_end(void)
{
    counting = false;
    uninstall(OBJ);
    uninstall(MEM);
}

void
lc_pyhook_start(lc_recorder *recorder, lc_pystack *stack, bool deep)
{
    install(MEM);
    install(OBJ);
    lc_pyrecord_start(recorder, stack, deep);
}

void
lc_pyhook_stop(void)
{
    lc_pyrecord_stop();
    if (!counting) {
        uninstall(OBJ);
        uninstall(MEM);
    }
}
