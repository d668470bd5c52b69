/* SPDX-License-Identifier: MIT */
#include "growth.h"

#include "growth_plan.h"
#include "growth_screen.h"
#include "growth_series.h"
#include "growth_trace.h"
#include "mem.h"

enum {
    SETTLED = 2, /* Runs in a row that do not grow end the warm-up. */
    TURNOVER = 2, /* Runs that replace state kept from before the trace. */
};

struct lc_growth {
    lc_growth_settings settings; /* Checked; its rate is what growth is examined at. */
    double declared; /* Blocks a run: the rate that a quiet screen rules out. */
    uint64_t random; /* State of the generator. */
    lc_growth_step step; /* What next() answers. */
    bool asked; /* next() has asked for a reading. */
    int64_t last[LC_GROWTH_METRICS]; /* Blocks, of the reading before. */
    int32_t wide_runs; /* Since the wide metrics were read. */
    lc_growth_result result; /* `runs` always; the rest once step says DONE. */

    int32_t warm_runs; /* Runs of the warm-up. */
    int32_t settled; /* Of them, how many in a row did not grow. */
    bool moved; /* One of them changed a level. */
    lc_growth_screen screen;

    lc_growth_trace trace;
};

/* The verdict stands. */
static void
finish(lc_growth *self)
{
    self->step = (lc_growth_step){.action = LC_GROWTH_DONE, .phase = self->step.phase};
}

/* The next batch; before the first of an attempt a wide reading, unless there is one. */
static void
ask_batch(lc_growth *self)
{
    const lc_growth_screen *screen = &self->screen;
    lc_growth_wide kind =
        screen->attempt == 0 ? LC_GROWTH_WIDE_NEW : LC_GROWTH_WIDE_ALL;
    bool reading = screen->done == 0 && self->step.wide != kind;
    bool wide = reading || screen->done + 1 == screen->batches;
    self->step = (lc_growth_step){.action = LC_GROWTH_RUN,
                                  .phase = LC_GROWTH_PHASE_SCREEN,
                                  .runs = reading ? 0 : lc_growth_screen_due(screen),
                                  .wide = wide ? kind : LC_GROWTH_WIDE_NOT};
}

/* Whether only the wide metrics grew while screened. */
static bool
widely(const lc_growth *self)
{
    return self->screen.wide && !self->screen.steady;
}

static void
start_trace(lc_growth *self)
{
    if (self->step.phase == LC_GROWTH_PHASE_SCREEN) {
        self->trace.wide = widely(self);
    }
    else {
        self->trace.wide =
            self->settings.mode == LC_GROWTH_FIXED || self->settings.wide;
    }
    self->step = (lc_growth_step){.action = LC_GROWTH_START_TRACE,
                                  .phase = LC_GROWTH_PHASE_TRACE};
}

static void
feed_screen(lc_growth *self, const int64_t grown[LC_GROWTH_METRICS])
{
    lc_growth_screen *screen = &self->screen;
    if (self->step.runs == 0) {
        ask_batch(self);
        return;
    }
    switch (lc_growth_screen_take(screen, grown, &self->random, self->settings.rate)) {
    case LC_GROWTH_SCREEN_MORE:
        ask_batch(self);
        break;
    case LC_GROWTH_SCREEN_QUIET:
        lc_growth_trace_decide(&self->result, LC_GROWTH_CLEAN, LC_GROWTH_WHY_QUIET, -1,
                               screen->runs);
        finish(self);
        break;
    case LC_GROWTH_SCREEN_SUSPECT:
        if (self->settings.part != LC_GROWTH_SCREEN_ONLY) {
            start_trace(self);
            break;
        }
        lc_growth_trace_decide(
            &self->result, LC_GROWTH_INCONCLUSIVE, LC_GROWTH_WHY_SUSPECT,
            widely(self) ? LC_GROWTH_OBJECTS : LC_GROWTH_BLOCKS, screen->runs);
        finish(self);
        break;
    }
}

static void
feed_warmup(lc_growth *self, bool grew, bool moved)
{
    if (self->step.runs > 0) {
        self->settled = grew ? 0 : self->settled + 1;
        self->moved = self->moved || moved;
    }
    bool adaptive = self->settings.mode == LC_GROWTH_ADAPTIVE;
    self->step.wide =
        adaptive && self->step.runs == 0 ? LC_GROWTH_WIDE_NEW : LC_GROWTH_WIDE_NOT;
    self->warm_runs += self->step.runs;
    self->step.runs = 1;
    bool still = adaptive && !self->moved &&
                 self->settled >= lc_growth_plan_settled(self->declared);
    if (!still && self->settled < SETTLED &&
        self->warm_runs < self->settings.warmup_max) {
        return;
    }
    if (self->settings.mode == LC_GROWTH_FIXED) {
        start_trace(self);
        return;
    }
    lc_growth_screen_start(&self->screen, &self->random, self->declared, !still);
    ask_batch(self);
}

static lc_growth_wide
marks_wide(const lc_growth *self)
{
    return self->trace.wide ? LC_GROWTH_WIDE_ALL : LC_GROWTH_WIDE_NOT;
}

static void
feed_mark(lc_growth *self)
{
    if (lc_growth_trace_take(&self->trace, &self->settings, self->last, &self->random,
                             &self->result)) {
        finish(self);
        return;
    }
    self->step = (lc_growth_step){.action = LC_GROWTH_RUN,
                                  .phase = LC_GROWTH_PHASE_TRACE,
                                  .runs = lc_growth_trace_due(&self->trace),
                                  .mark = true,
                                  .wide = marks_wide(self)};
}

