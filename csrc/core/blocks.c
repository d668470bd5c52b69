/* SPDX-License-Identifier: MIT */
#include "blocks.h"

#include "mem.h"

#define NONE UINT32_MAX /* No entry. */

typedef struct {
    uint64_t address;
    uint64_t packed; /* node << 40 | size. */
    uint32_t next;   /* Index of the next entry of the chain or of the free list. */
} entry;

struct lc_blocks {
    uint32_t *heads; /* Owned; first entry of each chain, or NONE. */
    int shift;       /* 64 - log2 of the number of chains. */
    entry *entries;  /* Owned; `room` of them, `used` of which were taken once. */
    uint32_t room;
    uint32_t used;
    uint32_t free;   /* First entry of the free list, or NONE. */
    uint32_t count;  /* Entries in chains. */
    uint32_t limit;  /* The count at which the chains double: 4/3 of their number. */
};

/* Fibonacci hashing: the top bits of the product spread aligned, neighbouring addresses
 * evenly. */
static inline uint32_t *
chain(const lc_blocks *self, uint64_t address)
{
    return &self->heads[(address * UINT64_C(0x9E3779B97F4A7C15)) >> self->shift];
}

static inline size_t
chains(const lc_blocks *self)
{
    return (size_t)1 << (64 - self->shift);
}

static uint32_t *
empty_heads(size_t count)
{
    uint32_t *heads = lc_mem_calloc(count, sizeof *heads);
    for (size_t i = 0; heads != NULL && i < count; i++) {
        heads[i] = NONE;
    }
    return heads;
}

lc_blocks *
lc_blocks_new(void)
{
    lc_blocks *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->heads = empty_heads(LC_BLOCKS_FIRST);
    self->entries = lc_mem_calloc(LC_BLOCKS_FIRST, sizeof *self->entries);
    if (self->heads == NULL || self->entries == NULL) {
        lc_blocks_free(self);
        return NULL;
    }
    self->shift = 64 - LC_BLOCKS_FIRST_BITS;
    self->room = LC_BLOCKS_FIRST;
    self->limit = LC_BLOCKS_FIRST + LC_BLOCKS_FIRST / 3;
    self->free = NONE;
    return self;
}

void
lc_blocks_free(lc_blocks *self)
{
    if (self != NULL) {
        lc_mem_free(self->heads);
        lc_mem_free(self->entries);
        lc_mem_free(self);
    }
}

/* Twice as many chains. The entries stay where they are and are linked anew. */
static lc_status
spread(lc_blocks *self)
{
    size_t wanted = chains(self) * 2;
    uint32_t *heads = wanted > UINT32_MAX / 2 ? NULL : empty_heads(wanted);
    if (heads == NULL) {
        return LC_NOMEM;
    }
    uint32_t *old = self->heads;
    size_t old_count = chains(self);
    self->heads = heads;
    self->shift--;
    self->limit = (uint32_t)(wanted + wanted / 3);
    for (size_t c = 0; c < old_count; c++) {
        for (uint32_t i = old[c]; i != NONE;) {
            uint32_t next = self->entries[i].next;
            uint32_t *head = chain(self, self->entries[i].address);
            self->entries[i].next = *head;
            *head = i;
            i = next;
        }
    }
    lc_mem_free(old);
    return LC_OK;
}

/* An entry to use, not yet in a chain; NONE when there is no memory. */
static inline uint32_t
fresh(lc_blocks *self)
{
    uint32_t i = self->free;
    if (i != NONE) {
        self->free = self->entries[i].next;
        return i;
    }
    if (self->used == self->room) {
        uint32_t room = self->room + self->room / 16 + LC_BLOCKS_FIRST / 32;
        entry *entries = room < self->room || room == NONE
                             ? NULL
                             : lc_mem_resize(self->entries, room, sizeof *entries);
        if (entries == NULL) {
            return NONE;
        }
        self->entries = entries;
        self->room = room;
    }
    return self->used++;
}

static inline lc_block
unpack(uint64_t packed)
{
    return (lc_block){.node = (uint32_t)(packed >> 40),
                      .size = packed & LC_BLOCKS_SIZE_MAX};
}

lc_status
lc_blocks_put(lc_blocks *self, uintptr_t address, lc_block block, lc_block *old)
{
    uint64_t size = block.size < LC_BLOCKS_SIZE_MAX ? block.size : LC_BLOCKS_SIZE_MAX;
    uint64_t packed = (uint64_t)block.node << 40 | size;
    uint32_t *head = chain(self, address);
    for (uint32_t i = *head; i != NONE; i = self->entries[i].next) {
        if (self->entries[i].address == address) {
            *old = unpack(self->entries[i].packed);
            self->entries[i].packed = packed;
            return LC_OK;
        }
    }
    old->node = LC_BLOCKS_NO_NODE;
    if (self->count >= self->limit) {
        if (spread(self) != LC_OK) {
            return LC_NOMEM;
        }
        head = chain(self, address);
    }
    uint32_t i = fresh(self);
    if (i == NONE) {
        return LC_NOMEM;
    }
    self->entries[i] = (entry){.address = address, .packed = packed, .next = *head};
    *head = i;
    self->count++;
    return LC_OK;
}

lc_status
lc_blocks_take(lc_blocks *self, uintptr_t address, lc_block *out)
{
    for (uint32_t *link = chain(self, address); *link != NONE;) {
        uint32_t i = *link;
        entry *e = &self->entries[i];
        if (e->address == address) {
            *out = unpack(e->packed);
            *link = e->next;
            e->next = self->free;
            self->free = i;
            self->count--;
            return LC_OK;
        }
        link = &e->next;
    }
    return LC_ABSENT;
}

size_t
lc_blocks_count(const lc_blocks *self)
{
    return self->count;
}

size_t
lc_blocks_footprint(const lc_blocks *self)
{
    return sizeof *self + chains(self) * sizeof *self->heads +
           self->room * sizeof *self->entries;
}

lc_status
lc_blocks_each(const lc_blocks *self,
               lc_status (*visit)(uintptr_t address, lc_block block, void *context),
               void *context)
{
    lc_status status = LC_OK;
    for (size_t c = 0; c < chains(self); c++) {
        for (uint32_t i = self->heads[c]; i != NONE && status == LC_OK;
             i = self->entries[i].next) {
            const entry *e = &self->entries[i];
            status = visit((uintptr_t)e->address, unpack(e->packed), context);
        }
    }
    return status;
}

bool
lc_blocks_check(const lc_blocks *self)
{
    size_t chained = 0;
    for (size_t c = 0; c < chains(self); c++) {
        for (uint32_t i = self->heads[c]; i != NONE; i = self->entries[i].next) {
            chained++;
            if (chained > self->count || i >= self->used ||
                chain(self, self->entries[i].address) != &self->heads[c]) {
                return false;
            }
        }
    }
    size_t idle = 0;
    uint32_t last = self->free;
    for (; last < self->used && idle <= self->used; last = self->entries[last].next) {
        idle++;
    }
    return last == NONE && chained == self->count && chained + idle == self->used;
}
