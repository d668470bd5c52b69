/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The rule for one series, on thousands of made series, beside the model of it in
 * growth_model.h. Series are of the kinds that the thresholds part from each other. */
#include <math.h> /* fabs, sqrt */

#include "growth_model_shape.h"
#include "mem_fake.h"
#include "random.h"

enum { SERIES = 12000, KINDS = 12, WINDOWS_MAX = 6 };

typedef struct {
    int32_t runs[MODEL_MARKS];
    int64_t levels[MODEL_MARKS];
    int32_t ends[WINDOWS_MAX];
    lc_growth_series series;
} made;

static int64_t
below(uint64_t *random, int64_t bound)
{
    return (int64_t)(next_random(random) % (uint64_t)bound);
}

/* How many of `runs` runs leaked, at one in `many` each. */
static int64_t
luck(uint64_t *random, int32_t runs, int64_t many)
{
    int64_t leaks = 0;
    for (int32_t i = 0; i < runs; i++) {
        leaks += below(random, many) == 0;
    }
    return leaks;
}

/* What a batch of `runs` runs, the first of them `run`, adds to a body of the kind. */
static int64_t
added(int64_t kind, uint64_t *random, int32_t run, int32_t runs, int64_t size)
{
    switch (kind) {
    case 0: /* An exact leak, now and then with one block more. */
        return size * runs + (below(random, 40) == 0);
    case 1:
        return luck(random, runs, size + 1);
    case 2: /* In lumps. */
        return size * luck(random, runs, 8);
    case 3: /* A cache that fills. */
        return run < size * 30 ? runs : 0;
    case 4: /* Ever more slowly. */
        return (int64_t)(10 * sqrt(run + runs) - 10 * sqrt(run));
    case 5: /* It ends, but for a straggler. */
        return run < 60 ? runs / 2 : below(random, 12) == 0;
    case 6: /* Slower by a part after the first hundred runs. */
        return run < 100 ? luck(random, runs, 2) : luck(random, runs, 2 + size % 4);
    case 7: /* Falls steadily. */
        return run < size * 10 ? runs : -below(random, 3);
    default:
        return luck(random, runs, 4) * (size % 3);
    }
}

/* What stands above that at a mark: teeth, noise, a coin. */
static int64_t
above(int64_t kind, uint64_t *random, int32_t run, int64_t size, int64_t *walk)
{
    switch (kind) {
    case 8:
        return run % (size * 8);
    case 9:
        return below(random, size + 1);
    case 10:
        *walk += below(random, 2) == 0 ? size : -size;
        return *walk;
    case 11: /* One fall. */
        return run == 0 || below(random, 10) > 0 ? size : 0;
    default:
        return 0;
    }
}

static void
make(made *self, uint64_t *random)
{
    static const double RATES[] = {1.0, 0.75, 0.5, 0.3, 0.25, 0.1, 0.02, 0.01};
    int64_t kind = below(random, KINDS);
    int64_t size = 1 + below(random, 9);
    int64_t stride = below(random, 2) == 0 ? 0 : 1 + below(random, 24);
    int64_t widest = below(random, 3) == 0 ? 4 : 30;
    int32_t marks = 1 + (int32_t)below(random, 40);
    int64_t base = below(random, 1000) - 500;
    int64_t walk = 0;
    int64_t flat = below(random, 4) == 0 ? below(random, marks + 1) : marks;
    int32_t windows = 0;
    self->runs[0] = 0;
    for (int32_t i = 0; i < marks; i++) {
        int32_t runs = 0;
        if (i > 0) {
            runs = (int32_t)(stride > 0 ? stride : 1 + below(random, widest));
            self->runs[i] = self->runs[i - 1] + runs;
            base += i >= flat ? 0 : added(kind, random, self->runs[i - 1], runs, size);
            /* Each window is about twice the one before. */
            int32_t before = windows > 0 ? self->ends[windows - 1] : 0;
            if (windows < WINDOWS_MAX && i - before >= 2 + before / 2 + windows) {
                self->ends[windows++] = i;
            }
        }
        self->levels[i] = base + above(kind, random, self->runs[i], size, &walk);
    }
    windows -= windows > 0 && below(random, 6) == 0;
    self->series = (lc_growth_series){.runs = self->runs,
                                      .levels = self->levels,
                                      .marks = marks,
                                      .window_end = self->ends,
                                      .windows = windows,
                                      .rate = RATES[below(random, 8)],
                                      .suspect = below(random, 3) == 0,
                                      .once = below(random, 3) == 0};
    if (below(random, 2) == 0) {
        double pace = (double)(self->levels[marks - 1] - self->levels[0]) /
                      (self->runs[marks - 1] + 1);
        self->series.earlier_slope = pace * (double)(70 + below(random, 80)) / 100;
        self->series.earlier_runs = (int32_t)below(random, 800);
    }
}

