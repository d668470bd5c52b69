/* SPDX-License-Identifier: MIT
 *
 * The screen: a few coprime batches of runs that tell quiet bodies from suspects.
 *
 * Much growth simply ends (a cache, a first use), so a suspect is screened up to three
 * times, each time longer. Growth in proportion to the runs does not look like ending and
 * goes to the trace at once. A fall is noise, and noise hides a leak, so only a body whose
 * counts stand still passes the first attempt.
 *
 * Noise that can't hide one passes from the second attempt on: the levels stay in a band
 * whose upper and lower edge are no higher than in the attempts before, and which is no
 * wider than half of what a leak of `rate` would add in this attempt alone. (A raw block
 * that comes and goes, seen with dicts that keep their size, made a fifth of a suite
 * suspects.)
 *
 * A wide metric is read at the end of an attempt only, where `grown` has what the whole
 * attempt added.
 *
 * Thread rule: as growth.h, its only user.
 */
#ifndef LC_CORE_GROWTH_SCREEN_H
#define LC_CORE_GROWTH_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "growth_plan.h"
#include "growth_terms.h"

typedef struct {
    int32_t attempt; /* From 0. */
    int32_t batches; /* Of this attempt. */
    int32_t done; /* Of them. */
    int32_t runs; /* Done in this attempt. */
    /* Runs of each batch, in the order in which they are done. */
    int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
    /* Blocks that each batch added. */
    int64_t grown[LC_GROWTH_METRICS][LC_GROWTH_PLAN_SCREEN_MAX];
    /* Blocks, counted from before the first attempt: where each metric is, and the edges of
     * its band over the attempts before this one. */
    int64_t level[LC_GROWTH_METRICS];
    int64_t upper[LC_GROWTH_METRICS];
    int64_t lower[LC_GROWTH_METRICS];
    bool steady; /* Blocks or raw blocks grew in proportion to the runs. */
    bool wide; /* A wide metric grew in some attempt. */
} lc_growth_screen;

typedef enum {
    LC_GROWTH_SCREEN_MORE, /* Another batch is due. */
    LC_GROWTH_SCREEN_QUIET, /* Nothing grew in `runs` runs. */
    LC_GROWTH_SCREEN_SUSPECT, /* To be traced. */
} lc_growth_screen_answer;

/* Plans the first attempt of a screen that is all zero. `restless`: as
 * lc_growth_plan_screen; else the lc_growth_plan_settled runs that changed nothing are its
 * first batch. */
void lc_growth_screen_start(lc_growth_screen *self, uint64_t *random, double rate,
                            bool restless);

/* Runs of the batch that is due. */
int32_t lc_growth_screen_due(const lc_growth_screen *self);

/* The fewest runs after which the screen can be over: all of this attempt. */
int32_t lc_growth_screen_left(const lc_growth_screen *self);

/* Takes what the batch that was due added, and plans the next attempt where needed, for
 * a leak of `rate`. */
lc_growth_screen_answer lc_growth_screen_take(lc_growth_screen *self,
                                              const int64_t grown[LC_GROWTH_METRICS],
                                              uint64_t *random, double rate);

#endif
