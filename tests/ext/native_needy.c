/* SPDX-License-Identifier: MIT
 *
 * A library that needs much memory by many ways, for tests/ext/out_of_native_memory.py, and
 * tells how often it did not get any.
 */
#define _GNU_SOURCE /* MAP_FIXED_NOREPLACE */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PAGE = 4096, LEVELS = 7, EACH = 12, MAPPINGS = 16 };

int needy(int keep);
int map_many(int count);
int map_one(void);

typedef struct {
    void *blocks[(1 << LEVELS) * EACH];
    int count;
    int refused;
} hoard;

static void
take_some(hoard *all)
{
    for (int i = 0; i < EACH; i++) {
        void *block = i % 4 == 0   ? malloc(20)
                      : i % 4 == 1 ? calloc(3, 10)
                      : i % 4 == 2 ? memalign(64, 100)
                                   : realloc(malloc(10), 300);
        all->refused += block == NULL;
        all->blocks[all->count++] = block;
    }
}

/* Each way down is a stack of its own. */
static void
descend(hoard *all, int levels)
{
    if (levels == 0) {
        take_some(all);
        return;
    }
    descend(all, levels - 1);
    descend(all, levels - 1);
    all->refused += 0; /* So that no call is the last. */
}

static void *
in_thread(void *all)
{
    descend(all, 2);
    return NULL;
}

static void *
pages(void *at, size_t count, int flags)
{
    return mmap(at, count * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
                0);
}

static int
map_and_unmap(void)
{
    int refused = 0;
    char *mappings[MAPPINGS];
    for (int i = 0; i < MAPPINGS; i++) {
        mappings[i] = pages(NULL, 3, 0);
        refused += mappings[i] == MAP_FAILED;
    }
    for (int i = 0; i < MAPPINGS; i++) {
        refused += munmap(mappings[i] + PAGE, PAGE) != 0; /* Two are left. */
        refused += munmap(mappings[i], 3 * PAGE) != 0;
    }
    return refused;
}

/* Takes blocks, a thread's too, and mappings; gives all back, but for one of each if `keep`.
 * Returns how many were refused. */
int
needy(int keep)
{
    static hoard all, others;
    all.count = all.refused = others.count = others.refused = 0;
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_thread, &others) != 0) {
        return -1;
    }
    descend(&all, LEVELS);
    pthread_join(thread, NULL);
    int refused = all.refused + others.refused + map_and_unmap();
    for (int i = keep ? 1 : 0; i < all.count; i++) {
        free(all.blocks[i]);
    }
    for (int i = 0; i < others.count; i++) {
        free(others.blocks[i]);
    }
    return refused + (keep && pages(NULL, 1, 0) == MAP_FAILED);
}

/* So many mappings of a page, side by side; how many were refused. */
int
map_many(int count)
{
    size_t bytes = (size_t)count * PAGE;
    char *hole = pages(NULL, (size_t)count, 0);
    int refused = hole == MAP_FAILED || munmap(hole, bytes) != 0;
    for (int i = 0; i < count && refused == 0; i++) {
        char *at = hole + (size_t)i * PAGE;
        refused += pages(at, 1, MAP_FIXED_NOREPLACE) != at;
    }
    return refused;
}

int
map_one(void)
{
    return pages(NULL, 1, 0) == MAP_FAILED;
}
