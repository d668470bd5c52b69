/* SPDX-License-Identifier: MIT */
#include "growth_trace.h"

#include "growth_series.h"

enum { SHORT_TRACE = 500 }; /* Runs of a trace that an exact leak may cut short. */

static const double ENOUGH =
    3.0; /* Leaks of the rate that are due in a trace cut short. */

void
lc_growth_trace_decide(lc_growth_result *out, lc_growth_verdict verdict,
                       lc_growth_why why, int32_t metric, int32_t judged)
{
    out->verdict = verdict;
    out->why = why;
    out->metric = metric;
    out->judged = judged;
    if (verdict == LC_GROWTH_CLEAN) {
        out->bound = lc_growth_plan_bound(judged);
    }
}

void
lc_growth_trace_plan(lc_growth_trace *self, const lc_growth_settings *settings)
{
    self->windows = lc_growth_plan_trace(settings, self->plan);
}

int32_t
lc_growth_trace_due(const lc_growth_trace *self)
{
    return self->cuts[self->cut] - self->runs[self->marks - 1];
}

static void
start_window(lc_growth_trace *self, uint64_t *random, int32_t from, int32_t to)
{
    self->cut_count = lc_growth_plan_cut(random, from, to, self->cuts);
    self->cut = 0;
}

/* How many metrics the marks have. */
static int32_t
traced(const lc_growth_trace *self)
{
    return self->wide ? LC_GROWTH_METRICS : LC_GROWTH_NARROW;
}

static lc_growth_series
series_of(const lc_growth_trace *self, const lc_growth_settings *settings,
          int32_t metric)
{
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
                              .earlier_slope = settings->earlier_slope,
                              .earlier_runs = known ? settings->earlier_runs : 0};
}

bool
lc_growth_trace_whole(int64_t grown, int32_t runs)
{
    return runs > 0 && grown > 0 && grown % runs == 0;
}

/* Whether reference counts grow by the same whole number a run at each mark, of which there
 * are two or more, and nothing else grows so much: then it is not the objects that refer to
 * them. */
static bool
counts_grow(const lc_growth_trace *self)
{
    int32_t last = self->marks - 1;
    for (int32_t m = 0; m < LC_GROWTH_COUNTS; m++) {
        if (lc_growth_series_distance(self->levels[m][last], self->levels[m][0]) >=
            self->runs[last]) {
            return false;
        }
    }
    const int64_t *levels = self->levels[LC_GROWTH_COUNTS];
    int64_t slope = lc_growth_series_distance(levels[1], levels[0]) / self->runs[1];
    for (int32_t i = 1; i <= last; i++) {
        int64_t grown = lc_growth_series_distance(levels[i], levels[0]);
        int32_t runs = self->runs[i];
        if (!lc_growth_trace_whole(grown, runs) || grown / runs != slope) {
            return false;
        }
    }
    return true;
}

/* Whether a metric says anything. Reference counts come and go with every cache and thread,
 * so whatever they do but growing like a lost reference says nothing. */
static bool
tells(const lc_growth_trace *self, int32_t metric)
{
    return metric != LC_GROWTH_COUNTS || counts_grow(self);
}

/* CLEAN if growth has ended in all metrics. */
static bool
decide_quiet(const lc_growth_trace *self, const lc_growth_settings *settings,
             lc_growth_result *out)
{
    int32_t least = INT32_MAX;
    for (int32_t m = 0; m < traced(self); m++) {
        if (!tells(self, m)) {
            continue;
        }
        lc_growth_series series = series_of(self, settings, m);
        int32_t quiet = lc_growth_series_quiet(&series);
        least = quiet < least ? quiet : least;
    }
    if (least == 0) {
        return false;
    }
    lc_growth_trace_decide(out, LC_GROWTH_CLEAN, LC_GROWTH_WHY_ENDED, -1, least);
    return true;
}

