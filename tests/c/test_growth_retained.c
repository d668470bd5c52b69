/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* What is asked of the retained part, on series made by hand. */
#include "growth_retained.h"

#include <math.h> /* sqrt */

#include "mem_fake.h"

/* Three windows of 64, 128 and 256 runs, a mark each 16. */
enum { STRIDE = 16, MARKS = 1 + 28 };
static const int32_t ENDS[] = {4, 12, 28};

typedef struct {
    int32_t runs[MARKS];
    int64_t levels[MARKS];
    lc_growth_series series;
} fixture;

static lc_growth_series *
series_of(fixture *self, int64_t (*level)(int32_t run))
{
    for (int32_t i = 0; i < MARKS; i++) {
        self->runs[i] = i * STRIDE;
        self->levels[i] = 500 + level(self->runs[i]);
    }
    self->series = (lc_growth_series){.runs = self->runs,
                                      .levels = self->levels,
                                      .marks = MARKS,
                                      .window_end = ENDS,
                                      .windows = 3,
                                      .rate = 0.1};
    return &self->series;
}

static int64_t
one_in_two(int32_t run)
{
    return (run + 1) / 2 + (run % 3 == 0); /* Not exact. */
}

static int64_t
root_from_run_100(int32_t run)
{
    return (int64_t)(30 * sqrt(100 + run) - 300);
}

static int64_t
one_in_eight(int32_t run)
{
    return run / 8 + (run / 16) % 2;
}

static int64_t
with_a_fall(int32_t run)
{
    return run / 2 - (run == 64 ? 5 : 0);
}

/* Up 60 or down 40 from mark to mark, as a coin would have it. */
static int64_t
like_a_walk(int32_t run)
{
    static const char steps[] = "ududuududdududuuddudduududud";
    int64_t level = 0;
    for (int32_t i = 0; i < run / STRIDE; i++) {
        level += steps[i] == 'u' ? 60 : -40;
    }
    return level;
}

static int64_t
leak_under_teeth(int32_t run)
{
    return run + run % 40;
}

static bool
slowed(int64_t (*level)(int32_t run), double earlier_slope, int32_t earlier_runs)
{
    fixture made;
    lc_growth_series *series = series_of(&made, level);
    series->earlier_slope = earlier_slope;
    series->earlier_runs = earlier_runs;
    lc_growth_retained part = lc_growth_retained_find(series);
    double phi = lc_growth_retained_dispersion(series, &part);
    return lc_growth_retained_slowed(series, &part, phi);
}

static void
growth_like_a_root_is_slower_than_it_was(void **state)
{
    (void)state;
    assert_true(slowed(root_from_run_100, (300 - 30 * sqrt(10)) / 90, 90));
    assert_false(slowed(root_from_run_100, 0, 0)); /* Nothing is known. */
}

static void
a_pace_that_is_kept_is_not_slower(void **state)
{
    (void)state;
    assert_false(slowed(one_in_two, 0.5, 112));
    assert_false(slowed(one_in_two, 0.3, 112));
    assert_false(slowed(one_in_eight, 0.14, 112)); /* Luck, or two blocks. */
}

static void
a_long_and_steady_trace_stands_whatever_grew_before(void **state)
{
    (void)state;
    assert_false(slowed(one_in_two, 3, 112));
    assert_true(slowed(one_in_eight, 3, 112)); /* Steady, but of few leaks. */
}

static void
a_series_that_falls_is_not_held_against_the_pace_before(void **state)
{
    (void)state;
    assert_false(slowed(with_a_fall, 3, 112));
}

static void
a_walk_is_told_from_a_leak_under_teeth(void **state)
{
    (void)state;
    fixture made;
    lc_growth_series *series = series_of(&made, like_a_walk);
    lc_growth_retained part = lc_growth_retained_find(series);
    assert_true(part.net > 0 && part.fall > 0);
    assert_true(lc_growth_retained_walks(series, &part));
    series = series_of(&made, leak_under_teeth);
    part = lc_growth_retained_find(series);
    assert_true(part.fall > 0);
    assert_false(lc_growth_retained_walks(series, &part));
}

static void
the_retained_part_ends_at_the_least_level_of_the_last_quarter(void **state)
{
    (void)state;
    fixture made;
    lc_growth_series *series = series_of(&made, with_a_fall);
    made.levels[MARKS - 3] = 400;
    lc_growth_retained part = lc_growth_retained_find(series);
    assert_int_equal(part.last, MARKS - 3);
    assert_int_equal(part.net, 0); /* U is as low as that from the first mark on. */
    series = series_of(&made, one_in_two);
    part = lc_growth_retained_find(series);
    assert_int_equal(part.last, MARKS - 1);
    assert_true(part.slope > 0.49 && part.slope < 0.51);
}

