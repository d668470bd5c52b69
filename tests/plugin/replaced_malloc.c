/* SPDX-License-Identifier: MIT
 *
 * A malloc that nobody knows by name, as a program may have one preloaded: it takes one
 * piece after the other from a single room and never gives any back.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ROOM = 1 << 29, ALIGNMENT = 16 };

static _Alignas(ALIGNMENT) char room[ROOM];
static atomic_size_t taken;

static size_t *
size_of(void *block)
{
    return (size_t *)((char *)block - ALIGNMENT);
}

void *
malloc(size_t size)
{
    size_t all = ((size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1)) + ALIGNMENT;
    size_t at = atomic_fetch_add(&taken, all);
    if (size > ROOM || at > ROOM - all) {
        return NULL;
    }
    void *block = room + at + ALIGNMENT;
    *size_of(block) = size;
    return block;
}

void *
calloc(size_t count, size_t size)
{
    return malloc(count * size); /* Room that was never used is zero. */
}

void *
realloc(void *old, size_t size)
{
    void *block = malloc(size);
    if (block != NULL && old != NULL) {
        memcpy(block, old, *size_of(old) < size ? *size_of(old) : size);
    }
    return block;
}

void
free(void *block)
{
    (void)block;
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
    char *block = malloc(size + alignment + ALIGNMENT);
    uintptr_t over = (uintptr_t)(block + ALIGNMENT) % alignment;
    *out = block + ALIGNMENT + (over != 0 ? alignment - over : 0);
    *size_of(*out) = size;
    return 0;
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    void *block = NULL;
    posix_memalign(&block, alignment, size);
    return block;
}

void *
memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}
