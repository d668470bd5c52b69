/* SPDX-License-Identifier: MIT
 *
 * A map from a pair (64-bit key, 32-bit salt) to a 32-bit value.
 *
 * The one hash map behind the call tree and the code table. Open addressing, linear
 * probing, a power of two slots of 16 bytes, at most three quarters taken, deletion by
 * shifting back. A value of LC_PAIRS_NONE marks an empty slot and can't be stored.
 *
 * Thread rule: none of its own; its owner says who may call.
 */
#ifndef LC_CORE_PAIRS_H
#define LC_CORE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define LC_PAIRS_NONE UINT32_MAX

typedef struct {
    uint64_t key;
    uint32_t salt;
    uint32_t value; /* LC_PAIRS_NONE: the slot is empty. */
} lc_pairs_slot;

/* Open to its owner's header only so that the lookup can be inlined on the hot path. */
typedef struct {
    lc_pairs_slot *slots; /* Owned. */
    size_t mask; /* Slots - 1. */
    size_t count; /* Slots taken. */
} lc_pairs;

/* Makes `self` an empty map. LC_NOMEM leaves it safe to clear. */
lc_status lc_pairs_init(lc_pairs *self);
void lc_pairs_clear(lc_pairs *self);

/* Stores or replaces. LC_NOMEM: unchanged. */
lc_status lc_pairs_put(lc_pairs *self, uint64_t key, uint32_t salt, uint32_t value);

/* Forgets the pair; false when it was not there. */
bool lc_pairs_remove(lc_pairs *self, uint64_t key, uint32_t salt);

/* The invariant: every entry is found where it stands, the count is right. */
bool lc_pairs_check(const lc_pairs *self);

static inline size_t
lc_pairs_home(const lc_pairs *self, uint64_t key, uint32_t salt)
{
    /* Salts are spread before they meet the key: both may be small numbers that grow in
     * step, whose sum or difference says nothing. */
    uint64_t spread = (uint64_t)salt * UINT64_C(0xC2B2AE3D27D4EB4F);
    uint64_t hash = (key + spread) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 32) & self->mask;
}

/* The value stored for the pair, or LC_PAIRS_NONE. */
static inline uint32_t
lc_pairs_find(const lc_pairs *self, uint64_t key, uint32_t salt)
{
    size_t i = lc_pairs_home(self, key, salt);
    for (;;) {
        const lc_pairs_slot *s = &self->slots[i];
        if (s->value == LC_PAIRS_NONE || (s->key == key && s->salt == salt)) {
            return s->value;
        }
        i = (i + 1) & self->mask;
    }
}

#endif
