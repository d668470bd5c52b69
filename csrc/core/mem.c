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
    return realloc(block, count * size);
}

void
lc_mem_free(void *block)
{
    free(block);
}
