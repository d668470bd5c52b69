/* SPDX-License-Identifier: MIT
 *
 * Link seam: an extension built with LEAKCHECK_MEM=tests/ext/mem_failing.c has this file
 * in place of csrc/core/mem.c. It fails the requests that a test names through ctypes,
 * and counts what is outstanding.
 *
 * Thread rule: requests from any thread.
 */
#include <stdatomic.h>
#include <stdint.h> /* SIZE_MAX */
#include <stdlib.h> /* calloc, realloc, free */

#include "../../csrc/core/mem.h"

#define EXPORT __attribute__((visibility("default")))

static atomic_size_t requests; /* Since the last lc_mem_failing_set. */
static size_t first_failing;   /* Counted from 1. */
static size_t past_failing;    /* The first that is served again. */
static atomic_size_t failed;   /* Requests refused since then. */
static atomic_size_t outstanding; /* Blocks. */

/* From now on `count` requests fail from the `first`th on (1 is the next one). */
EXPORT void lc_mem_failing_set(size_t first, size_t count);

/* Requests refused since; blocks handed out and not yet given back. */
EXPORT size_t lc_mem_failing_failed(void);
EXPORT size_t lc_mem_failing_outstanding(void);

void
lc_mem_failing_set(size_t first, size_t count)
{
    first_failing = first;
    past_failing = count < SIZE_MAX - first ? first + count : SIZE_MAX;
    atomic_store(&requests, 0);
    atomic_store(&failed, 0);
}

size_t
lc_mem_failing_failed(void)
{
    return atomic_load(&failed);
}

size_t
lc_mem_failing_outstanding(void)
{
    return atomic_load(&outstanding);
}

_Thread_local int lc_mem_inside __attribute__((tls_model("initial-exec")));
_Thread_local bool lc_mem_denied __attribute__((tls_model("initial-exec")));

static int
refused(size_t count, size_t size)
{
    size_t n = atomic_fetch_add(&requests, 1) + 1;
    if (n >= first_failing && n < past_failing) {
        atomic_fetch_add(&failed, 1);
        return 1;
    }
    return lc_mem_denied || (size != 0 && count > SIZE_MAX / size);
}

/* As in csrc/core/mem.c: what is ours is not heard as native. */
static void
enter(void)
{
    lc_mem_inside++;
    atomic_signal_fence(memory_order_seq_cst);
}

static void
leave(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    lc_mem_inside--;
}

void *
lc_mem_calloc(size_t count, size_t size)
{
    enter();
    void *block = refused(count, size) ? NULL : calloc(count, size);
    leave();
    atomic_fetch_add(&outstanding, block != NULL);
    return block;
}

void *
lc_mem_resize(void *block, size_t count, size_t size)
{
    if (refused(count, size)) {
        return NULL;
    }
    enter();
    void *moved = realloc(block, count * size != 0 ? count * size : 1);
    leave();
    atomic_fetch_add(&outstanding, block == NULL && moved != NULL);
    return moved;
}

void
lc_mem_free(void *block)
{
    atomic_fetch_sub(&outstanding, block != NULL);
    enter();
    free(block);
    leave();
}
