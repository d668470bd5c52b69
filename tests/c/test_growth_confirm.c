/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* How long a confirming trace goes on, and what it is held against. */
#include "growth.h"

#include <math.h> /* sqrt */

#include "growth_drive.h"

typedef int64_t (*level_after)(int64_t run);

static void
raw_blocks(void *body, const lc_growth_step *step, int64_t runs,
           int64_t values[LC_GROWTH_METRICS])
{
    (void)step;
    level_after *level = body;
    values[LC_GROWTH_RAW] = (*level)(2000 + runs);
}

static lc_growth_result
confirm(level_after level, double rate, double earlier_slope)
{
    const lc_growth_settings settings = {.mode = LC_GROWTH_CONFIRM,
                                         .rate = rate,
                                         .warmup_max = 8,
                                         .first_window = 64,
                                         .windows = 4,
                                         .seed = 3,
                                         .earlier_slope = earlier_slope,
                                         .earlier_runs = earlier_slope > 0 ? 1400 : 0,
                                         .earlier_metric = LC_GROWTH_RAW};
    return judged_body(settings, raw_blocks, &level);
}

static int64_t
two_a_run(int64_t run)
{
    return 2 * run;
}

static int64_t
three_in_ten(int64_t run)
{
    return run * 3 / 10;
}

static int64_t
one_in_two(int64_t run)
{
    return run / 2;
}

static int64_t
one_in_ten(int64_t run)
{
    return run / 10;
}

static int64_t
root(int64_t run)
{
    return (int64_t)(3 * sqrt((double)run));
}

static void
an_exact_leak_is_told_before_the_windows_added_for_a_small_rate(void **state)
{
    (void)state;
    lc_growth_result exact = confirm(two_a_run, 0.01, 0);
    assert_int_equal(exact.verdict, LC_GROWTH_LEAK);
    assert_true(exact.exact);
    assert_int_equal(exact.windows, 4);
    lc_growth_result other = confirm(three_in_ten, 0.01, 0);
    assert_int_equal(other.verdict, LC_GROWTH_LEAK);
    assert_false(other.exact);
    assert_int_equal(other.windows, 6);
}

static void
few_leaks_are_watched_for_longer_before_they_are_told(void **state)
{
    (void)state;
    lc_growth_result few = confirm(one_in_ten, 0.1, 0);
    assert_int_equal(few.verdict, LC_GROWTH_LEAK);
    assert_int_equal(few.runs, 2 + 960 + 1024);
    lc_growth_result many = confirm(one_in_two, 0.1, 0);
    assert_int_equal(many.verdict, LC_GROWTH_LEAK);
    assert_int_equal(many.runs, 2 + 960);
}

static void
growth_like_a_root_is_told_by_the_pace_before(void **state)
{
    (void)state;
    double before = 3 * (sqrt(1900) - sqrt(500)) / 1400;
    lc_growth_result result = confirm(root, 0.01, before);
    assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
    assert_int_equal(result.why, LC_GROWTH_WHY_SUBLINEAR);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            an_exact_leak_is_told_before_the_windows_added_for_a_small_rate),
        cmocka_unit_test(few_leaks_are_watched_for_longer_before_they_are_told),
        cmocka_unit_test(growth_like_a_root_is_told_by_the_pace_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
