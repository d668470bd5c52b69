/* SPDX-License-Identifier: MIT
 *
 * The rule for one series of levels: has growth ended, is it a leak, or neither?
 *
 *    level |                        .'        v   the level at each mark
 *          |            .'|      .-'  |       U   the retained part: the least level
 *          |   .'|    .'  |   .-'     '---        from this mark on (never falls)
 *          | .'  |_.-'    |_-'__________U___
 *          +---------------------------------> runs
 *          0   w       3w               7w
 *
 * Why U: what is freed later was not leaked, so sawteeth, buffers and noise fall away,
 * while a leak raises every later trough. The end of a series that sometimes falls can't
 * be trusted (its last tooth is not over), so there U ends at the least level of the
 * last quarter of the runs.
 *
 * ENDED. The level did not rise for 7 / rate runs and a third of all: a leak of just
 * `rate` pauses that long with a chance of e^-7 at one look, and there are several looks.
 * Where one look is taken, 3 / rate runs (95 %) or all runs. A series that falls at times:
 * the least level of the second half is not above that of the first, over 10 / rate runs,
 * and a leak of `rate` would have lifted the troughs by more than one can be missed by.
 *
 * LINEAR. Exact to the block, whole blocks a run, over at least one window. Or U rose by 6 blocks or more, by a good part of `rate` a run, in 4 batches or
 * more, in every window in which 5 leaks of `rate` were due (a random 1-in-10 leak leaves
 * a window of 20 runs empty in 13 % of cases: asking for a rise in each window would miss
 * one leak in eight), and it does not slow down: from no mark of the later two thirds on
 * does it fall short of the pace before by more than chance explains. Chance is measured,
 * not assumed: phi is the variance of a batch's growth in units of its mean, taken from
 * neighbouring batches so that a slow trend does not hide in it (0 for an exact leak, 1
 * for random single blocks, g for random lumps of g). So an exact series is held to two
 * blocks and a cache that fills within the last batch is seen, while a rare leak is given
 * its luck. A last window exact to the block (whole blocks a run) is a leak of its own,
 * whatever slower or faster growth went before it. A series that falls at times must grow
 * by three times its greatest fall and by 3.5 sigmas of a walk with the same steps; a
 * suspect, judged again later, by half of its fall.
 *
 * Growth like the root of the runs looks straight over a stretch that is short against all
 * that went before. So a confirming trace is held against the one that raised the
 * suspicion too: a pace lower by more than chance explains is SUBLINEAR, unless the later
 * trace is by itself long and steady (what grew at first may have ended beside a leak). At
 * rates up to .015, whose traces are thousands of runs long, less of a decline is steady.
 *
 * Bounds used: Poisson tails, the conditional comparison of two Poisson counts, and the
 * Fano factor as estimate of dispersion; sizes were set by tests/bench/growth_lab.py.
 *
 * Weak spot: a cache larger than the runs is a leak to any rule that sees counts only.
 *
 * Thread rule: no state; reads only its arguments.
 */
#ifndef LC_CORE_GROWTH_SERIES_H
#define LC_CORE_GROWTH_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "growth_terms.h"

typedef struct {
    const int32_t *runs; /* Borrowed. Runs done at each mark, rising, 0 first. */
    const int64_t *levels; /* Borrowed. Blocks at each mark. */
    int32_t marks; /* Length of both; at least 1. */
    const int32_t *window_end; /* Borrowed. Mark index at which each window ends. */
    int32_t windows; /* Complete windows. */
    double rate; /* Blocks a run. */
    bool suspect; /* A leak found here will be judged by a longer trace. */
    bool once; /* Is judged once, at its end, not after each mark. */
    double earlier_slope; /* Of the trace that raised the suspicion; blocks a run. */
    int32_t earlier_runs; /* Its length; 0: there was none. */
} lc_growth_series;

/* What a leak must show besides being LINEAR. */
typedef enum {
    LC_GROWTH_PLAIN, /* Nothing. */
    LC_GROWTH_FIRM, /* So many leaks that a slow decline would show. */
    LC_GROWTH_EXACT, /* That it never strayed from its line. */
} lc_growth_proof;

/* Distance of `level` from `base`, held within +-2^61 so that two of them subtract. */
int64_t lc_growth_series_distance(int64_t level, int64_t base);

/* The runs over which growth is known to have ended; 0: not ended, or not known yet. */
int32_t lc_growth_series_quiet(const lc_growth_series *series);

/* Whether all marks from index `from` on lie on one line of whole blocks a run, at least
 * one block a run, and there are at least three. */
bool lc_growth_series_exact(const lc_growth_series *series, int32_t from);

/* LC_GROWTH_WHY_LINEAR: a leak. SUBLINEAR, SLOW, NOISY: not, for that reason; NONE: the
 * retained part did not grow. `slope`: of the retained part, in blocks a run. */
lc_growth_why lc_growth_series_shape(const lc_growth_series *series, double *slope);

/* Whether it is a leak, with that much proof; only then is `slope` set. */
bool lc_growth_series_leaks(const lc_growth_series *series, lc_growth_proof needed,
                            double *slope);

/* The rule for one call site after the fact: `runs[i]` runs were done when its live
 * count was `counts[i]`, i < marks, baseline first; `window_end[k]` is the mark index at
 * which window k ends. Fills `out` as lc_growth_judge does (verdict LEAK when the site
 * grows like a leak of at least `rate`, CLEAN when it does not grow). */
void lc_growth_series_judge(const int32_t *runs, const int64_t *counts, int32_t marks,
                            const int32_t *window_end, int32_t windows, double rate,
                            lc_growth_result *out);

#endif
