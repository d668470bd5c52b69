/* SPDX-License-Identifier: MIT
 *
 * A loop that does nothing but allocate, for tests/bench/native.py.
 */
#include <stdlib.h>

enum { ALIVE = 64 };

int native_loop(int turns, int depth);

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