static void
close_to(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-9 * (fabs(expected) + 1));
}

/* Each question about the retained part. */
static void
same_retained(const lc_growth_series *series, const model *m, uint64_t *random)
{
    lc_growth_retained part = lc_growth_retained_find(series);
    assert_int_equal(part.last, m->last);
    assert_int_equal(part.fall, m->fall);
    assert_int_equal(part.net, m->net);
    assert_true(part.slope == m->slope);
    int32_t from = (int32_t)below(random, m->n);
    int32_t to = from + 1 + (int32_t)below(random, m->n - from);
    assert_int_equal(lc_growth_retained_fall(series, from), model_fall(m, from));
    assert_int_equal(lc_growth_retained_least(series, from, to),
                     model_least(m, from, to));
    double run = (double)below(random, m->r[m->n - 1] + 2);
    assert_int_equal(lc_growth_retained_after(series, from, run),
                     model_after(m, from, run));
    assert_int_equal(lc_growth_retained_level(series, from), m->d[from]);
    if (m->net <= 0 || m->s.windows < 2) {
        return;
    }
    double phi = lc_growth_retained_dispersion(series, &part);
    close_to(phi, model_phi(m));
    assert_int_equal(lc_growth_retained_walks(series, &part), model_walks(m));
    assert_int_equal(lc_growth_retained_rises(series, &part), model_rises(m));
    assert_int_equal(lc_growth_retained_skips(series, &part), model_skips(m));
    double other_phi = phi * (double)below(random, 4) / 2;
    for (int i = 0; i < 2; i++, phi = other_phi) {
        assert_int_equal(lc_growth_retained_slows(series, &part, phi),
                         model_slows(m, phi));
        assert_int_equal(lc_growth_retained_slowed(series, &part, phi),
                         model_slowed(m, phi));
    }
}

static bool
model_leaks(const model *m, lc_growth_proof needed)
{
    bool exact = model_exact(m, 0);
    return model_quiet(m) == 0 && model_shape(m) == LC_GROWTH_WHY_LINEAR &&
           (needed == LC_GROWTH_PLAIN || exact ||
            (needed == LC_GROWTH_FIRM && model_firm(m)));
}

/* The rule after the fact, which looks once. */
static void
same_judgement(const lc_growth_series *series)
{
    lc_growth_result out;
    lc_growth_series_judge(series->runs, series->levels, series->marks,
                           series->window_end, series->windows, series->rate, &out);
    assert_int_equal(out.windows, series->windows);
    if (series->marks < 2) {
        assert_int_equal(out.verdict, LC_GROWTH_INCONCLUSIVE);
        assert_int_equal(out.why, LC_GROWTH_WHY_STOPPED);
        assert_int_equal(out.metric, -1);
        return;
    }
    lc_growth_series once = *series;
    once.suspect = false;
    once.once = true;
    once.earlier_slope = once.earlier_runs = 0;
    model m = model_of(&once);
    int32_t quiet = model_quiet(&m);
    lc_growth_why why = model_shape(&m);
    bool clean = quiet > 0 || why == LC_GROWTH_WHY_NONE;
    assert_int_equal(out.runs, m.r[m.n - 1]);
    assert_int_equal(out.judged, quiet > 0 ? quiet : m.r[m.n - 1]);
    assert_int_equal(out.metric, 0);
    assert_int_equal(out.exact, model_exact(&m, 0));
    assert_true(out.slope == m.slope);
    assert_int_equal(out.why, clean ? LC_GROWTH_WHY_ENDED : why);
    assert_true(out.bound == (clean ? 3.0 / out.judged : 0));
    assert_int_equal(out.verdict, clean ? LC_GROWTH_CLEAN
                                  : why == LC_GROWTH_WHY_LINEAR
                                      ? LC_GROWTH_LEAK
                                      : LC_GROWTH_INCONCLUSIVE);
}

