/* SPDX-License-Identifier: MIT */
#include "claims.h"

#include <stdlib.h> /* qsort */

#include "mem.h"

enum {
    CELL_BITS = 10, /* A cell is 1 KiB. */
    MAP_BITS = 18,  /* Bits of the map: 256 MiB without two cells of one bit. */
    MAP_WORDS = (1 << MAP_BITS) / 64,
    FIRST_BLOCKS = 64,
};

struct lc_claims {
    lc_claims_block *blocks; /* Owned; `room` of them. */
    uint32_t count;
    uint32_t room;
    uintptr_t low;           /* Sealed: the lowest address of a block. */
    uintptr_t high;          /* Sealed: the end of the highest block. */
    uint64_t map[MAP_WORDS]; /* A bit for each cell that a block touches. */
};

lc_claims *
lc_claims_new(void)
{
    return lc_mem_calloc(1, sizeof(lc_claims));
}

void
lc_claims_free(lc_claims *self)
{
    if (self != NULL) {
        lc_mem_free(self->blocks);
        lc_mem_free(self);
    }
}

lc_status
lc_claims_add(lc_claims *self, uintptr_t address, uint64_t size, uint32_t site)
{
    if (self->count == LC_CLAIMS_MOST) {
        return LC_FULL;
    }
    if (self->count == self->room) {
        size_t room = self->room == 0 ? FIRST_BLOCKS : (size_t)self->room * 2;
        lc_claims_block *blocks = lc_mem_resize(self->blocks, room, sizeof *blocks);
        if (blocks == NULL) {
            return LC_NOMEM;
        }
        self->blocks = blocks;
        self->room = (uint32_t)room; /* At most LC_CLAIMS_MOST, a power of two. */
    }
    self->blocks[self->count++] = (lc_claims_block){.address = address,
                                                    .size = size,
                                                    .site = site,
                                                    .state = LC_CLAIMS_LOOSE,
                                                    .by = LC_CLAIMS_NONE};
    return LC_OK;
}

static int
by_address(const void *a, const void *b)
{
    uintptr_t one = ((const lc_claims_block *)a)->address;
    uintptr_t other = ((const lc_claims_block *)b)->address;
    return (one > other) - (one < other);
}

static uint32_t
bit_of(uintptr_t cell)
{
    return (uint32_t)(cell & ((1U << MAP_BITS) - 1));
}

/* The last byte of a block; of an empty one its address. */
static uintptr_t
last_of(const lc_claims_block *block)
{
    return block->address + (block->size > 0 ? (uintptr_t)block->size - 1 : 0);
}

void
lc_claims_seal(lc_claims *self)
{
    if (self->count == 0) {
        return;
    }
    qsort(self->blocks, self->count, sizeof *self->blocks, by_address);
    self->low = self->blocks[0].address;
    self->high = last_of(&self->blocks[self->count - 1]);
    for (uint32_t i = 0; i < self->count; i++) {
        uintptr_t cell = self->blocks[i].address >> CELL_BITS;
        uintptr_t last = last_of(&self->blocks[i]) >> CELL_BITS;
        for (size_t set = 0; cell <= last && set < 1U << MAP_BITS; cell++, set++) {
            uint32_t bit = bit_of(cell);
            self->map[bit / 64] |= UINT64_C(1) << (bit % 64);
        }
    }
}

uint32_t
lc_claims_count(const lc_claims *self)
{
    return self->count;
}

uint32_t
lc_claims_find(const lc_claims *self, uintptr_t pointer)
{
    uint32_t bit = bit_of(pointer >> CELL_BITS);
    if (pointer < self->low || pointer > self->high ||
        (self->map[bit / 64] >> (bit % 64) & 1) == 0) {
        return LC_CLAIMS_NONE;
    }
    uint32_t low = 0;
    uint32_t high = self->count; /* The block, if any, is in low .. high - 1. */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (self->blocks[middle].address <= pointer) {
            low = middle;
        }
        else {
            high = middle;
        }
    }
    bool inside = low < high && self->blocks[low].address <= pointer &&
                  pointer <= last_of(&self->blocks[low]);
    return inside ? low : LC_CLAIMS_NONE;
}

lc_claims_block *
lc_claims_at(lc_claims *self, uint32_t index)
{
    return &self->blocks[index];
}

bool
lc_claims_check(const lc_claims *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        const lc_claims_block *block = &self->blocks[i];
        /* Of two that overlap, the first one's last address leads to the second. */
        if (lc_claims_find(self, block->address) != i ||
            lc_claims_find(self, last_of(block)) != i) {
            return false;
        }
    }
    return true;
}
