/* SPDX-License-Identifier: MIT
 *
 * Driving a trace by itself, with the levels that a test makes up for each mark.
 */
#ifndef LC_TESTS_TRACE_DRIVE_H
#define LC_TESTS_TRACE_DRIVE_H

#include "growth_trace.h"

#include "mem_fake.h"

/* Sets what stands at its level after `run` runs; all levels are 500 when it is called. */
typedef void (*levels_after)(int32_t run, int64_t levels[LC_GROWTH_METRICS]);

typedef struct {
    lc_growth_settings settings;
    lc_growth_trace trace;
    lc_growth_result out;
    uint64_t random;
    bool told;
} traced;

/* A trace that is told to stop nowhere: `first` window, `windows` of them; the iterations of
 * LC_GROWTH_FIXED are as many. */
static inline void
begin(traced *self, lc_growth_mode mode, double rate, int32_t first, int32_t windows)
{
    *self = (traced){.settings = {.mode = mode,
                                  .rate = rate,
                                  .warmup_max = 8,
                                  .first_window = first,
                                  .windows = windows,
                                  .iterations = first * ((1 << windows) - 1)},
                     .random = 11};
    assert_true(lc_growth_plan_valid(&self->settings));
    lc_growth_trace_plan(&self->trace, &self->settings);
}

static inline int32_t
last_run(const traced *self)
{
    return self->trace.runs[self->trace.marks - 1];
}

/* Takes marks until the trace tells, or `complete` windows are over. */
static inline void
follow(traced *self, levels_after levels, int32_t complete)
{
    while (!self->told && (complete == 0 || self->trace.complete < complete)) {
        int32_t run = self->trace.marks == 0
                          ? 0
                          : last_run(self) + lc_growth_trace_due(&self->trace);
        int64_t now[LC_GROWTH_METRICS];
        for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
            now[m] = 500;
        }
        levels(run, now);
        self->told = lc_growth_trace_take(&self->trace, &self->settings, now,
                                          &self->random, &self->out);
        assert_int_equal(last_run(self), run);
    }
}

#endif
