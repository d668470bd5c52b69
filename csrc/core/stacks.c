/* SPDX-License-Identifier: MIT */
#include "stacks.h"

#include <string.h> /* memcmp, memcpy */

#include "mem.h"
#include "pairs.h"

enum { FIRST = 64 }; /* Stacks of a new table; it has room for FIRST * 8 addresses. */

typedef struct {
    uint32_t first; /* Index of the outermost address. */
    uint32_t depth;
} stretch;

struct lc_stacks {
    lc_pairs numbers; /* (hash of the addresses, attempt) -> number. */
    stretch *all;     /* Owned; by number. */
    uint32_t count, room;
    uintptr_t *addresses; /* Owned. */
    uint32_t taken, address_room;
    uint64_t era;
};

lc_stacks *
lc_stacks_new(void)
{
    lc_stacks *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->all = lc_mem_calloc(FIRST, sizeof *self->all);
    self->addresses = lc_mem_calloc(FIRST * 8, sizeof *self->addresses);
    if (lc_pairs_init(&self->numbers) != LC_OK || self->all == NULL ||
        self->addresses == NULL) {
        lc_stacks_free(self);
        return NULL;
    }
    self->room = FIRST;
    self->address_room = FIRST * 8;
    return self;
}

void
lc_stacks_free(lc_stacks *self)
{
    if (self != NULL) {
        lc_pairs_clear(&self->numbers);
        lc_mem_free(self->all);
        lc_mem_free(self->addresses);
        lc_mem_free(self);
    }
}

/* FNV-1a by words, and a shift so that the low bits of each word reach the high ones. */
static uint64_t
hash_of(const uintptr_t *addresses, uint32_t depth)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ depth;
    for (uint32_t i = 0; i < depth; i++) {
        hash = (hash ^ (uint64_t)addresses[i]) * UINT64_C(0x100000001B3);
        hash ^= hash >> 29;
    }
    return hash;
}

static bool
is_same(const lc_stacks *self, uint32_t number, const uintptr_t *addresses,
        uint32_t depth)
{
    stretch s = self->all[number];
    return s.depth == depth &&
           memcmp(&self->addresses[s.first], addresses, depth * sizeof *addresses) == 0;
}

/* Makes room for one more stack of `depth` addresses. */
static lc_status
reserve(lc_stacks *self, uint32_t depth)
{
    if (self->count == LC_STACKS_MAX || depth > LC_STACKS_ADDRESSES_MAX - self->taken) {
        return LC_FULL;
    }
    if (self->count == self->room) {
        stretch *all = lc_mem_resize(self->all, (size_t)self->room * 2, sizeof *all);
        if (all == NULL) {
            return LC_NOMEM;
        }
        self->all = all;
        self->room *= 2;
    }
    uint32_t wanted = self->address_room;
    while (wanted < self->taken + depth) {
        wanted *= 2;
    }
    if (wanted != self->address_room) {
        uintptr_t *grown = lc_mem_resize(self->addresses, wanted, sizeof *grown);
        if (grown == NULL) {
            return LC_NOMEM;
        }
        self->addresses = grown;
        self->address_room = wanted;
    }
    return LC_OK;
}

lc_status
lc_stacks_intern(lc_stacks *self, const uintptr_t *addresses, uint32_t depth,
                 uint32_t *out)
{
    uint64_t hash = hash_of(addresses, depth);
    uint32_t attempt = 0;
    for (;; attempt++) {
        *out = lc_pairs_find(&self->numbers, hash, attempt);
        if (*out == LC_PAIRS_NONE) {
            break;
        }
        if (is_same(self, *out, addresses, depth)) {
            return LC_OK;
        }
    }
    lc_status status = reserve(self, depth);
    if (status == LC_OK) {
        status = lc_pairs_put(&self->numbers, hash, attempt, self->count);
    }
    if (status != LC_OK) {
        return status;
    }
    memcpy(&self->addresses[self->taken], addresses, depth * sizeof *addresses);
    self->all[self->count] = (stretch){.first = self->taken, .depth = depth};
    self->taken += depth;
    *out = self->count++;
    return LC_OK;
}

const uintptr_t *
lc_stacks_at(const lc_stacks *self, uint32_t number, uint32_t *depth)
{
    *depth = self->all[number].depth;
    return &self->addresses[self->all[number].first];
}

void
lc_stacks_set_era(lc_stacks *self, uint64_t era)
{
    self->era = era;
}

uint64_t
lc_stacks_era(const lc_stacks *self)
{
    return self->era;
}

uint32_t
lc_stacks_count(const lc_stacks *self)
{
    return self->count;
}

bool
lc_stacks_check(const lc_stacks *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        stretch s = self->all[i];
        const uintptr_t *addresses = &self->addresses[s.first];
        uint64_t hash = hash_of(addresses, s.depth);
        uint32_t attempt = 0;
        uint32_t found = lc_pairs_find(&self->numbers, hash, attempt);
        while (found != LC_PAIRS_NONE && !is_same(self, found, addresses, s.depth)) {
            found = lc_pairs_find(&self->numbers, hash, ++attempt);
        }
        if (found != i) {
            return false;
        }
    }
    return lc_pairs_check(&self->numbers) && self->numbers.count == self->count;
}
