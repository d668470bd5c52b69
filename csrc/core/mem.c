/* SPDX-License-Identifier: MIT */
#include "mem.h"

#include <stdatomic.h> /* atomic_signal_fence */
#include <stdint.h>    /* SIZE_MAX */
#include <stdlib.h>    /* calloc, realloc, free */

_Thread_local int lc_mem_inside __attribute__((tls_model("initial-exec")));
_Thread_local bool lc_mem_denied __attribute__((tls_model("initial-exec")));

/* A compiler knows what malloc does and may leave out a store that malloc does not read:
 * the fences make it one that anybody might. */
static inline void
enter(void)
{
    lc_mem_inside++;
    atomic_signal_fence(memory_order_seq_cst);
}

static inline void
leave(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    lc_mem_inside--;
}

void *
lc_mem_calloc(size_t count, size_t size)
{
    if (lc_mem_denied) {
        return NULL;
    }
    enter();
    void *block = calloc(count, size);
    leave();
    return block;
}

void *
lc_mem_resize(void *block, size_t count, size_t size)
{
    if (lc_mem_denied || (size != 0 && count > SIZE_MAX / size)) {
        return NULL;
    }
    /* realloc() to 0 bytes may release the block and still return NULL. */
    size_t bytes = count * size;
    enter();
    void *resized = realloc(block, bytes != 0 ? bytes : 1);
    leave();
    return resized;
}

void
lc_mem_free(void *block)
{
    enter();
    free(block);
    leave();
}