/* LEAK if the rule holds for a metric. */
static bool
decide_linear(const lc_growth_trace *self, const lc_growth_settings *settings,
              lc_growth_proof needed, lc_growth_result *out)
{
    for (int32_t m = 0; m < traced(self); m++) {
        if (!tells(self, m)) {
            continue;
        }
        lc_growth_series series = series_of(self, settings, m);
        if (lc_growth_series_leaks(&series, needed, &out->slope)) {
            out->exact = lc_growth_series_exact(&series, 0);
            lc_growth_trace_decide(out, LC_GROWTH_LEAK, LC_GROWTH_WHY_LINEAR, m,
                                   self->runs[self->marks - 1]);
            return true;
        }
    }
    return false;
}

static void
decide_undecided(const lc_growth_trace *self, const lc_growth_settings *settings,
                 lc_growth_result *out)
{
    for (int32_t m = 0; m < traced(self); m++) {
        if (!tells(self, m)) {
            continue;
        }
        lc_growth_series series = series_of(self, settings, m);
        if (lc_growth_series_quiet(&series) > 0) {
            continue;
        }
        lc_growth_why why = lc_growth_series_shape(&series, &out->slope);
        why = why == LC_GROWTH_WHY_NONE ? LC_GROWTH_WHY_NOISY : why;
        lc_growth_trace_decide(out, LC_GROWTH_INCONCLUSIVE, why, m,
                               self->runs[self->marks - 1]);
        return;
    }
}

/* The window is over, and growth has not ended. True: the verdict stands. */
static bool
end_window(lc_growth_trace *self, const lc_growth_settings *settings, bool overtime,
           uint64_t *random, lc_growth_result *out)
{
    bool fixed = settings->mode == LC_GROWTH_FIXED;
    bool confirms = settings->mode == LC_GROWTH_CONFIRM;
    int32_t run = self->runs[self->marks - 1];
    if (self->window < self->windows) {
        /* Only a confirming trace may have more windows than it was asked for. */
        bool may_tell = settings->mode == LC_GROWTH_ADAPTIVE
                            ? self->plan[self->windows - 1] <= SHORT_TRACE
                            : self->window >= settings->windows;
        if (may_tell && decide_linear(self, settings, LC_GROWTH_EXACT, out)) {
            return true;
        }
        start_window(self, random, run, self->plan[self->window]);
        return false;
    }
    if (decide_linear(self, settings,
                      confirms && !overtime ? LC_GROWTH_FIRM : LC_GROWTH_PLAIN, out)) {
        return true;
    }
    if (fixed || overtime) {
        decide_undecided(self, settings, out);
        return true;
    }
    int32_t before = self->plan[self->windows - 2];
    start_window(self, random, run, run + (confirms ? 2 : 1) * (run - before));
    return false;
}

bool
lc_growth_trace_take(lc_growth_trace *self, const lc_growth_settings *settings,
                     const int64_t levels[LC_GROWTH_METRICS], uint64_t *random,
                     lc_growth_result *out)
{
    int32_t run = self->marks == 0 ? 0 : self->cuts[self->cut];
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        self->levels[m][self->marks] = levels[m];
    }
    self->runs[self->marks++] = run;
    if (self->marks == 1) {
        start_window(self, random, 0, self->plan[0]);
        return false;
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
    out->windows = self->complete;
    bool last = window_over && self->window == self->windows;
    if ((settings->mode != LC_GROWTH_FIXED || last) &&
        decide_quiet(self, settings, out)) {
        return true;
    }
    return window_over && end_window(self, settings, overtime, random, out);
}

bool
lc_growth_trace_stop(lc_growth_trace *self, const lc_growth_settings *settings,
                     lc_growth_result *out)
{
    if (self->complete == 0) {
        return false;
    }
    int32_t marks = self->marks;
    bool enough = self->runs[marks - 1] * settings->rate >= ENOUGH;
    if (enough && decide_quiet(self, settings, out)) {
        return true;
    }
    /* Marks after the last complete window are half a window: no ground to judge. A
     * confirmation cut short is none either, but of an exact leak. */
    self->marks = self->window_end[self->complete - 1] + 1;
    bool confirms = settings->mode == LC_GROWTH_CONFIRM;
    bool leaks = self->complete >= LC_GROWTH_PLAN_WINDOWS_MIN &&
                 decide_linear(self, settings,
                               confirms ? LC_GROWTH_EXACT : LC_GROWTH_PLAIN, out);
    self->marks = marks;
    return leaks;
}
