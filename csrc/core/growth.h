/* SPDX-License-Identifier: MIT
 *
 * The decision machine: is fed exact counts, answers "do k more runs" or a verdict.
 *
 * The caller runs the body, collects, reads its counters and feeds them; no clock.
 *
 *     first reading
 *          |
 *          v
 *     +---------+  two runs in a row that do not grow, or warmup_max
 *     | WARM-UP |------------------------------------------.
 *     +---------+                                          v
 *                    nothing moved in any batch:      +--------+
 *                    CLEAN(QUIET, 3 / (N + 1)) <------| SCREEN |--. something grew: again,
 *                                                     +--------+<-' up to three times
 *                                                          |
 *                     grew in proportion, or every time    |
 *                                                          v
 *     growth ended: CLEAN(ENDED, 3 / (N + 1))         +--------+
 *     grew in every window, and                <------| TRACE  |  windows w, 2w, 4w, ...
 *     does not slow down: LEAK(LINEAR)                +--------+  lower envelope,
 *     neither: INCONCLUSIVE(why)                                  slope decay
 *
 * Where the first runs change nothing they are the first batch of the screen: two of them,
 * or one where the rate takes three runs in all. A restless warm-up counts for nothing,
 * and the screen after it is longer. All behind the first screen is done as for a rate of
 * at most lc_growth_plan_rate_examined.
 *
 * The wide metrics are read before and after the first run and after each screen (before
 * it too, where the warm-up was restless or the reading is another one), and at the marks
 * of a trace only where they are what is suspected (LC_GROWTH_CONFIRM: where the settings
 * say so; LC_GROWTH_FIXED: always). Reference counts are one of them, and tell only where
 * they grow by the same whole number each run, from the end of the first on.
 *
 * Whoever wants to do something about a suspect before it is traced asks for the screen and for
 * the trace one by one (lc_growth_part).
 *
 * LC_GROWTH_FIXED has no screen and ends exactly after `iterations` runs. Rules:
 * growth_screen.h, growth_trace.h, growth_series.h.
 *
 * Thread rule: one machine belongs to one thread at a time.
 */
#ifndef LC_CORE_GROWTH_H
#define LC_CORE_GROWTH_H

#include <stdint.h>

#include "growth_terms.h"
#include "status.h"

typedef struct lc_growth lc_growth;

/* A machine owned by the caller; NULL: no memory, or settings out of range. */
lc_growth *lc_growth_new(const lc_growth_settings *settings);
void lc_growth_free(lc_growth *self);

/* What to do next. The same until the next feed (a START_TRACE is answered once). */
lc_growth_step lc_growth_next(lc_growth *self);

/* The fewest runs that the phase still takes, those of the step included: whoever has no
 * time for them may as well stop. Where growth was seen: those of the step, since more of
 * it may decide at any reading. */
int32_t lc_growth_least(const lc_growth *self);

/* Takes the reading asked for by the last LC_GROWTH_RUN step: levels, which are compared
 * only within a phase. LC_ABSENT: no reading was asked for. Never needs memory. */
lc_status lc_growth_feed(lc_growth *self, const int64_t values[LC_GROWTH_METRICS]);

/* The caller is out of time: CLEAN or LEAK where a rule is met, else INCONCLUSIVE. */
void lc_growth_stop(lc_growth *self);

/* Copies the mark index (0: baseline) at which each complete window of the trace ends to
 * `out`, at most `room`; returns how many there are. */
int32_t lc_growth_window_ends(const lc_growth *self, int32_t *out, int32_t room);

/* Before LC_GROWTH_DONE or lc_growth_stop: INCONCLUSIVE(STOPPED), with the runs so far. */
lc_growth_result lc_growth_judge(const lc_growth *self);

#endif
