/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The screen and the trace of an adaptive check, asked for one by one. */
#include "growth_drive.h"

static lc_growth_settings
only(lc_growth_part part)
{
    lc_growth_settings settings = ADAPTIVE;
    settings.part = part;
    return settings;
}

static void
leaks_objects(void *body, const lc_growth_step *step, int64_t runs,
              int64_t values[LC_GROWTH_METRICS])
{
    (void)body;
    (void)step;
    values[LC_GROWTH_OBJECTS] = 2 * runs;
}

static void
a_screen_alone_ends_at_a_suspect_and_starts_no_trace(void **state)
{
    (void)state;
    int64_t leak = 1;
    lc_growth_settings settings = only(LC_GROWTH_SCREEN_ONLY);
    lc_growth *machine = lc_growth_new(&settings);
    assert_non_null(machine);
    assert_int_equal(drive_body(machine, leaks_blocks, &leak, 0), 0);
    lc_growth_result result = lc_growth_judge(machine);
    assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
    assert_int_equal(result.why, LC_GROWTH_WHY_SUSPECT);
    assert_int_equal(result.metric, LC_GROWTH_BLOCKS);
    assert_true(result.judged > 0 && result.judged < result.runs);
    lc_growth_free(machine);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
a_screen_alone_says_that_only_a_wide_metric_grew(void **state)
{
    (void)state;
    lc_growth_result result =
        judged_body(only(LC_GROWTH_SCREEN_ONLY), leaks_objects, NULL);
    assert_int_equal(result.why, LC_GROWTH_WHY_SUSPECT);
    assert_int_equal(result.metric, LC_GROWTH_OBJECTS);
}

static void
a_screen_alone_is_clean_as_the_whole_is(void **state)
{
    (void)state;
    lc_growth_result whole = judged(ADAPTIVE, 0);
    lc_growth_result alone = judged(only(LC_GROWTH_SCREEN_ONLY), 0);
    assert_int_equal(alone.verdict, LC_GROWTH_CLEAN);
    assert_int_equal(alone.why, whole.why);
    assert_int_equal(alone.runs, whole.runs);
}

static void
a_trace_alone_begins_with_the_trace_and_finds_the_leak(void **state)
{
    (void)state;
    lc_growth_settings settings = only(LC_GROWTH_TRACE_ONLY);
    lc_growth *machine = lc_growth_new(&settings);
    assert_non_null(machine);
    assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_START_TRACE);
    lc_growth_step step = lc_growth_next(machine);
    assert_true(step.baseline);
    assert_int_equal(step.wide, LC_GROWTH_WIDE_NOT);
    drive(machine, 1, 0);
    assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_LEAK);
    lc_growth_free(machine);
}

static void
a_trace_alone_counts_the_wide_metrics_where_it_is_told(void **state)
{
    (void)state;
    lc_growth_settings settings = only(LC_GROWTH_TRACE_ONLY);
    lc_growth_result narrow = judged_body(settings, leaks_objects, NULL);
    assert_int_equal(narrow.verdict, LC_GROWTH_CLEAN);
    settings.wide = true;
    lc_growth_result wide = judged_body(settings, leaks_objects, NULL);
    assert_int_equal(wide.verdict, LC_GROWTH_LEAK);
    assert_int_equal(wide.metric, LC_GROWTH_OBJECTS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_screen_alone_ends_at_a_suspect_and_starts_no_trace),
        cmocka_unit_test(a_screen_alone_says_that_only_a_wide_metric_grew),
        cmocka_unit_test(a_screen_alone_is_clean_as_the_whole_is),
        cmocka_unit_test(a_trace_alone_begins_with_the_trace_and_finds_the_leak),
        cmocka_unit_test(a_trace_alone_counts_the_wide_metrics_where_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