lc_growth *
lc_growth_new(const lc_growth_settings *settings)
{
    if (!lc_growth_plan_valid(settings)) {
        return NULL;
    }
    lc_growth *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->settings = *settings;
    if (self->settings.rate < lc_growth_plan_rate_least) {
        self->settings.rate = lc_growth_plan_rate_least;
    }
    self->declared = self->settings.rate;
    if (self->settings.rate > lc_growth_plan_rate_examined) {
        self->settings.rate = lc_growth_plan_rate_examined;
    }
    self->random = settings->seed;
    self->result.verdict = LC_GROWTH_INCONCLUSIVE;
    self->result.why = LC_GROWTH_WHY_STOPPED;
    self->result.metric = -1;
    lc_growth_trace_plan(&self->trace, &self->settings);
    if (settings->mode == LC_GROWTH_CONFIRM || settings->part == LC_GROWTH_TRACE_ONLY) {
        start_trace(self);
    }
    else {
        self->step = (lc_growth_step){.action = LC_GROWTH_RUN,
                                      .phase = LC_GROWTH_PHASE_WARMUP,
                                      .wide = settings->mode == LC_GROWTH_ADAPTIVE
                                                  ? LC_GROWTH_WIDE_NEW
                                                  : LC_GROWTH_WIDE_NOT};
    }
    return self;
}

void
lc_growth_free(lc_growth *self)
{
    lc_mem_free(self);
}

lc_growth_step
lc_growth_next(lc_growth *self)
{
    lc_growth_step step = self->step;
    self->asked = step.action == LC_GROWTH_RUN;
    if (step.action == LC_GROWTH_START_TRACE) {
        self->step = (lc_growth_step){.action = LC_GROWTH_RUN,
                                      .phase = LC_GROWTH_PHASE_TRACE,
                                      .runs = TURNOVER,
                                      .baseline = true,
                                      .mark = true,
                                      .wide = marks_wide(self)};
    }
    return step;
}

int32_t
lc_growth_least(const lc_growth *self)
{
    const lc_growth_screen *screen = &self->screen;
    bool quiet = self->step.phase == LC_GROWTH_PHASE_SCREEN && screen->attempt == 0;
    for (int32_t i = 0; quiet && i < screen->done; i++) {
        quiet = screen->grown[LC_GROWTH_BLOCKS][i] <= 0 &&
                screen->grown[LC_GROWTH_RAW][i] <= 0;
    }
    return quiet ? lc_growth_screen_left(screen) : self->step.runs;
}

lc_status
lc_growth_feed(lc_growth *self, const int64_t values[LC_GROWTH_METRICS])
{
    if (!self->asked) {
        return LC_ABSENT;
    }
    self->asked = false;
    self->result.runs += self->step.runs;
    self->wide_runs += self->step.runs;
    int64_t grown[LC_GROWTH_METRICS];
    bool grew = false;
    bool moved = false;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        grown[m] = 0;
        if (m >= LC_GROWTH_NARROW && self->step.wide == LC_GROWTH_WIDE_NOT) {
            continue;
        }
        grown[m] = lc_growth_series_distance(values[m], self->last[m]);
        self->last[m] = values[m];
        if (m == LC_GROWTH_COUNTS &&
            !lc_growth_trace_whole(grown[m], self->wide_runs)) {
            grown[m] = 0;
        }
        /* The first run replaces older objects, which NEW counts as more, and takes the
         * references that are kept from then on. */
        if (self->step.phase == LC_GROWTH_PHASE_WARMUP &&
            (m == LC_GROWTH_OBJECTS || m == LC_GROWTH_COUNTS)) {
            continue;
        }
        grew = grew || grown[m] > 0;
        moved = moved || grown[m] != 0;
    }
    if (self->step.wide != LC_GROWTH_WIDE_NOT) {
        self->wide_runs = 0;
    }
    switch (self->step.phase) {
    case LC_GROWTH_PHASE_WARMUP:
        feed_warmup(self, grew, moved);
        break;
    case LC_GROWTH_PHASE_SCREEN:
        feed_screen(self, grown);
        break;
    case LC_GROWTH_PHASE_TRACE:
        feed_mark(self);
        break;
    }
    return LC_OK;
}

void
lc_growth_stop(lc_growth *self)
{
    if (self->step.action == LC_GROWTH_DONE) {
        return;
    }
    self->asked = false;
    const lc_growth_trace *trace = &self->trace;
    if (!lc_growth_trace_stop(&self->trace, &self->settings, &self->result)) {
        lc_growth_trace_decide(&self->result, LC_GROWTH_INCONCLUSIVE,
                               LC_GROWTH_WHY_STOPPED, -1,
                               trace->marks > 0 ? trace->runs[trace->marks - 1] : 0);
    }
    finish(self);
}

lc_growth_result
lc_growth_judge(const lc_growth *self)
{
    return self->result;
}

int32_t
lc_growth_window_ends(const lc_growth *self, int32_t *out, int32_t room)
{
    for (int32_t k = 0; k < self->trace.complete && k < room; k++) {
        out[k] = self->trace.window_end[k];
    }
    return self->trace.complete;
}