static void
the_rule_says_of_each_made_series_what_the_model_says(void **state)
{
    (void)state;
    uint64_t random = 2463534242;
    int32_t seen[LC_GROWTH_WHY_STOPPED + 1] = {0};
    int32_t ended = 0;
    for (int32_t i = 0; i < SERIES; i++) {
        made one;
        make(&one, &random);
        const lc_growth_series *series = &one.series;
        model m = model_of(series);
        double slope = -1;
        same_retained(series, &m, &random);
        assert_int_equal(lc_growth_series_quiet(series), model_quiet(&m));
        assert_int_equal(lc_growth_series_shape(series, &slope), model_shape(&m));
        assert_true(slope == m.slope);
        int32_t from = (int32_t)below(&random, m.n);
        assert_int_equal(lc_growth_series_exact(series, from), model_exact(&m, from));
        for (lc_growth_proof p = LC_GROWTH_PLAIN; p <= LC_GROWTH_EXACT; p++) {
            double pace = -1;
            assert_int_equal(lc_growth_series_leaks(series, p, &pace),
                             model_leaks(&m, p));
            assert_true(pace == (model_leaks(&m, p) ? m.slope : -1));
        }
        same_judgement(series);
        seen[model_shape(&m)]++;
        ended += model_quiet(&m) > 0;
    }
    /* Else the series say nothing of some rule. */
    assert_true(ended > 200);
    assert_true(seen[LC_GROWTH_WHY_NONE] > 200 && seen[LC_GROWTH_WHY_LINEAR] > 200);
    assert_true(seen[LC_GROWTH_WHY_SUBLINEAR] > 200 && seen[LC_GROWTH_WHY_SLOW] > 200);
    assert_true(seen[LC_GROWTH_WHY_NOISY] > 200);
}

static void
distances_are_exact_where_two_of_them_subtract_and_held_elsewhere(void **state)
{
    (void)state;
    const int64_t most = INT64_C(1) << 61;
    const int64_t far[] = {INT64_MIN, -3 * (most / 2), 0, 3 * (most / 2), INT64_MAX};
    for (int64_t near = -9; near <= 9; near++) {
        assert_int_equal(lc_growth_series_distance(near, 0), near);
        assert_int_equal(lc_growth_series_distance(0, near), -near);
        assert_int_equal(lc_growth_series_distance(near, -near), 2 * near);
        assert_int_equal(lc_growth_series_distance(INT64_MAX - 9 + near, INT64_MAX - 9),
                         near);
        assert_int_equal(lc_growth_series_distance(INT64_MIN + 9 + near, INT64_MIN + 9),
                         near);
        assert_int_equal(lc_growth_series_distance(near + most / 2, near), most / 2);
        assert_int_equal(lc_growth_series_distance(near, near + most / 2), -most / 2);
    }
    assert_int_equal(lc_growth_series_distance(most, 0), most);
    assert_int_equal(lc_growth_series_distance(-most, 0), -most);
    for (int64_t beside = -3; beside <= 3; beside++) {
        int64_t held = beside < 0 ? most + beside : most;
        for (int64_t near = -3; near <= 3; near++) {
            assert_int_equal(lc_growth_series_distance(most + beside + near, near),
                             held);
            assert_int_equal(lc_growth_series_distance(near, most + beside + near),
                             -held);
        }
    }
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
            int64_t held = i == j ? 0 : i > j ? most : -most;
            assert_int_equal(lc_growth_series_distance(far[i], far[j]), held);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_says_of_each_made_series_what_the_model_says),
        cmocka_unit_test(
            distances_are_exact_where_two_of_them_subtract_and_held_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
