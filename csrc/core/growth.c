/* SPDX-License-Identifier: MIT */
#include "growth.h"

#include "growth_series.h"
#include "mem.h"

enum {
    SETTLED = 2,          /* Runs in a row that do not grow end the warm-up. */
    ATTEMPTS = 3,         /* Screens before a suspect is traced. */
    SCREEN_MAX = 64,      /* Batches of a screen; sizes rise by 1.4, so runs stay below. */
    TURNOVER = 2,         /* Runs that replace state kept from before the trace. */
    WINDOWS_MIN = 3,      /* Fewer windows show no decay. */
    WINDOWS_MAX = 16,     /* Each twice the one before. */
    BATCHES = 6,          /* Of a trace window. */
    OVERTIME = BATCHES,   /* Batches after the last window, to see a pause out. */
    FIRST_WINDOW = 16,    /* Runs. */
    ITERATIONS_MIN = 12,  /* Runs; three windows of 2, 3 and 7. */
    RUNS_MAX = 1 << 30,  /* Of a whole trace. */
    MARKS_MAX = 1 + (WINDOWS_MAX * BATCHES) + OVERTIME,
};

static const double RATE_LEAST = 1e-6; /* Below, runs would not fit. */
static const double BOUND = 3.0;       /* No event in N runs: at most 3 / N, 95 %. */
static const double TRACE_LEAKS = 14;  /* Leaks of `rate` that a trace must see. */
static const double STRETCH[ATTEMPTS] = {1.0, 1.5, 2.3}; /* Screens, in 3 / rate runs. */
static const int32_t FIRST_SIZES[ATTEMPTS][3] = {{2, 3, 5}, {3, 5, 7}, {5, 7, 11}};
static const double PROPORTIONAL = 0.7; /* Of its share, what each batch must grow. */

struct lc_growth {
    lc_growth_settings settings; /* Checked; rate raised to RATE_LEAST. */
    uint64_t random;             /* State of the generator. */
    lc_growth_step step;         /* What next() answers. */
    bool asked;                  /* next() has asked for a reading. */
    int64_t last[LC_GROWTH_METRICS]; /* Blocks. */
    lc_growth_result result;     /* The verdict, once step says DONE; `runs` always. */

    int32_t warm_runs;           /* Runs of the warm-up. */
    int32_t settled;             /* Of them, how many in a row did not grow. */

    int32_t attempt;             /* Which screen. */
    int32_t sizes[SCREEN_MAX];   /* Runs of each batch, in the order they are done. */
    int32_t batches;             /* Of this screen. */
    int32_t done;                /* Batches of them that are done. */
    int64_t grown[LC_GROWTH_METRICS][SCREEN_MAX]; /* Blocks; by batch. */

    int32_t windows;             /* Of the trace as planned. */
    int32_t plan[WINDOWS_MAX];   /* Runs since the baseline at the end of each. */
    int32_t window;              /* The one that runs; `windows` in overtime. */
    int32_t cuts[BATCHES];       /* Runs since the baseline at which its batches end. */
    int32_t cut;                 /* The next of them. */
    int32_t cut_count;
    int32_t marks;               /* Baseline included. */
    int32_t runs[MARKS_MAX];     /* Runs since the baseline; by mark. */
    int64_t levels[LC_GROWTH_METRICS][MARKS_MAX]; /* Blocks. */
    int32_t window_end[WINDOWS_MAX]; /* Mark index. */
    int32_t complete;            /* Windows. */
};

/* splitmix64: small, and good enough to order batches. */
static uint64_t
draw(lc_growth *self, uint64_t below)
{
    self->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t bits = self->random;
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (bits ^ (bits >> 31)) % below;
}

static void
shuffle(lc_growth *self, int32_t *values, int32_t count)
{
    for (int32_t i = count - 1; i > 0; i--) {
        int32_t j = (int32_t)draw(self, (uint64_t)i + 1);
        int32_t kept = values[i];
        values[i] = values[j];
        values[j] = kept;
    }
}

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

