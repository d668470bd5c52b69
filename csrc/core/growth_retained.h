/* SPDX-License-Identifier: MIT
 *
 * The retained part of a series, and what can be asked of it.
 *
 * U at a mark is the least level from there on: what is freed later was not leaked. The
 * drawing is in growth_series.h, whose rule is the only user; the constants of a question
 * stand beside it.
 *
 * Thread rule: no state; reads only its arguments.
 */
#ifndef LC_CORE_GROWTH_RETAINED_H
#define LC_CORE_GROWTH_RETAINED_H

#include <stdbool.h>
#include <stdint.h>

#include "growth_series.h"

typedef struct {
    int32_t last; /* Mark at which it ends: up to where U can be trusted. */
    int64_t fall; /* Blocks; greatest fall between two marks of the series. */
    int64_t net; /* Blocks; growth of U from the first mark to `last`. */
    double slope; /* `net` a run. */
} lc_growth_retained;

/* Blocks at a mark, above the first mark. */
int64_t lc_growth_retained_level(const lc_growth_series *series, int32_t mark);

/* Blocks; the greatest fall between two marks from index `from` on. */
int64_t lc_growth_retained_fall(const lc_growth_series *series, int32_t from);

/* The mark with the least of the levels of [from, to), the last of equals. */
int32_t lc_growth_retained_least(const lc_growth_series *series, int32_t from,
                                 int32_t to);

/* The first mark from index `from` on that lies after `run`; `marks` where none does. */
int32_t lc_growth_retained_after(const lc_growth_series *series, int32_t from,
                                 double run);

lc_growth_retained lc_growth_retained_find(const lc_growth_series *series);

/* How many batches U rose in. */
int32_t lc_growth_retained_rises(const lc_growth_series *series,
                                 const lc_growth_retained *part);

/* Whether U did not rise in a window in which 5 leaks of the declared rate were due. */
bool lc_growth_retained_skips(const lc_growth_series *series,
                              const lc_growth_retained *part);

/* Whether a walk of independent steps like those of the series might have come as far:
 * its net growth is under 3.5 sigmas of such a walk. */
bool lc_growth_retained_walks(const lc_growth_series *series,
                              const lc_growth_retained *part);

/* The Fano factor of the batches: variance of a batch's growth in units of its mean, from
 * differences of neighbours. */
double lc_growth_retained_dispersion(const lc_growth_series *series,
                                     const lc_growth_retained *part);

/* Whether growth from some mark of the later two thirds on falls short of the growth
 * before it by more than chance explains. */
bool lc_growth_retained_slows(const lc_growth_series *series,
                              const lc_growth_retained *part, double phi);

/* Whether U grew by less a run than the trace that raised the suspicion had it, by more
 * than chance explains, and does not show by itself that its pace is steady. */
bool lc_growth_retained_slowed(const lc_growth_series *series,
                               const lc_growth_retained *part, double phi);

#endif
