/* SPDX-License-Identifier: MIT
 *
 * Live blocks: address -> (call-tree node, size).
 *
 * Chains over a pool of entries, linked by index; released entries are used again first:
 *
 *     heads    [ 7 | - | 2 | ... ]          one per chain, a power of two of them
 *     entries  2: [ address: 64 ][ node: 24 | size: 40 ][ next: - ]
 *              7: [ address: 64 ][ node: 24 | size: 40 ][ next: 5 ] --> 5: ...
 *
 * A program mostly releases what it has just allocated: both steps then touch one head
 * and one entry, with no entries to shift and no tombstones to leave. The pool grows by a
 * sixteenth and the chains double at a load of 4/3, so that beyond the first
 * LC_BLOCKS_FIRST blocks a live one costs at most 32 bytes of ours. Nothing is given back
 * when blocks go: the bytes follow the most that lived at once.
 *
 * Invariant: every entry is in the chain of its address or in the free list, once; the
 * count is the number of chained ones. lc_blocks_check verifies it.
 *
 * Thread rule: none of its own; the recorder says who may call.
 */
#ifndef LC_CORE_BLOCKS_H
#define LC_CORE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum {
    LC_BLOCKS_FIRST_BITS = 10,
    LC_BLOCKS_FIRST = 1 << LC_BLOCKS_FIRST_BITS, /* Chains. */
};
#define LC_BLOCKS_NODE_MAX ((UINT32_C(1) << 24) - 1) /* Largest node id stored. */
#define LC_BLOCKS_SIZE_MAX ((UINT64_C(1) << 40) - 1) /* Larger sizes read as this. */
#define LC_BLOCKS_NO_NODE UINT32_MAX                 /* The node of no block. */

typedef struct {
    uint32_t node; /* At most LC_BLOCKS_NODE_MAX. */
    uint64_t size; /* Bytes, as the program asked for. */
} lc_block;

typedef struct lc_blocks lc_blocks;

/* Returns an empty table owned by the caller, or NULL. */
lc_blocks *lc_blocks_new(void);
void lc_blocks_free(lc_blocks *self);

/* Records that `address` is live. An entry already there is replaced and handed out as
 * `old`; without one, old->node is LC_BLOCKS_NO_NODE. LC_NOMEM: the table could not grow
 * and holds what it held. */
lc_status lc_blocks_put(lc_blocks *self, uintptr_t address, lc_block block,
                        lc_block *old);

/* Removes `address` and fills `out`; LC_ABSENT when it is not there. */
lc_status lc_blocks_take(lc_blocks *self, uintptr_t address, lc_block *out);

/* Live entries; and bytes of our own memory that the table holds. */
size_t lc_blocks_count(const lc_blocks *self);
size_t lc_blocks_footprint(const lc_blocks *self);

/* Calls `visit` for every live entry, in no order, until it returns anything but LC_OK,
 * which is handed on. It must not change the table. */
lc_status lc_blocks_each(const lc_blocks *self,
                         lc_status (*visit)(uintptr_t address, lc_block block,
                                            void *context),
                         void *context);

/* The invariant, for tests and debug builds. */
bool lc_blocks_check(const lc_blocks *self);

#endif