/* The least runs in which `leaks` leaks of `rate` are expected. */
static int32_t
runs_for(double leaks, double rate)
{
    double wanted = leaks / rate;
    int32_t runs = (int32_t)wanted;
    /* 3 / 0.3 is a hair over 10. */
    return runs + (wanted - runs > 1e-9);
}

/* --- Screen ---------------------------------------------------------------------- */

static bool
is_prime(int32_t n)
{
    for (int32_t divisor = 2; divisor <= n / divisor; divisor++) {
        if (n % divisor == 0) {
            return false;
        }
    }
    return n > 1;
}

static int32_t
prime_from(int32_t n)
{
    while (!is_prime(n)) {
        n++;
    }
    return n;
}

/* Three small sizes in random order, then primes that grow by 1.4 until the screen is
 * long enough; the last one is what is missing, made prime. */
static void
plan_screen(lc_growth *self)
{
    double leaks = BOUND * STRETCH[self->attempt];
    int32_t missing = runs_for(leaks, self->settings.rate);
    int32_t size = 0;
    for (self->batches = 0; self->batches < 3; self->batches++) {
        size = FIRST_SIZES[self->attempt][self->batches];
        self->sizes[self->batches] = size;
        missing -= size;
    }
    while (missing > 0) {
        int32_t next = prime_from(size + (size * 2) / 5 + (size < 10));
        if (missing < 2 * next) {
            next = prime_from(missing > size ? missing : size + 1);
        }
        size = next;
        self->sizes[self->batches++] = size;
        missing -= size;
    }
    shuffle(self, self->sizes, 3);
    shuffle(self, self->sizes + 3, self->batches - 3);
    self->done = 0;
}

static void
ask_batch(lc_growth *self)
{
    self->step = (lc_growth_step){.action = LC_GROWTH_RUN,
                                  .phase = LC_GROWTH_PHASE_SCREEN,
                                  .runs = self->sizes[self->done]};
}

static bool
grew(const int64_t *grown, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        if (grown[i] > 0) {
            return true;
        }
    }
    return false;
}

/* Each batch grew by its share: at least about a block a run, and no batch far less. */
static bool
proportional(const int64_t *grown, const int32_t *sizes, int32_t count)
{
    double total = 0;
    double runs = 0;
    for (int32_t i = 0; i < count; i++) {
        total += (double)grown[i];
        runs += sizes[i];
    }
    double slope = total / runs;
    for (int32_t i = 0; i < count; i++) {
        if ((double)grown[i] < PROPORTIONAL * slope * sizes[i]) {
            return false;
        }
    }
    return slope >= PROPORTIONAL;
}

static void
start_trace(lc_growth *self)
{
    self->step = (lc_growth_step){.action = LC_GROWTH_START_TRACE,
                                  .phase = LC_GROWTH_PHASE_TRACE};
}

static void
feed_screen(lc_growth *self)
{
    self->done++;
    int32_t runs = 0;
    for (int32_t i = 0; i < self->done; i++) {
        runs += self->sizes[i];
    }
    bool any_grew = false;
    bool steady = false;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        any_grew = any_grew || grew(self->grown[m], self->done);
        steady = steady || proportional(self->grown[m], self->sizes, self->done);
    }
    if (any_grew && self->done >= 3) {
        /* The rest of a long screen would only repeat that it is not quiet. */
        self->attempt++;
        if (steady || self->attempt == ATTEMPTS) {
            start_trace(self);
            return;
        }
        plan_screen(self);
    } else if (self->done == self->batches) {
        finish(self, LC_GROWTH_CLEAN, LC_GROWTH_WHY_QUIET, -1, runs);
        return;
    }
    ask_batch(self);
}

/* --- Warm-up --------------------------------------------------------------------- */

static void
feed_warmup(lc_growth *self, bool any_grew)
{
    self->settled = any_grew ? 0 : self->settled + 1;
    bool first = self->step.runs == 0;
    if (first) {
        self->settled = 0;
        self->step.runs = 1;
        return;
    }
    self->warm_runs++;
    if (self->settled < SETTLED && self->warm_runs < self->settings.warmup_max) {
        return;
    }
    if (self->settings.mode == LC_GROWTH_FIXED) {
        start_trace(self);
        return;
    }
    plan_screen(self);
    ask_batch(self);
}

