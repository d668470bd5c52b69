/* SPDX-License-Identifier: MIT */
#include "pycrowd.h"

#include "pyapart.h"
#include "pyheap.h"

enum { SHARE = 8 }; /* Blocks that must be gone, as a part: it is tried again. */

static int64_t blocks_then; /* When there were too many objects; 0: there were not. */
static int64_t most_then; /* The limit. */

bool
lc_pycrowd_open(bool frozen, int64_t most)
{
    int64_t least = blocks_then - blocks_then / SHARE;
    if (blocks_then > 0 && most == most_then && lc_pyheap_blocks_last() >= least) {
        return false;
    }
    if (frozen) {
        (void)lc_pyapart_open(most);
    }
    return true;
}

bool
lc_pycrowd_read(bool whole, int64_t most, lc_pywide_counts *out)
{
    bool read = (whole ? lc_pywide_read : lc_pywide_read_new)(most, out);
    blocks_then = read ? 0 : lc_pyheap_blocks_last();
    most_then = most;
    return read;
}