/* A series of a few marks, of which a test says all. */
static lc_growth_series
series_at(const int32_t *runs, const int64_t *levels, int32_t marks,
          const int32_t *window_end, int32_t windows)
{
    return (lc_growth_series){.runs = runs,
                              .levels = levels,
                              .marks = marks,
                              .window_end = window_end,
                              .windows = windows,
                              .rate = 1};
}

static void
the_dispersion_of_one_batch_is_none_and_of_two_their_difference(void **state)
{
    (void)state;
    static const int32_t runs[] = {0, 1, 2};
    static const int64_t levels[] = {0, 1, 4};
    lc_growth_series series = series_at(runs, levels, 2, NULL, 0);
    lc_growth_retained part = lc_growth_retained_find(&series);
    assert_true(lc_growth_retained_dispersion(&series, &part) == 0);
    series.marks = 3;
    part = lc_growth_retained_find(&series);
    /* Paces of 1 and 3, where 2 is the mean: (3 - 1)^2 / (2 (1 + 1)). */
    assert_true(lc_growth_retained_dispersion(&series, &part) == 1);
}

/* Whether growth to `here` blocks in `before` runs and `end` in as many more slows down. */
static bool
slows(int32_t before, int64_t here, int64_t end, int32_t last_window, double phi)
{
    const int32_t runs[] = {0, before, 2 * before};
    const int64_t levels[] = {0, here, end};
    const int32_t ends[] = {last_window, 2};
    lc_growth_series series = series_at(runs, levels, 3, ends, 2);
    lc_growth_retained part = lc_growth_retained_find(&series);
    return lc_growth_retained_slows(&series, &part, phi);
}

static void
a_shortfall_is_held_against_a_leak_beyond_its_limits_only(void **state)
{
    (void)state;
    /* 85 % of the pace before. */
    assert_false(slows(20, 20, 20 + 17, 0, 0));
    assert_true(slows(20, 20, 20 + 16, 0, 0));
    /* Two blocks. */
    assert_false(slows(8, 8, 8 + 6, 0, 0));
    assert_true(slows(8, 8, 8 + 5, 0, 0));
    /* Chance: 11 are missing, and 2.75 sigmas of 4. */
    assert_false(slows(8, 16, 16 + 3, 0, 0.5));
    assert_true(slows(8, 16, 16 + 3, 0, 0.499));
    /* In the last window, 35 % of the pace before, whatever chance may do. */
    assert_false(slows(20, 20, 20 + 7, 1, 100));
    assert_true(slows(20, 20, 20 + 6, 1, 100));
    assert_false(slows(20, 20, 20 + 6, 0, 100));
}

static void
only_marks_from_a_third_of_the_runs_on_are_looked_at(void **state)
{
    (void)state;
    static const int64_t levels[] = {0, 40, 50};
    static const int32_t ends[] = {0, 2};
    for (int32_t at = 19; at <= 20; at++) {
        const int32_t runs[] = {0, at, 60};
        lc_growth_series series = series_at(runs, levels, 3, ends, 2);
        lc_growth_retained part = lc_growth_retained_find(&series);
        assert_int_equal(lc_growth_retained_slows(&series, &part, 0), at == 20);
    }
}

/* The same for a trace of so many runs that is held against an earlier one. */
static bool
slower_than(double earlier_slope, int32_t earlier_runs, const int32_t *runs,
            const int64_t *levels, double phi)
{
    static const int32_t ends[] = {1, 2};
    lc_growth_series series = series_at(runs, levels, 3, ends, 2);
    series.earlier_slope = earlier_slope;
    series.earlier_runs = earlier_runs;
    lc_growth_retained part = lc_growth_retained_find(&series);
    return lc_growth_retained_slowed(&series, &part, phi);
}

static void
a_pace_is_lower_below_85_per_cent_of_the_one_before(void **state)
{
    (void)state;
    /* Not steady: 24 blocks in 20 runs, then 10 or 9. */
    static const int32_t runs[] = {0, 20, 40};
    assert_false(slower_than(1, 1000, runs, (int64_t[]){0, 24, 34}, 0));
    assert_true(slower_than(1, 1000, runs, (int64_t[]){0, 24, 33}, 0));
    /* However short the trace before, where its pace was far higher. */
    assert_true(slower_than(1000, 1, runs, (int64_t[]){0, 24, 34}, 0));
    assert_false(slower_than(1000, 0, runs, (int64_t[]){0, 24, 34}, 0));
}