/* --- Trace ----------------------------------------------------------------------- */

/* Cuts (from, to] into unequal batches of random order. */
static void
cut_window(lc_growth *self, int32_t from, int32_t to)
{
    int32_t weights[BATCHES] = {8, 11, 15, 19, 23, 28};
    int32_t total = 0;
    shuffle(self, weights, BATCHES);
    for (int32_t i = 0; i < BATCHES; i++) {
        weights[i] += (int32_t)draw(self, 4);
        total += weights[i];
    }
    int64_t sum = 0;
    int32_t before = from;
    self->cut = 0;
    self->cut_count = 0;
    for (int32_t i = 0; i < BATCHES; i++) {
        sum += weights[i];
        int32_t at = from + (int32_t)((to - from) * sum / total);
        if (at > before) {
            self->cuts[self->cut_count++] = at;
            before = at;
        }
    }
}

static void
ask_mark(lc_growth *self)
{
    self->step = (lc_growth_step){
        .action = LC_GROWTH_RUN,
        .phase = LC_GROWTH_PHASE_TRACE,
        .runs = self->cuts[self->cut] - self->runs[self->marks - 1],
        .mark = true};
}

static lc_growth_series
series_of(const lc_growth *self, int32_t metric)
{
    return (lc_growth_series){.runs = self->runs,
                              .levels = self->levels[metric],
                              .marks = self->marks,
                              .window_end = self->window_end,
                              .windows = self->complete,
                              .rate = self->settings.rate};
}

