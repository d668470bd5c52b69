/* SPDX-License-Identifier: MIT
 *
 * The trace: windows w, 2w, 4w, ... of runs, cut into batches, with a mark after each; and
 * what its marks say by the rules of growth_series.h.
 *
 * CLEAN(ENDED) is answered at any mark, LEAK after all windows, but for an exact one:
 * LC_GROWTH_ADAPTIVE, which only suspects, tells it after any window of a short trace (a
 * low rate asks for a long one and gets it whole, since a cache may look exact for as
 * long), and LC_GROWTH_CONFIRM, which may plan more windows than asked for, once those
 * asked for are over. An undecided trace runs on, batch by batch, as long as its last window (twice that
 * in LC_GROWTH_CONFIRM, also where leaks are too few to show a decline): a pause that began
 * late needs time to be told from luck. LC_GROWTH_FIXED ends after its runs.
 *
 * Reference counts are evidence only where each mark lies on one line of whole counts a run
 * and no other metric grows by as much as one a run; else they are not looked at.
 *
 * Thread rule: as growth.h, its only user.
 */
#ifndef LC_CORE_GROWTH_TRACE_H
#define LC_CORE_GROWTH_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "growth_plan.h"
#include "growth_terms.h"

enum {
    /* Overtime follows the last window, to see a pause or a decline out. */
    LC_GROWTH_TRACE_MARKS =
        1 + ((LC_GROWTH_PLAN_WINDOWS_MAX + 1) * LC_GROWTH_PLAN_BATCHES),
};

typedef struct {
    bool wide; /* The marks have the wide metrics. */
    int32_t windows; /* As planned. */
    int32_t plan[LC_GROWTH_PLAN_WINDOWS_MAX]; /* Run at the end of each. */
    int32_t window; /* The one that runs; `windows` in overtime. */
    int32_t cuts[LC_GROWTH_PLAN_BATCHES]; /* Run at the end of each of its batches. */
    int32_t cut; /* The batch that runs. */
    int32_t cut_count; /* Batches of the window. */
    int32_t complete; /* Windows. */
    int32_t window_end[LC_GROWTH_PLAN_WINDOWS_MAX]; /* Mark index; of the complete. */
    int32_t marks; /* Baseline included. */
    int32_t runs[LC_GROWTH_TRACE_MARKS]; /* Run of each mark; the baseline is run 0. */
    int64_t levels[LC_GROWTH_METRICS][LC_GROWTH_TRACE_MARKS]; /* Blocks at each mark. */
} lc_growth_trace;

/* Plans the windows of a trace that is all zero. */
void lc_growth_trace_plan(lc_growth_trace *self, const lc_growth_settings *settings);

/* Runs until the next mark; the baseline was taken. */
int32_t lc_growth_trace_due(const lc_growth_trace *self);

/* Takes the mark that was due, the baseline first. True: `out` has the verdict. */
bool lc_growth_trace_take(lc_growth_trace *self, const lc_growth_settings *settings,
                          const int64_t levels[LC_GROWTH_METRICS], uint64_t *random,
                          lc_growth_result *out);

/* No more runs. True: a rule is met all the same, and `out` has the verdict. */
bool lc_growth_trace_stop(lc_growth_trace *self, const lc_growth_settings *settings,
                          lc_growth_result *out);

/* `grown` is a whole number for each of the runs, one or more. */
bool lc_growth_trace_whole(int64_t grown, int32_t runs);

/* A verdict that rests on `judged` runs. */
void lc_growth_trace_decide(lc_growth_result *out, lc_growth_verdict verdict,
                            lc_growth_why why, int32_t metric, int32_t judged);

#endif