static void
a_lower_pace_is_more_than_two_blocks_and_chance(void **state)
{
    (void)state;
    static const int32_t runs[] = {0, 16, 32};
    static const int64_t levels[] = {0, 6, 8};
    /* 22 are missing, and 2.75 sigmas of 8. */
    assert_false(slower_than(1, 32, runs, levels, 1.6));
    assert_true(slower_than(1, 32, runs, levels, 1.59));
    /* At half a block a run less, two of four runs and more. */
    static const int64_t half[] = {0, 12, 16};
    assert_false(slower_than(1, 4, runs, half, 0));
    assert_true(slower_than(1, 5, runs, half, 0));
}

static void
a_trace_is_steady_with_100_leaks_and_85_per_cent_in_its_second_half(void **state)
{
    (void)state;
    static const int32_t runs[] = {0, 40, 60, 80};
    static const int32_t ends[] = {1, 2, 3};
    static const struct {
        int64_t levels[4];
        double phi;
        bool slowed;
    } traces[] = {
        {{0, 50, 75, 100}, 1, false},
        {{0, 50, 75, 100}, 1.01, true},
        {{0, 50, 75, 99}, 1, true},
        /* Sixty runs up to the mark after the middle, and twenty from there on. */
        {{0, 40, 60, 77}, 0, false},
        {{0, 40, 60, 76}, 0, true},
    };
    for (int i = 0; i < 5; i++) {
        lc_growth_series series = series_at(runs, traces[i].levels, 4, ends, 3);
        series.earlier_slope = 100;
        series.earlier_runs = 100;
        lc_growth_retained part = lc_growth_retained_find(&series);
        assert_int_equal(lc_growth_retained_slowed(&series, &part, traces[i].phi),
                         traces[i].slowed);
    }
}

/* 1,000 leaks in each half of 2,000 runs, but for `fewer` in the second; as from a process that grew
 * faster in an earlier trace. */
static bool
slowed_at(double rate, int64_t fewer)
{
    static const int32_t runs[] = {0, 1000, 1001, 2001};
    static const int32_t ends[] = {1, 2, 3};
    int64_t levels[] = {0, 1000, 1001, 2001 - fewer};
    lc_growth_series series = series_at(runs, levels, 4, ends, 3);
    series.rate = rate;
    series.earlier_slope = 100;
    series.earlier_runs = 1000;
    lc_growth_retained part = lc_growth_retained_find(&series);
    return lc_growth_retained_slowed(&series, &part, 1);
}

static void
a_trace_at_a_rate_up_to_15_in_a_thousand_is_steady_from_94_per_cent_on(void **state)
{
    (void)state;
    assert_false(slowed_at(0.016, 149));
    assert_true(slowed_at(0.016, 151));
    assert_false(slowed_at(0.015, 59));
    assert_true(slowed_at(0.015, 61));
    assert_false(slowed_at(0.001, 59));
    assert_true(slowed_at(0.001, 61));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_like_a_root_is_slower_than_it_was),
        cmocka_unit_test(a_pace_that_is_kept_is_not_slower),
        cmocka_unit_test(a_long_and_steady_trace_stands_whatever_grew_before),
        cmocka_unit_test(a_series_that_falls_is_not_held_against_the_pace_before),
        cmocka_unit_test(a_walk_is_told_from_a_leak_under_teeth),
        cmocka_unit_test(the_retained_part_ends_at_the_least_level_of_the_last_quarter),
        cmocka_unit_test(
            the_dispersion_of_one_batch_is_none_and_of_two_their_difference),
        cmocka_unit_test(a_shortfall_is_held_against_a_leak_beyond_its_limits_only),
        cmocka_unit_test(only_marks_from_a_third_of_the_runs_on_are_looked_at),
        cmocka_unit_test(a_pace_is_lower_below_85_per_cent_of_the_one_before),
        cmocka_unit_test(a_lower_pace_is_more_than_two_blocks_and_chance),
        cmocka_unit_test(
            a_trace_is_steady_with_100_leaks_and_85_per_cent_in_its_second_half),
        cmocka_unit_test(
            a_trace_at_a_rate_up_to_15_in_a_thousand_is_steady_from_94_per_cent_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
