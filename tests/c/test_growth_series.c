/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The rule, on simulated processes through the whole chain of the product: an adaptive
 * check, and a confirming one for what is not clean. */
#include "growth_series.h"

#include <math.h> /* log, sqrt */

#include "growth_drive.h"

enum { SEEDS = 25 };

typedef struct process process;
struct process {
    int64_t (*level)(process *self, int64_t run);
    int64_t size; /* What the level function makes of it: entries, period, blocks. */
    double leak; /* The same: blocks a run. */
    double rate; /* Declared rate. */
    uint64_t random;
    int64_t state;
};

static double
uniform(process *self)
{
    self->random =
        self->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(self->random >> 11) / 9007199254740992.0;
}

/* A process that goes on from one check to the next. */
typedef struct {
    process *self;
    int64_t *run;
    int64_t *level;
} going_body;

static void
read_going(void *body, const lc_growth_step *step, int64_t runs,
           int64_t values[LC_GROWTH_METRICS])
{
    (void)runs;
    going_body *b = body;
    for (int32_t i = 0; i < step->runs; i++) {
        *b->level = b->self->level(b->self, ++*b->run);
    }
    values[LC_GROWTH_RAW] = *b->level;
}

static lc_growth_result
check(process *self, lc_growth_settings settings, int64_t *run, int64_t *level)
{
    going_body body = {self, run, level};
    return judged_body(settings, read_going, &body);
}

/* How many of SEEDS checks say each verdict. */
typedef struct {
    int32_t of[3];
    lc_growth_result last;
} tally;

static tally
judge(process body)
{
    tally count = {.of = {0, 0, 0}};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        process self = body;
        self.random = seed * 977 + 5;
        int64_t run = 0;
        int64_t level = 0;
        lc_growth_settings settings = {.mode = LC_GROWTH_ADAPTIVE,
                                       .rate = body.rate,
                                       .warmup_max = 8,
                                       .windows = 3,
                                       .seed = seed};
        count.last = check(&self, settings, &run, &level);
        if (count.last.verdict != LC_GROWTH_CLEAN) {
            settings.mode = LC_GROWTH_CONFIRM;
            settings.seed++;
            settings.earlier_slope = count.last.slope;
            settings.earlier_runs = count.last.judged;
            settings.earlier_metric = count.last.metric;
            settings.first_window = 72;
            settings.windows = 4;
            count.last = check(&self, settings, &run, &level);
        }
        count.of[count.last.verdict]++;
    }
    assert_int_equal(mem_fake_outstanding(), 0);
    return count;
}

static int64_t
steady(process *self, int64_t run)
{
    return (int64_t)(self->leak * (double)run) + (run >= 6 ? self->size : 0);
}

static int64_t
cache(process *self, int64_t run)
{
    int64_t entries = run < self->size ? run : self->size;
    return 2 * entries + (int64_t)(self->leak * (double)run);
}

static int64_t
sawtooth(process *self, int64_t run)
{
    int64_t phase = (int64_t)(self->random % (uint64_t)self->size);
    return (run + phase) % self->size + (int64_t)(self->leak * (double)run);
}

static int64_t
noise(process *self, int64_t run)
{
    int64_t wobble = (int64_t)(uniform(self) * (double)self->size);
    return wobble + (int64_t)(self->leak * (double)run);
}

static int64_t
logarithm(process *self, int64_t run)
{
    return (int64_t)((double)self->size * log((double)run));
}

static int64_t
root(process *self, int64_t run)
{
    return (int64_t)((double)self->size * sqrt((double)run));
}

static int64_t
table(process *self, int64_t run)
{
    int64_t slots = 8;
    while (slots < run) {
        slots *= 2;
    }
    return slots / 8 + (int64_t)(self->leak * (double)run);
}

static int64_t
at_random(process *self, int64_t run)
{
    (void)run;
    self->state += uniform(self) < self->leak ? self->size : 0;
    return self->state;
}

static int64_t
late(process *self, int64_t run)
{
    int64_t filling = run < 40 ? run : 40;
    return filling + (run > self->size ? run - self->size : 0);
}

