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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
