/* SPDX-License-Identifier: MIT
 *
 * Loops that do nothing but allocate, and little else, for tests/bench/native.py.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIVE = 64, MANY_ALIVE = 1024 };

int native_loop(int turns, int depth);
int native_work(int turns, int depth);

static void *volatile kept[ALIVE];

/* `turns` blocks of 16 to 527 bytes, 64 of them alive at a time, below `depth` calls. */
int
native_loop(int turns, int depth)
{
    if (depth > 0) {
        return native_loop(turns, depth - 1) + 1;
    }
    for (int i = 0; i < turns; i++) {
        int at = i % ALIVE;
        free(kept[at]);
        kept[at] = malloc((size_t)(i * 37 % 512) + 16);
    }
    for (int i = 0; i < ALIVE; i++) {
        free(kept[i]);
        kept[i] = NULL;
    }
    return 0;
}

/* As a parser does: a thousand blocks of 16 to 1,015 bytes are alive and go in no order,
 * and each is written to. */
int
native_work(int turns, int depth)
{
    static void *blocks[MANY_ALIVE];
    uint32_t random = 1;
    for (int i = 0; i < turns; i++) {
        random = random * 1664525 + 1013904223;
        size_t size = 16 + (random >> 20) % 1000;
        void **at = &blocks[(random >> 8) % MANY_ALIVE];
        free(*at);
        *at = malloc(size);
        memset(*at, i, size);
    }
    for (int i = 0; i < MANY_ALIVE; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
    return depth;
}