static void
harmless_processes_are_clean(void **state)
{
    (void)state;
    static const process bodies[] = {
        {.level = steady},
        {.level = steady, .size = 40},
        {.level = steady, .leak = -1},
        {.level = cache, .size = 8},
        {.level = cache, .size = 32},
        {.level = cache, .size = 100},
        {.level = cache, .size = 128},
        {.level = cache, .size = 256},
        {.level = cache, .size = 500},
        {.level = cache, .size = 1024},
        {.level = noise, .size = 3},
    };
    static const double rates[] = {0.3, 0.1, 0.01};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            process body = bodies[i];
            body.rate = rates[k];
            assert_int_equal(judge(body).of[LC_GROWTH_CLEAN], SEEDS);
        }
    }
}

static void
growth_that_is_no_leak_is_never_called_one(void **state)
{
    (void)state;
    static const process bodies[] = {
        {.level = sawtooth, .size = 64},  {.level = sawtooth, .size = 100},
        {.level = sawtooth, .size = 256}, {.level = noise, .size = 40},
        {.level = logarithm, .size = 2},  {.level = logarithm, .size = 10},
        {.level = root, .size = 3},       {.level = root, .size = 20},
    };
    static const double rates[] = {0.3, 0.1, 0.01};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            process body = bodies[i];
            body.rate = rates[k];
            assert_int_equal(judge(body).of[LC_GROWTH_LEAK], 0);
        }
    }
}

static void
steady_leaks_are_found(void **state)
{
    (void)state;
    static const process bodies[] = {
        {.level = steady, .leak = 1},
        {.level = steady, .leak = 18},
        {.level = steady, .leak = 0.5},
        {.level = steady, .leak = 1, .size = 200},
        {.level = cache, .leak = 1, .size = 60},
        {.level = table, .leak = 1},
        {.level = late, .size = 30},
        {.level = noise, .leak = 1, .size = 10},
        {.level = sawtooth, .leak = 1, .size = 24},
    };
    static const double rates[] = {0.3, 0.1, 0.01};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            process body = bodies[i];
            body.rate = rates[k];
            tally count = judge(body);
            assert_int_equal(count.of[LC_GROWTH_LEAK], SEEDS);
            assert_int_equal(count.last.metric, 1);
            assert_int_equal(count.last.why, LC_GROWTH_WHY_LINEAR);
        }
    }
}

static void
rare_leaks_are_found_at_their_rate(void **state)
{
    (void)state;
    static const process bodies[] = {
        {.level = steady, .leak = 0.1, .rate = 0.1},
        {.level = steady, .leak = 0.02, .rate = 0.01},
        {.level = at_random, .leak = 0.02, .rate = 0.01, .size = 1},
        {.level = at_random, .leak = 0.2, .rate = 0.1, .size = 1},
        {.level = at_random, .leak = 0.05, .rate = 0.01, .size = 7},
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_true(judge(bodies[i]).of[LC_GROWTH_LEAK] >= SEEDS - 1);
    }
}

static void
a_leak_under_a_long_sawtooth_is_not_called_clean(void **state)
{
    (void)state;
    process body = {.level = sawtooth, .leak = 1, .size = 64, .rate = 0.3};
    assert_true(judge(body).of[LC_GROWTH_CLEAN] <= SEEDS / 10);
    body.rate = 0.1;
    assert_int_equal(judge(body).of[LC_GROWTH_LEAK], SEEDS);
}

static void
growth_below_the_rate_is_slow(void **state)
{
    (void)state;
    process body = {.level = steady, .leak = 0.15, .rate = 0.3};
    tally count = judge(body);
    assert_int_equal(count.of[LC_GROWTH_LEAK], 0);
    assert_int_equal(count.of[LC_GROWTH_INCONCLUSIVE], SEEDS);
    assert_int_equal(count.last.why, LC_GROWTH_WHY_SLOW);
}

/* Marks of three windows, four batches each. */
static const int32_t RUNS[] = {0, 3, 7, 12, 16, 22, 31, 41, 48, 60, 79, 95, 112};
static const int32_t ENDS[] = {4, 8, 12};
enum { MARKS = sizeof RUNS / sizeof RUNS[0] };

