/* SPDX-License-Identifier: MIT */
#include "blocks.h"

#include "mem.h"

typedef struct {
    uint64_t address; /* 0: the slot is empty. */
    uint64_t packed;  /* node << 40 | size. */
} slot;

struct lc_blocks {
    slot *slots;       /* Owned; `capacity` of them. */
    uint64_t capacity; /* Slots; under 2^32. */
    size_t count;      /* Slots taken. */
    size_t limit;      /* The count at which the table grows: 3/4 of capacity. */
};

/* Fibonacci hashing: the upper half of the product spreads aligned, neighbouring
 * addresses evenly; scaling by the capacity takes the place of a modulus. */
static inline uint64_t
home(const lc_blocks *self, uint64_t address)
{
    uint64_t hash = (address * UINT64_C(0x9E3779B97F4A7C15)) >> 32;
    return (hash * self->capacity) >> 32;
}

static inline uint64_t
after(const lc_blocks *self, uint64_t i)
{
    return i + 1 == self->capacity ? 0 : i + 1;
}

/* The slot that holds `address`, or the empty one where it would go. */
static inline uint64_t
probe(const lc_blocks *self, uint64_t address)
{
    uint64_t i = home(self, address);
    while (self->slots[i].address != 0 && self->slots[i].address != address) {
        i = after(self, i);
    }
    return i;
}

static lc_status
grow(lc_blocks *self)
{
    uint64_t capacity = self->capacity + self->capacity / 2;
    if (capacity >= UINT32_MAX) {
        return LC_NOMEM;
    }
    slot *slots = lc_mem_calloc((size_t)capacity, sizeof *slots);
    if (slots == NULL) {
        return LC_NOMEM;
    }
    slot *old = self->slots;
    uint64_t old_capacity = self->capacity;
    self->slots = slots;
    self->capacity = capacity;
    self->limit = (size_t)(capacity - capacity / 4);
    for (uint64_t i = 0; i < old_capacity; i++) {
        if (old[i].address != 0) {
            self->slots[probe(self, old[i].address)] = old[i];
        }
    }
    lc_mem_free(old);
    return LC_OK;
}

lc_blocks *
lc_blocks_new(void)
{
    lc_blocks *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->slots = lc_mem_calloc(LC_BLOCKS_FIRST, sizeof *self->slots);
    if (self->slots == NULL) {
        lc_mem_free(self);
        return NULL;
    }
    self->capacity = LC_BLOCKS_FIRST;
    self->limit = LC_BLOCKS_FIRST - LC_BLOCKS_FIRST / 4;
    return self;
}

void
lc_blocks_free(lc_blocks *self)
{
    if (self != NULL) {
        lc_mem_free(self->slots);
        lc_mem_free(self);
    }
}

lc_status
lc_blocks_put(lc_blocks *self, uintptr_t address, lc_block block)
{
    uint64_t size = block.size < LC_BLOCKS_SIZE_MAX ? block.size : LC_BLOCKS_SIZE_MAX;
    uint64_t packed = (uint64_t)block.node << 40 | size;
    uint64_t i = probe(self, address);
    if (self->slots[i].address == 0) {
        if (self->count >= self->limit) {
            if (grow(self) != LC_OK) {
                return LC_NOMEM;
            }
            i = probe(self, address);
        }
        self->slots[i].address = address;
        self->count++;
    }
    self->slots[i].packed = packed;
    return LC_OK;
}

lc_status
lc_blocks_take(lc_blocks *self, uintptr_t address, lc_block *out)
{
    uint64_t hole = probe(self, address);
    if (self->slots[hole].address == 0) {
        return LC_ABSENT;
    }
    out->node = (uint32_t)(self->slots[hole].packed >> 40);
    out->size = self->slots[hole].packed & LC_BLOCKS_SIZE_MAX;

    /* Close the hole: an entry behind it moves in unless its home lies after the hole. */
    for (uint64_t i = after(self, hole); self->slots[i].address != 0; i = after(self, i)) {
        uint64_t from_home = i - home(self, self->slots[i].address);
        uint64_t from_hole = i - hole;
        from_home += from_home >> 63 ? self->capacity : 0; /* The run wraps around. */
        from_hole += from_hole >> 63 ? self->capacity : 0;
        if (from_home >= from_hole) {
            self->slots[hole] = self->slots[i];
            hole = i;
        }
    }
    self->slots[hole].address = 0;
    self->count--;
    return LC_OK;
}

size_t
lc_blocks_count(const lc_blocks *self)
{
    return self->count;
}

size_t
lc_blocks_footprint(const lc_blocks *self)
{
    return sizeof *self + (size_t)self->capacity * sizeof *self->slots;
}

bool
lc_blocks_check(const lc_blocks *self)
{
    size_t taken = 0;
    for (uint64_t i = 0; i < self->capacity; i++) {
        if (self->slots[i].address == 0) {
            continue;
        }
        taken++;
        if (probe(self, self->slots[i].address) != i) {
            return false;
        }
    }
    return taken == self->count && taken <= self->limit;
}
