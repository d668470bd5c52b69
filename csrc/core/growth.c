/* SPDX-License-Identifier: MIT */
#include "growth.h"

#include "growth_plan.h"
#include "growth_screen.h"
#include "growth_series.h"
#include "mem.h"

enum {
    SETTLED = 2, /* Runs in a row, after the first, that do not grow end the warm-up. */
    TURNOVER = 2, /* Runs that replace state kept from before the trace. */
    /* Overtime follows the last window, to see a pause or a decline out. */
    MARKS_MAX = 1 + ((LC_GROWTH_PLAN_WINDOWS_MAX + 1) * LC_GROWTH_PLAN_BATCHES),
};

static const double BOUND = 3.0; /* No event in N runs: at most 3 / N, 95 %. */

struct lc_growth {
    lc_growth_settings settings; /* Checked; rate raised to the least planned one. */
    uint64_t random; /* State of the generator. */
    lc_growth_step step; /* What next() answers. */
    bool asked; /* next() has asked for a reading. */
    int64_t last[LC_GROWTH_METRICS]; /* Blocks, of the reading before. */
    int64_t settling[LC_GROWTH_METRICS]; /* Blocks that the settled runs added. */
    lc_growth_result result; /* `runs` always; the rest once step says DONE. */

    int32_t warm_runs; /* Runs of the warm-up. */
    int32_t settled; /* Of them, how many in a row did not grow. */
    lc_growth_screen screen;

    bool wide; /* The trace's marks have the wide metrics. */
    int32_t windows; /* Of the trace as planned. */
    int32_t plan[LC_GROWTH_PLAN_WINDOWS_MAX]; /* Run at the end of each. */
    int32_t window; /* The one that runs; `windows` in overtime. */
    int32_t cuts[LC_GROWTH_PLAN_BATCHES]; /* Run at the end of each of its batches. */
    int32_t cut; /* The batch that runs. */
    int32_t cut_count; /* Batches of the window. */
    int32_t complete; /* Windows. */
    int32_t window_end[LC_GROWTH_PLAN_WINDOWS_MAX]; /* Mark index; of the complete. */
    int32_t marks; /* Baseline included. */
    int32_t runs[MARKS_MAX]; /* Run of each mark; the baseline is run 0. */
    int64_t levels[LC_GROWTH_METRICS][MARKS_MAX]; /* Blocks at each mark. */
};

