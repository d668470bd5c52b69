/* SPDX-License-Identifier: MIT
 *
 * Interned native stacks: a sequence of code addresses <-> a small number.
 *
 *     png_read -> png_malloc -> malloc      addresses, outermost first: number 0
 *     png_read -> png_zalloc -> calloc                                  number 1
 *
 * A number is given once and never changes, so two blocks have the same number if and only
 * if they were taken by the same calls. What the addresses mean is not known here.
 *
 * Thread rule: none of its own; its owner says who may call.
 */
#ifndef LC_CORE_STACKS_H
#define LC_CORE_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define LC_STACKS_MAX (UINT32_C(1) << 18)           /* Stacks in a table. */
#define LC_STACKS_ADDRESSES_MAX (UINT32_C(1) << 21) /* In all of them: 16 MiB. */

typedef struct lc_stacks lc_stacks;

/* Returns an empty table owned by the caller, or NULL. */
lc_stacks *lc_stacks_new(void);
void lc_stacks_free(lc_stacks *self);

/* The number of these `depth` addresses (at least 1); they are copied when they are new.
 * LC_NOMEM, or LC_FULL at one of the limits above: nothing changed. */
lc_status lc_stacks_intern(lc_stacks *self, const uintptr_t *addresses, uint32_t depth,
                           uint32_t *out);

/* The addresses of a number that was given, valid until the next one is; and how many. */
const uintptr_t *lc_stacks_at(const lc_stacks *self, uint32_t number, uint32_t *depth);

/* A number of the caller's that tells when the addresses were right; 0 in a new table. */
void lc_stacks_set_era(lc_stacks *self, uint64_t era);
uint64_t lc_stacks_era(const lc_stacks *self);

/* Numbers given so far: 0 .. count - 1. */
uint32_t lc_stacks_count(const lc_stacks *self);

/* The invariant: each stack is found under its own number. */
bool lc_stacks_check(const lc_stacks *self);

#endif
