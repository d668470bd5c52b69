/* SPDX-License-Identifier: MIT */
#include "pycrowd.h"

#include "pyapart.h"
#include "pyheap.h"
#include "pyhook.h"

enum { SHARE = 8 }; /* Blocks that must be gone, as a part: it is tried again. */

/* A walk takes some 50 us a million blocks, and a check three of them; what it takes to
 * count a run's blocks instead depends on the run. */
enum { WALKED_MAX = 2000000 };

/* Checks in a row that may count: the process has shrunk, maybe. */
enum { COUNTED_MAX = 64 };

static int64_t blocks_last; /* Of the last reading of any check. */
static int64_t counted_from; /* What is to be added to what the hooks count. */
static int counted; /* Checks since the last walk. */
static bool counting;
static int64_t blocks_then; /* When there were too many objects; 0: there were not. */
static int64_t most_then; /* The limit. */

bool
lc_pycrowd_open(bool frozen, int64_t most)
{
    if (blocks_last > WALKED_MAX && counted < COUNTED_MAX) {
        counting = true;
        counted++;
        lc_pyhook_count();
        counted_from = blocks_last - lc_pyhook_object_live();
    }
    int64_t least = blocks_then - blocks_then / SHARE;
    if (blocks_then > 0 && most == most_then && blocks_last >= least) {
        return false;
    }
    if (frozen) {
        (void)lc_pyapart_open(most);
    }
    return true;
}

void
lc_pycrowd_close(void)
{
    if (counting) {
        counting = false;
        lc_pyhook_count_end();
    }
}

int
lc_pycrowd_blocks(int64_t *out)
{
    if (counting) {
        *out = counted_from + lc_pyhook_object_live();
    }
    else if (lc_pyheap_blocks(out) < 0) {
        return -1;
    }
    else {
        counted = 0;
    }
    blocks_last = *out;
    return 0;
}

bool
lc_pycrowd_read(bool whole, int64_t most, lc_pywide_counts *out)
{
    bool read = (whole ? lc_pywide_read : lc_pywide_read_new)(most, out);
    blocks_then = read ? 0 : blocks_last;
    most_then = most;
    return read;
}
