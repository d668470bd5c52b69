/* SPDX-License-Identifier: MIT
 *
 * How many runs lie between two readings: sizes of screens, windows and batches.
 *
 * Sizes are unequal, coprime and in random order, so that no period of the measured body
 * makes its growth look proportional to the runs. All randomness comes from `random`, the
 * caller's state: the same state gives the same plan.
 *
 * Thread rule: no state of its own.
 */
#ifndef LC_CORE_GROWTH_PLAN_H
#define LC_CORE_GROWTH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "growth_terms.h"

enum {
    LC_GROWTH_PLAN_ATTEMPTS = 3,     /* Screens before a suspect is traced. */
    LC_GROWTH_PLAN_SCREEN_MAX = 64,  /* Batches of a screen; 43 at the least rate. */
    LC_GROWTH_PLAN_WINDOWS_MIN = 3,  /* Fewer windows show no decay. */
    LC_GROWTH_PLAN_WINDOWS_MAX = 16, /* Each twice the one before. */
    LC_GROWTH_PLAN_BATCHES = 6,      /* Of a trace window, at most. */
};

/* Rates below this one are planned as this one: runs would not fit. A CLEAN then states
 * the bound that its runs do show. */
extern const double lc_growth_plan_rate_least;

/* What moved is examined at this rate where the declared one is larger: few tests move, and
 * noise hides from few runs what it does not hide from many. */
extern const double lc_growth_plan_rate_examined;

/* Whether the settings are in the ranges that growth.h gives. */
bool lc_growth_plan_valid(const lc_growth_settings *settings);

/* No leak seen in so many runs: at most so many a run, 95 %. The chance to see none in N
 * runs is (1 - rate)^N, which is below .05 at a rate of 3 / (N + 1): the rule of three as
 * Jovanovic and Levy have it (The American Statistician 51, 1997). */
double lc_growth_plan_bound(int32_t runs);

/* How many runs in a row that change nothing, from the first on, are the first batch of the
 * screen: two; one where that and a batch of two show the rate. */
int32_t lc_growth_plan_settled(double rate);

/* Fills `sizes` with the batches of a screen, in the order to be done; returns how many.
 * Attempt 0 has one batch of as many runs as lc_growth_plan_settled says, and as many runs
 * as show the rate: two batches from a rate of .5 on, one run and two from .75 on. Runs of
 * one batch follow each other without a collection: what one of them leaves to the next
 * is seen only there, so one batch at least is no single run. Not where the warm-up was
 * `restless`: whoever waits for two quiet runs gives a leak a second chance to be missed, so
 * it has no such batch, and so many more runs that both chances together are below .05.
 * Attempts 1 and 2 have 1.5 and 2.3 times 3 / rate runs: equal screens would give a leak
 * equal chances again. */
int32_t lc_growth_plan_screen(uint64_t *random, int32_t attempt, double rate,
                              bool restless, int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX]);

/* Fills `ends` with the run, counted from the baseline, at which each window of the trace
 * ends; returns how many. Adaptive and confirming traces are long enough for 14 leaks of
 * the declared rate, since a rule on fewer than 6 seen would miss more than 1 in 200. A
 * confirming one gets more windows until 56 are due: so it is some three times as long as
 * all runs before it, and growth like their root does not look straight. */
int32_t lc_growth_plan_trace(const lc_growth_settings *settings,
                             int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX]);

/* Cuts the runs (from, to] into batches; `cuts` gets the run at which each ends, `to` the
 * last; returns how many. */
int32_t lc_growth_plan_cut(uint64_t *random, int32_t from, int32_t to,
                           int32_t cuts[LC_GROWTH_PLAN_BATCHES]);

#endif