static void
finish(lc_growth *self, lc_growth_verdict verdict, lc_growth_why why, int32_t metric,
       int32_t judged)
{
    self->step = (lc_growth_step){.action = LC_GROWTH_DONE, .phase = self->step.phase};
    self->result.verdict = verdict;
    self->result.why = why;
    self->result.metric = metric;
    self->result.judged = judged;
    if (verdict == LC_GROWTH_CLEAN) {
        self->result.bound = BOUND / judged;
    }
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

static void
start_trace(lc_growth *self)
{
    if (self->settings.mode == LC_GROWTH_ADAPTIVE) {
        self->wide = self->screen.wide && !self->screen.steady;
    }
    else {
        self->wide = self->settings.mode == LC_GROWTH_FIXED || self->settings.wide;
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
    switch (lc_growth_screen_take(screen, grown, self->settled >= SETTLED,
                                  &self->random, self->settings.rate)) {
    case LC_GROWTH_SCREEN_MORE:
        ask_batch(self);
        break;
    case LC_GROWTH_SCREEN_QUIET:
        finish(self, LC_GROWTH_CLEAN, LC_GROWTH_WHY_QUIET, -1, screen->runs);
        break;
    case LC_GROWTH_SCREEN_SUSPECT:
        start_trace(self);
        break;
    }
}

static void
feed_warmup(lc_growth *self, const int64_t grown[LC_GROWTH_METRICS], bool any_grew)
{
    bool first = self->warm_runs + self->step.runs < 2;
    self->settled = any_grew || first ? 0 : self->settled + 1;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        self->settling[m] = self->settled == 0 ? 0 : self->settling[m] + grown[m];
    }
    self->warm_runs += self->step.runs;
    self->step.runs = 1;
    if (self->settings.mode == LC_GROWTH_ADAPTIVE) {
        self->step.wide = LC_GROWTH_WIDE_NEW;
    }
    if (self->settled < SETTLED && self->warm_runs < self->settings.warmup_max) {
        return;
    }
    if (self->settings.mode == LC_GROWTH_FIXED) {
        start_trace(self);
        return;
    }
    bool counts = self->settled == SETTLED && self->warm_runs == 1 + SETTLED;
    lc_growth_screen_start(&self->screen, &self->random, self->settings.rate,
                           counts ? self->settling : NULL);
    ask_batch(self);
}

static void
start_window(lc_growth *self, int32_t from, int32_t to)
{
    self->cut_count = lc_growth_plan_cut(&self->random, from, to, self->cuts);
    self->cut = 0;
}

static lc_growth_wide
marks_wide(const lc_growth *self)
{
    return self->wide ? LC_GROWTH_WIDE_ALL : LC_GROWTH_WIDE_NOT;
}

static void
ask_mark(lc_growth *self)
{
    self->step =
        (lc_growth_step){.action = LC_GROWTH_RUN,
                         .phase = LC_GROWTH_PHASE_TRACE,
                         .runs = self->cuts[self->cut] - self->runs[self->marks - 1],
                         .mark = true,
                         .wide = marks_wide(self)};
}

/* How many metrics the trace's marks have. */
static int32_t
traced(const lc_growth *self)
{
    return self->wide ? LC_GROWTH_METRICS : LC_GROWTH_NARROW;
}

static lc_growth_series
series_of(const lc_growth *self, int32_t metric)
{
    const lc_growth_settings *settings = &self->settings;
    bool known =
        settings->mode == LC_GROWTH_CONFIRM && settings->earlier_metric == metric;
    return (lc_growth_series){.runs = self->runs,
                              .levels = self->levels[metric],
                              .marks = self->marks,
                              .window_end = self->window_end,
                              .windows = self->complete,
                              .rate = settings->rate,
                              .suspect = settings->mode == LC_GROWTH_ADAPTIVE,
                              .once = settings->mode == LC_GROWTH_FIXED,
                              .earlier_slope = known ? settings->earlier_slope : 0,
                              .earlier_runs = known ? settings->earlier_runs : 0};
}

/* Ends the check as CLEAN if growth has ended in all metrics. */
static bool
finish_if_quiet(lc_growth *self)
{
    int32_t least = INT32_MAX;
    for (int32_t m = 0; m < traced(self); m++) {
        lc_growth_series series = series_of(self, m);
        int32_t quiet = lc_growth_series_quiet(&series);
        least = quiet < least ? quiet : least;
    }
    if (least > 0) {
        finish(self, LC_GROWTH_CLEAN, LC_GROWTH_WHY_ENDED, -1, least);
    }
    return least > 0;
}

/* Ends the check as LEAK if the rule holds for a metric. */
static bool
finish_if_linear(lc_growth *self, lc_growth_proof needed)
{
    for (int32_t m = 0; m < traced(self); m++) {
        lc_growth_series series = series_of(self, m);
        if (lc_growth_series_leaks(&series, needed, &self->result.slope)) {
            self->result.exact = lc_growth_series_exact(&series, 0);
            finish(self, LC_GROWTH_LEAK, LC_GROWTH_WHY_LINEAR, m,
                   self->runs[self->marks - 1]);
            return true;
        }
    }
    return false;
}

static void
finish_undecided(lc_growth *self)
{
    for (int32_t m = 0; m < traced(self); m++) {
        lc_growth_series series = series_of(self, m);
        if (lc_growth_series_quiet(&series) > 0) {
            continue;
        }
        double slope = 0;
        lc_growth_why why = lc_growth_series_shape(&series, &slope);
        self->result.slope = slope;
        why = why == LC_GROWTH_WHY_NONE ? LC_GROWTH_WHY_NOISY : why;
        finish(self, LC_GROWTH_INCONCLUSIVE, why, m, self->runs[self->marks - 1]);
        return;
    }
}

static void
feed_mark(lc_growth *self)
{
    bool fixed = self->settings.mode == LC_GROWTH_FIXED;
    int32_t run = self->marks == 0 ? 0 : self->cuts[self->cut];
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        self->levels[m][self->marks] = self->last[m];
    }
    self->runs[self->marks++] = run;
    if (self->marks == 1) {
        start_window(self, 0, self->plan[0]);
        ask_mark(self);
        return;
    }
    self->cut++;
    bool window_over = self->cut == self->cut_count;
    bool overtime = self->window == self->windows;
    if (overtime) {
        self->window_end[self->windows - 1] = self->marks - 1;
    }
    else if (window_over) {
        self->window_end[self->window++] = self->marks - 1;
        self->complete = self->window;
    }
    self->result.windows = self->complete;
    bool last = window_over && self->window == self->windows;
    if ((!fixed || last) && finish_if_quiet(self)) {
        return;
    }
    if (!window_over) {
        ask_mark(self);
        return;
    }
    if (last) {
        bool confirms = self->settings.mode == LC_GROWTH_CONFIRM;
        if (finish_if_linear(self, confirms && !overtime ? LC_GROWTH_FIRM
                                                         : LC_GROWTH_PLAIN)) {
            return;
        }
        if (fixed || overtime) {
            finish_undecided(self);
            return;
        }
        int32_t before = self->plan[self->windows - 2];
        start_window(self, run, run + (confirms ? 2 : 1) * (run - before));
    }
    else {
        /* Only a confirming trace may have more windows than it was asked for. */
        bool may_tell = self->settings.mode == LC_GROWTH_ADAPTIVE ||
                        self->window >= self->settings.windows;
        if (may_tell && finish_if_linear(self, LC_GROWTH_EXACT)) {
            return;
        }
        start_window(self, run, self->plan[self->window]);
    }
    ask_mark(self);
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
    self->random = settings->seed;
    self->result.verdict = LC_GROWTH_INCONCLUSIVE;
    self->result.why = LC_GROWTH_WHY_STOPPED;
    self->result.metric = -1;
    self->windows = lc_growth_plan_trace(&self->settings, self->plan);
    if (settings->mode == LC_GROWTH_CONFIRM) {
        start_trace(self);
    }
    else {
        self->step =
            (lc_growth_step){.action = LC_GROWTH_RUN, .phase = LC_GROWTH_PHASE_WARMUP};
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

lc_status
lc_growth_feed(lc_growth *self, const int64_t values[LC_GROWTH_METRICS])
{
    if (!self->asked) {
        return LC_ABSENT;
    }
    self->asked = false;
    self->result.runs += self->step.runs;
    int64_t grown[LC_GROWTH_METRICS];
    bool any_grew = false;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        grown[m] = 0;
        if (m >= LC_GROWTH_NARROW && self->step.wide == LC_GROWTH_WIDE_NOT) {
            continue;
        }
        grown[m] = lc_growth_series_distance(values[m], self->last[m]);
        any_grew = any_grew || grown[m] > 0;
        self->last[m] = values[m];
    }
    switch (self->step.phase) {
    case LC_GROWTH_PHASE_WARMUP:
        feed_warmup(self, grown, any_grew);
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
    if (self->complete > 0) {
        /* Marks after the last complete window are half a window: no ground to judge.
         * A confirmation cut short is none either, but of an exact leak. */
        int32_t marks = self->marks;
        bool enough = self->runs[marks - 1] * self->settings.rate >= BOUND;
        if (enough && finish_if_quiet(self)) {
            return;
        }
        self->marks = self->window_end[self->complete - 1] + 1;
        bool confirms = self->settings.mode == LC_GROWTH_CONFIRM;
        if (self->complete >= LC_GROWTH_PLAN_WINDOWS_MIN &&
            finish_if_linear(self, confirms ? LC_GROWTH_EXACT : LC_GROWTH_PLAIN)) {
            return;
        }
        self->marks = marks;
    }
    finish(self, LC_GROWTH_INCONCLUSIVE, LC_GROWTH_WHY_STOPPED, -1,
           self->marks > 0 ? self->runs[self->marks - 1] : 0);
}

lc_growth_result
lc_growth_judge(const lc_growth *self)
{
    return self->result;
}

int32_t
lc_growth_window_ends(const lc_growth *self, int32_t *out, int32_t room)
{
    for (int32_t k = 0; k < self->complete && k < room; k++) {
        out[k] = self->window_end[k];
    }
    return self->complete;
}
