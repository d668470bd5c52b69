/* SPDX-License-Identifier: MIT */
/* Links: growth_plan.c growth_screen.c */
/* The screen on thousands of made bodies, beside a model of it from what growth_screen.h says:
 * it keeps the level after every batch of every attempt and searches them anew each time. A
 * threshold is in both places. */
#include "growth_screen.h"

#include "mem_fake.h"
#include "random.h"

enum { SCREENS = 6000, BATCHES = LC_GROWTH_PLAN_SCREEN_MAX };

typedef struct {
    int32_t sizes[BATCHES];
    int32_t batches; /* As planned. */
    int32_t done;
    int64_t before[LC_GROWTH_METRICS]; /* Levels before its first batch. */
    int64_t after[BATCHES][LC_GROWTH_METRICS]; /* And after each that is done. */
} attempt;

typedef struct {
    double rate;
    uint64_t random;
    attempt attempts[LC_GROWTH_PLAN_ATTEMPTS];
    int32_t attempt;
    bool steady;
    bool wide;
} model;

typedef struct {
    int64_t upper;
    int64_t lower;
} band;

static void
extend(band *self, int64_t level)
{
    self->upper = level > self->upper ? level : self->upper;
    self->lower = level < self->lower ? level : self->lower;
}

/* The band of a metric over the attempts before this one, whose first level is 0. */
static band
band_before(const model *self, int32_t metric)
{
    band found = {0, 0};
    for (int32_t k = 0; k < self->attempt; k++) {
        for (int32_t i = 0; i < self->attempts[k].done; i++) {
            extend(&found, self->attempts[k].after[i][metric]);
        }
    }
    return found;
}

static int64_t
added(const attempt *a, int32_t batch, int32_t metric)
{
    return a->after[batch][metric] -
           (batch > 0 ? a->after[batch - 1][metric] : a->before[metric]);
}

static bool
model_banded(const model *self, int32_t metric)
{
    const attempt *a = &self->attempts[self->attempt];
    band past = band_before(self, metric);
    band here = {a->after[0][metric], a->after[0][metric]};
    int32_t runs = 0;
    for (int32_t i = 0; i < a->batches; i++) {
        runs += a->sizes[i];
        if (i < a->done) {
            extend(&here, a->after[i][metric]);
        }
    }
    band both = past;
    extend(&both, here.lower);
    return self->attempt > 0 && here.upper <= past.upper &&
           (a->done < a->batches || here.lower <= past.lower) &&
           (double)(past.upper - both.lower) <= 0.5 * self->rate * runs;
}

static bool
model_quiet(const model *self, int32_t metric)
{
    const attempt *a = &self->attempts[self->attempt];
    bool still = true;
    for (int32_t i = 0; i < a->done; i++) {
        still = still && a->after[i][metric] == a->before[metric];
    }
    return still || model_banded(self, metric);
}

static bool
model_steady(const model *self, int32_t metric)
{
    const attempt *a = &self->attempts[self->attempt];
    double runs = 0;
    for (int32_t i = 0; i < a->done; i++) {
        runs += a->sizes[i];
    }
    double slope = (double)(a->after[a->done - 1][metric] - a->before[metric]) / runs;
    bool all = a->done >= 3 && slope >= 0.7;
    for (int32_t i = 0; i < a->done; i++) {
        all = all && (double)added(a, i, metric) >= 0.7 * slope * a->sizes[i];
    }
    return all;
}

/* The next attempt begins at these levels. */
static void
model_plan(model *self, const int64_t levels[LC_GROWTH_METRICS], bool restless)
{
    attempt *a = &self->attempts[self->attempt];
    *a = (attempt){.done = 0};
    a->batches = lc_growth_plan_screen(&self->random, self->attempt, self->rate,
                                       restless, a->sizes);
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        a->before[m] = levels[m];
    }
}

/* The runs that settled the body come first, and are done. */
static void
model_settle(model *self)
{
    attempt *a = &self->attempts[0];
    int32_t settled = lc_growth_plan_settled(self->rate);
    for (int32_t i = 0; i < a->batches; i++) {
        if (a->sizes[i] == settled) {
            a->sizes[i] = a->sizes[0];
            a->sizes[0] = settled;
        }
    }
    a->done = 1;
}

static lc_growth_screen_answer
model_take(model *self, const int64_t levels[LC_GROWTH_METRICS])
{
    attempt *a = &self->attempts[self->attempt];
    bool quiet = true;
    a->done++;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        a->after[a->done - 1][m] = levels[m];
        quiet = quiet && model_quiet(self, m);
        bool narrow = m < LC_GROWTH_NARROW;
        self->steady = self->steady || (narrow && model_steady(self, m));
        self->wide = self->wide || (!narrow && added(a, a->done - 1, m) > 0);
    }
    bool whole = a->done == a->batches;
    if (quiet) {
        return whole ? LC_GROWTH_SCREEN_QUIET : LC_GROWTH_SCREEN_MORE;
    }
    if (a->done < 3 && !whole) {
        return LC_GROWTH_SCREEN_MORE;
    }
    if (self->steady || self->attempt == 2) {
        return LC_GROWTH_SCREEN_SUSPECT;
    }
    self->attempt++;
    model_plan(self, levels, false);
    return LC_GROWTH_SCREEN_MORE;
}

