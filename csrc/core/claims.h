/* SPDX-License-Identifier: MIT
 *
 * Blocks whose owner is asked for: into which of them a pointer leads, and what has been
 * found out about each.
 *
 *     add, add, ... -> seal -> find(pointer) -> at(index)
 *
 * Sealed, the blocks lie in the order of their addresses, and a map of cells of 1 KiB tells
 * nearly every pointer that leads elsewhere by one bit: a word of the heap costs little.
 *
 * Invariant, sealed: addresses rise, no block reaches into the next, and every cell that a
 * block touches has its bit. lc_claims_check verifies it.
 *
 * Thread rule: none of its own.
 */
#ifndef LC_CORE_CLAIMS_H
#define LC_CORE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define LC_CLAIMS_NONE UINT32_MAX

enum { LC_CLAIMS_MOST = 1 << 21 }; /* Blocks, some 150 MB of ours. */

typedef enum {
    LC_CLAIMS_LOOSE, /* Nothing that is known leads to it. */
    LC_CLAIMS_OWNED, /* Something that is known points into it. */
    LC_CLAIMS_OBJECT, /* An object that is known lies in it. */
} lc_claims_state;

typedef struct {
    uintptr_t address;
    uint64_t size; /* Bytes. */
    uint32_t site; /* Where it was allocated; the caller's number. */
    lc_claims_state state;
    uintptr_t type; /* Of the object in it, if there is one; the caller's. */
    uint32_t start; /* Where in the block that object begins, in bytes. */
    bool deaf; /* What it refers to is not known from its owner. */
    bool inner; /* Something deaf points into it. */
    uint32_t by; /* Inner: the first such block. Owned: what points to it, or NONE. */
} lc_claims_block;

typedef struct lc_claims lc_claims;

/* Empty, owned by the caller; NULL: no memory. */
lc_claims *lc_claims_new(void);
void lc_claims_free(lc_claims *self);

/* One more block, loose. Before sealing. LC_NOMEM: unchanged. LC_FULL: there are
 * LC_CLAIMS_MOST. */
lc_status lc_claims_add(lc_claims *self, uintptr_t address, uint64_t size,
                        uint32_t site);

/* Puts them in order; from now on they can be found. */
void lc_claims_seal(lc_claims *self);

uint32_t lc_claims_count(const lc_claims *self);

/* The index of the block that a pointer leads into, or LC_CLAIMS_NONE. */
uint32_t lc_claims_find(const lc_claims *self, uintptr_t pointer);

/* The block of an index, to read and to note in; its place and size stay. */
lc_claims_block *lc_claims_at(lc_claims *self, uint32_t index);

/* The invariant. */
bool lc_claims_check(const lc_claims *self);

#endif
