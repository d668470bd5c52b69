/* SPDX-License-Identifier: MIT */
#include "mem.h"

#include <stdint.h> /* SIZE_MAX */
#include <stdlib.h> /* calloc, realloc, free */

void *
lc_mem_calloc(size_t count, size_t size)
{
    return calloc(count, size);
}

void *
lc_mem_resize(void *block, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    /* realloc() to 0 bytes may release the block and still return NULL. */
    size_t bytes = count * size;
    return realloc(block, bytes != 0 ? bytes : 1);
}

void
lc_mem_free(void *block)
{
    free(block);
}
