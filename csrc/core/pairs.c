/* SPDX-License-Identifier: MIT */
#include "pairs.h"

#include <string.h> /* memset */

#include "mem.h"

enum { FIRST = 64 }; /* Slots of a new map; a power of two. */

static lc_pairs_slot *
empty_slots(size_t count)
{
    lc_pairs_slot *slots = lc_mem_calloc(count, sizeof *slots);
    if (slots != NULL) {
        memset(slots, 0xFF, count * sizeof *slots); /* Every value LC_PAIRS_NONE. */
    }
    return slots;
}

static size_t
probe(const lc_pairs *self, uint64_t key, uint32_t salt)
{
    size_t i = lc_pairs_home(self, key, salt);
    while (self->slots[i].value != LC_PAIRS_NONE &&
           (self->slots[i].key != key || self->slots[i].salt != salt)) {
        i = (i + 1) & self->mask;
    }
    return i;
}

static lc_status
grow(lc_pairs *self)
{
    size_t old_count = self->mask + 1;
    lc_pairs_slot *slots = empty_slots(old_count * 2);
    if (slots == NULL) {
        return LC_NOMEM;
    }
    lc_pairs_slot *old = self->slots;
    self->slots = slots;
    self->mask = old_count * 2 - 1;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].value != LC_PAIRS_NONE) {
            self->slots[probe(self, old[i].key, old[i].salt)] = old[i];
        }
    }
    lc_mem_free(old);
    return LC_OK;
}

lc_status
lc_pairs_init(lc_pairs *self)
{
    self->slots = empty_slots(FIRST);
    self->mask = FIRST - 1;
    self->count = 0;
    return self->slots == NULL ? LC_NOMEM : LC_OK;
}

void
lc_pairs_clear(lc_pairs *self)
{
    lc_mem_free(self->slots);
    self->slots = NULL;
    self->count = 0;
}

lc_status
lc_pairs_put(lc_pairs *self, uint64_t key, uint32_t salt, uint32_t value)
{
    size_t i = probe(self, key, salt);
    if (self->slots[i].value == LC_PAIRS_NONE) {
        if (self->count + 1 > (self->mask + 1) / 4 * 3) {
            if (grow(self) != LC_OK) {
                return LC_NOMEM;
            }
            i = probe(self, key, salt);
        }
        self->count++;
    }
    self->slots[i] = (lc_pairs_slot){.key = key, .salt = salt, .value = value};
    return LC_OK;
}

bool
lc_pairs_remove(lc_pairs *self, uint64_t key, uint32_t salt)
{
    size_t hole = probe(self, key, salt);
    if (self->slots[hole].value == LC_PAIRS_NONE) {
        return false;
    }
    for (size_t i = (hole + 1) & self->mask; self->slots[i].value != LC_PAIRS_NONE;
         i = (i + 1) & self->mask) {
        size_t home = lc_pairs_home(self, self->slots[i].key, self->slots[i].salt);
        if (((i - home) & self->mask) >= ((i - hole) & self->mask)) {
            self->slots[hole] = self->slots[i];
            hole = i;
        }
    }
    self->slots[hole].value = LC_PAIRS_NONE;
    self->count--;
    return true;
}

bool
lc_pairs_check(const lc_pairs *self)
{
    size_t taken = 0;
    for (size_t i = 0; i <= self->mask; i++) {
        const lc_pairs_slot *s = &self->slots[i];
        if (s->value != LC_PAIRS_NONE) {
            taken++;
            if (probe(self, s->key, s->salt) != i) {
                return false;
            }
        }
    }
    return taken == self->count;
}