/* Ends the check as CLEAN if growth has ended in all metrics. */
static bool
finish_if_quiet(lc_growth *self)
{
    int32_t least = INT32_MAX;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
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
finish_if_linear(lc_growth *self)
{
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        lc_growth_series series = series_of(self, m);
        double slope = 0;
        if (lc_growth_series_quiet(&series) == 0 &&
            lc_growth_series_shape(&series, &slope) == LC_GROWTH_WHY_LINEAR) {
            self->result.slope = slope;
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
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
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
    bool first = self->marks == 1;
    if (first) {
        cut_window(self, 0, self->plan[0]);
        ask_mark(self);
        return;
    }
    self->cut++;
    bool window_over = self->cut == self->cut_count;
    bool overtime = self->window == self->windows;
    if (overtime) {
        self->window_end[self->windows - 1] = self->marks - 1;
    } else if (window_over) {
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
        if (finish_if_linear(self)) {
            return;
        }
        if (fixed || overtime) {
            finish_undecided(self);
            return;
        }
        int32_t before = self->windows > 1 ? self->plan[self->windows - 2] : 0;
        cut_window(self, run, run + (run - before));
    } else {
        cut_window(self, run, self->plan[self->window]);
    }
    ask_mark(self);
}

/* Ends of the windows, in runs since the baseline. */
static void
plan_trace(lc_growth *self)
{
    const lc_growth_settings *settings = &self->settings;
    double parts = (double)((1 << settings->windows) - 1);
    self->windows = settings->windows;
    double first = runs_for(TRACE_LEAKS / parts, settings->rate);
    if (settings->mode == LC_GROWTH_FIXED) {
        double least = first > FIRST_WINDOW ? first : FIRST_WINDOW;
        while (self->windows > WINDOWS_MIN &&
               settings->iterations < least * ((1 << self->windows) - 1)) {
            self->windows--;
        }
        parts = (double)((1 << self->windows) - 1);
        first = settings->iterations / parts;
    } else if (settings->first_window > 0) {
        first = first > settings->first_window ? first : settings->first_window;
    } else {
        double wanted = runs_for(2, settings->rate);
        first = wanted > first ? wanted : first;
        first = first > FIRST_WINDOW ? first : FIRST_WINDOW;
    }
    for (int32_t k = 0; k < self->windows; k++) {
        double end = first * ((1 << (k + 1)) - 1);
        self->plan[k] = (int32_t)(end + 0.5);
    }
}

static bool
valid(const lc_growth_settings *settings)
{
    bool fixed = settings->mode == LC_GROWTH_FIXED;
    if (!(settings->rate > 0 && settings->rate <= 1) || settings->warmup_max < 1 ||
        settings->first_window < 0 || settings->windows < WINDOWS_MIN ||
        settings->windows > WINDOWS_MAX) {
        return false;
    }
    if (fixed) {
        return settings->iterations >= ITERATIONS_MIN && settings->iterations <= RUNS_MAX;
    }
    /* Overtime included, which is as long as the last window. */
    double parts = (double)(1 << (settings->windows + 1));
    double rate = settings->rate > RATE_LEAST ? settings->rate : RATE_LEAST;
    return parts * settings->first_window < RUNS_MAX && parts * 2 / rate < RUNS_MAX;
}

/* --- The machine ----------------------------------------------------------------- */

lc_growth *
lc_growth_new(const lc_growth_settings *settings)
{
    if (!valid(settings)) {
        return NULL;
    }
    lc_growth *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->settings = *settings;
    if (self->settings.rate < RATE_LEAST) {
        self->settings.rate = RATE_LEAST;
    }
    self->random = settings->seed;
    self->result.verdict = LC_GROWTH_INCONCLUSIVE;
    self->result.why = LC_GROWTH_WHY_STOPPED;
    self->result.metric = -1;
    plan_trace(self);
    if (settings->mode == LC_GROWTH_CONFIRM) {
        start_trace(self);
    } else {
        self->step = (lc_growth_step){.action = LC_GROWTH_RUN,
                                      .phase = LC_GROWTH_PHASE_WARMUP};
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
                                      .mark = true};
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
    bool any_grew = false;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        int64_t grown = lc_growth_series_distance(values[m], self->last[m]);
        any_grew = any_grew || grown > 0;
        self->last[m] = values[m];
        if (self->step.phase == LC_GROWTH_PHASE_SCREEN) {
            self->grown[m][self->done] = grown;
        }
    }
    switch (self->step.phase) {
    case LC_GROWTH_PHASE_WARMUP:
        feed_warmup(self, any_grew);
        break;
    case LC_GROWTH_PHASE_SCREEN:
        feed_screen(self);
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
        /* Marks after the last complete window are half a window: no ground to judge. */
        int32_t marks = self->marks;
        if (finish_if_quiet(self)) {
            return;
        }
        self->marks = self->window_end[self->complete - 1] + 1;
        if (self->complete >= WINDOWS_MIN && finish_if_linear(self)) {
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

void
lc_growth_judge_series(const int32_t *runs, const int64_t *counts, int32_t marks,
                       const int32_t *window_end, int32_t windows, double rate,
                       lc_growth_result *out)
{
    *out = (lc_growth_result){.verdict = LC_GROWTH_INCONCLUSIVE,
                              .why = LC_GROWTH_WHY_STOPPED,
                              .metric = -1,
                              .windows = windows};
    if (marks < 2) {
        return;
    }
    const lc_growth_series series = {.runs = runs,
                                     .levels = counts,
                                     .marks = marks,
                                     .window_end = window_end,
                                     .windows = windows,
                                     .rate = rate};
    out->runs = runs[marks - 1];
    out->judged = runs[marks - 1];
    out->metric = 0;
    out->exact = lc_growth_series_exact(&series, 0);
    out->why = lc_growth_series_shape(&series, &out->slope);
    int32_t quiet = lc_growth_series_quiet(&series);
    if (quiet > 0 || out->why == LC_GROWTH_WHY_NONE) {
        out->verdict = LC_GROWTH_CLEAN;
        out->why = LC_GROWTH_WHY_ENDED;
        out->judged = quiet > 0 ? quiet : out->judged;
        out->bound = BOUND / out->judged;
    } else if (out->why == LC_GROWTH_WHY_LINEAR) {
        out->verdict = LC_GROWTH_LEAK;
    }
}