static lc_growth_result
judge_site(int64_t (*count)(int32_t run))
{
    int64_t counts[MARKS];
    for (int32_t i = 0; i < MARKS; i++) {
        counts[i] = 10 + count(RUNS[i]);
    }
    lc_growth_result result;
    lc_growth_series_judge(RUNS, counts, MARKS, ENDS, 3, 0.3, &result);
    return result;
}

static int64_t
two_a_run(int32_t run)
{
    return 2 * run;
}

static int64_t
none(int32_t run)
{
    (void)run;
    return 0;
}

static int64_t
up_to_20(int32_t run)
{
    return run < 20 ? run : 20;
}

static int64_t
up_to_105(int32_t run)
{
    return run < 105 ? run : 105;
}

static int64_t
once_late(int32_t run)
{
    return run > 100 ? 50 : 0;
}

static int64_t
two_jumps(int32_t run)
{
    return (run > 50 ? 10 : 0) + (run > 100 ? 10 : 0);
}

static int64_t
no_rise_in_the_second_window(int32_t run)
{
    return run <= 16 ? run : run <= 48 ? 16 : run - 32;
}

static void
sites_are_judged_by_the_same_rule(void **state)
{
    (void)state;
    lc_growth_result result = judge_site(two_a_run);
    assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    assert_true(result.exact);
    assert_true(result.slope > 1.999 && result.slope < 2.001);
    assert_int_equal(judge_site(none).verdict, LC_GROWTH_CLEAN);
    assert_int_equal(judge_site(none).judged, 112);
    assert_int_equal(judge_site(up_to_20).verdict, LC_GROWTH_CLEAN);
    assert_int_equal(judge_site(up_to_105).verdict, LC_GROWTH_INCONCLUSIVE);
    assert_int_equal(judge_site(up_to_105).why, LC_GROWTH_WHY_SUBLINEAR);
    assert_int_not_equal(judge_site(once_late).verdict, LC_GROWTH_LEAK);
    assert_int_equal(judge_site(two_jumps).why, LC_GROWTH_WHY_NOISY);
    assert_int_equal(judge_site(no_rise_in_the_second_window).why, LC_GROWTH_WHY_NOISY);
}

static void
a_series_too_short_to_judge_is_inconclusive(void **state)
{
    (void)state;
    const int64_t counts[MARKS] = {0, 3, 7, 12, 16, 22};
    lc_growth_result result;
    lc_growth_series_judge(RUNS, counts, 1, ENDS, 0, 0.3, &result);
    assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
    lc_growth_series_judge(RUNS, counts, 4, ENDS, 0, 0.3, &result);
    assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
    const int64_t restless[MARKS] = {0, 3, 7, 13, 16};
    lc_growth_series_judge(RUNS, restless, 5, ENDS, 1, 0.3, &result);
    assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
    /* Exact to the block, one whole window is enough. */
    lc_growth_series_judge(RUNS, counts, 5, ENDS, 1, 0.3, &result);
    assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    const lc_growth_series two = {.runs = RUNS, .levels = counts, .marks = 2};
    assert_false(lc_growth_series_exact(&two, 0));
}

static void
distances_are_held_where_they_still_subtract(void **state)
{
    (void)state;
    assert_int_equal(lc_growth_series_distance(7, 10), -3);
    assert_true(lc_growth_series_distance(INT64_MAX, INT64_MIN) == INT64_C(1) << 61);
    assert_true(lc_growth_series_distance(INT64_MIN, INT64_MAX) == -(INT64_C(1) << 61));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_processes_are_clean),
        cmocka_unit_test(growth_that_is_no_leak_is_never_called_one),
        cmocka_unit_test(steady_leaks_are_found),
        cmocka_unit_test(rare_leaks_are_found_at_their_rate),
        cmocka_unit_test(a_leak_under_a_long_sawtooth_is_not_called_clean),
        cmocka_unit_test(growth_below_the_rate_is_slow),
        cmocka_unit_test(sites_are_judged_by_the_same_rule),
        cmocka_unit_test(a_series_too_short_to_judge_is_inconclusive),
        cmocka_unit_test(distances_are_held_where_they_still_subtract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
