/* SPDX-License-Identifier: MIT
 *
 * Live blocks: address -> (call-tree node, size).
 *
 * Open addressing with linear probing; deletion shifts later entries back, so there
 * are no tombstones and a table that turned over a billion times is as fast as a new
 * one. One slot is 16 bytes, an empty one has address 0:
 *
 *     slot i   [ address: 64 ][ node: 24 | size: 40 ]
 *
 * The capacity is any number (the hash is scaled to it, not masked) and grows by half
 * when three quarters are taken, so that beyond the first LC_BLOCKS_FIRST slots a live
 * block costs at most 32 bytes (21 just before a growth).
 *
 * Invariant: between an entry's home slot and the slot it stands in no slot is empty;
 * the count is the number of slots taken. lc_blocks_check verifies both.
 *
 * Thread rule: none of its own; the recorder says who may call.
 */
#ifndef LC_CORE_BLOCKS_H
#define LC_CORE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum { LC_BLOCKS_FIRST = 1024 };                       /* Slots of a new table. */
#define LC_BLOCKS_NODE_MAX ((UINT32_C(1) << 24) - 1)   /* Largest node id stored. */
#define LC_BLOCKS_SIZE_MAX ((UINT64_C(1) << 40) - 1)   /* Larger sizes read as this. */

typedef struct {
    uint32_t node; /* At most LC_BLOCKS_NODE_MAX. */
    uint64_t size; /* Bytes, as the program asked for. */
} lc_block;

typedef struct lc_blocks lc_blocks;

/* Returns an empty table owned by the caller, or NULL. */
lc_blocks *lc_blocks_new(void);
void lc_blocks_free(lc_blocks *self);

/* Records that `address` (not 0) is live; an entry already there is replaced. LC_NOMEM:
 * the table could not grow and is unchanged. */
lc_status lc_blocks_put(lc_blocks *self, uintptr_t address, lc_block block);

/* Removes `address` and fills `out`; LC_ABSENT when it is not there. */
lc_status lc_blocks_take(lc_blocks *self, uintptr_t address, lc_block *out);

/* Live entries; and bytes of our own memory that the table holds. */
size_t lc_blocks_count(const lc_blocks *self);
size_t lc_blocks_footprint(const lc_blocks *self);

/* The invariant, for tests and debug builds. */
bool lc_blocks_check(const lc_blocks *self);

#endif