static int64_t
below(uint64_t *random, int64_t bound)
{
    return (int64_t)(next_random(random) % (uint64_t)bound);
}

/* What a batch of `runs` runs adds to a metric of the kind that stands at `level`. */
static int64_t
grown(int64_t kind, uint64_t *random, int64_t level, int32_t runs, int64_t size)
{
    switch (kind) {
    case 0: /* Comes and goes, between 0 and `size` below it. */
        return -below(random, size + 1) - level;
    case 1: /* The same above. */
        return below(random, size + 1) - level;
    case 2: /* In proportion, more or less. */
        return (runs * (60 + below(random, 20) * size)) / 100;
    case 3: /* A straggler now and then. */
        return below(random, 6) == 0 ? size - 2 : 0;
    case 4: /* Comes and goes, in rare batches. */
        return below(random, 4) == 0 ? -below(random, 2) * size - level : 0;
    case 5:
        return (below(random, 3) - 1) * (size / 3);
    default:
        return 0;
    }
}

static void
same(const lc_growth_screen *screen, const model *m,
     const int64_t levels[LC_GROWTH_METRICS], bool over)
{
    const attempt *a = &m->attempts[m->attempt];
    assert_int_equal(screen->attempt, m->attempt);
    assert_int_equal(screen->steady, m->steady);
    assert_int_equal(screen->wide, m->wide);
    assert_int_equal(screen->batches, a->batches);
    assert_int_equal(screen->done, a->done);
    assert_memory_equal(screen->sizes, a->sizes, sizeof(int32_t) * (size_t)a->batches);
    assert_memory_equal(screen->level, levels, sizeof screen->level);
    int32_t done = 0;
    int32_t left = 0;
    for (int32_t i = 0; i < a->batches; i++) {
        *(i < a->done ? &done : &left) += a->sizes[i];
    }
    assert_int_equal(screen->runs, done);
    assert_int_equal(lc_growth_screen_left(screen), left);
    if (!over) {
        assert_int_equal(lc_growth_screen_due(screen), a->sizes[a->done]);
    }
    for (int32_t k = 0; k < LC_GROWTH_METRICS; k++) {
        band past = band_before(m, k);
        assert_int_equal(screen->upper[k], past.upper);
        assert_int_equal(screen->lower[k], past.lower);
    }
}

/* Screens a body; returns the answer, and the attempt that gave it in `attempts`. */
static lc_growth_screen_answer
screen_one(uint64_t *random, int32_t *attempts)
{
    static const double RATES[] = {1.0, 0.75, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02};
    model m = {.rate = RATES[below(random, 9)], .random = next_random(random)};
    bool restless = below(random, 2) == 0;
    int64_t levels[LC_GROWTH_METRICS] = {0};
    int64_t kinds[LC_GROWTH_METRICS];
    int64_t sizes[LC_GROWTH_METRICS];
    for (int32_t k = 0; k < LC_GROWTH_METRICS; k++) {
        bool moves = below(random, k < LC_GROWTH_NARROW ? 3 : 16) == 0;
        kinds[k] = moves ? below(random, 6) : 6;
        sizes[k] = 1 + below(random, 6);
    }
    uint64_t drawn = m.random;
    lc_growth_screen screen = {.attempt = 0};
    lc_growth_screen_start(&screen, &drawn, m.rate, restless);
    model_plan(&m, levels, restless);
    if (!restless) {
        model_settle(&m);
    }
    lc_growth_screen_answer answer = LC_GROWTH_SCREEN_MORE;
    while (answer == LC_GROWTH_SCREEN_MORE) {
        same(&screen, &m, levels, false);
        int64_t more[LC_GROWTH_METRICS];
        for (int32_t k = 0; k < LC_GROWTH_METRICS; k++) {
            more[k] = grown(kinds[k], random, levels[k], lc_growth_screen_due(&screen),
                            sizes[k]);
            levels[k] += more[k];
        }
        answer = lc_growth_screen_take(&screen, more, &drawn, m.rate);
        assert_int_equal(answer, model_take(&m, levels));
        assert_true(drawn == m.random);
    }
    same(&screen, &m, levels, true);
    *attempts = screen.attempt;
    return answer;
}

static void
the_screen_says_of_each_made_body_what_the_model_says(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252;
    int32_t seen[LC_GROWTH_SCREEN_SUSPECT + 1][LC_GROWTH_PLAN_ATTEMPTS] = {{0}};
    for (int32_t i = 0; i < SCREENS; i++) {
        int32_t attempts = 0;
        lc_growth_screen_answer answer = screen_one(&random, &attempts);
        seen[answer][attempts]++;
    }
    /* Else the bodies say nothing of some rule. */
    for (int32_t k = 0; k < LC_GROWTH_PLAN_ATTEMPTS; k++) {
        assert_true(seen[LC_GROWTH_SCREEN_QUIET][k] > 50);
        assert_true(seen[LC_GROWTH_SCREEN_SUSPECT][k] > 50);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_screen_says_of_each_made_body_what_the_model_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
