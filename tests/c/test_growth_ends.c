/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* What the machine says before its end, at it and after it, and the steps that lead there. */
#include "growth_drive.h"

/* A block in every tenth run: never exact, and no pause is long. */
static void
one_in_ten(void *body, const lc_growth_step *step, int64_t runs,
           int64_t values[LC_GROWTH_METRICS])
{
    (void)body;
    (void)step;
    values[LC_GROWTH_RAW] = 500 + runs / 10;
}

static lc_growth *
after(lc_growth_settings settings, int32_t readings)
{
    lc_growth *machine = lc_growth_new(&settings);
    assert_non_null(machine);
    if (readings > 0) {
        drive_body(machine, one_in_ten, NULL, readings);
    }
    return machine;
}

static void
assert_stopped(lc_growth_result result)
{
    assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
    assert_int_equal(result.why, LC_GROWTH_WHY_STOPPED);
    assert_int_equal(result.metric, -1);
    assert_true(result.bound == 0);
}

static void
before_its_end_nothing_is_decided(void **state)
{
    (void)state;
    static const lc_growth_mode modes[] = {LC_GROWTH_ADAPTIVE, LC_GROWTH_CONFIRM,
                                           LC_GROWTH_FIXED};
    for (int k = 0; k < 3; k++) {
        lc_growth_settings settings = changed(modes[k], 0.1);
        lc_growth *machine = lc_growth_new(&settings);
        int32_t runs = 0;
        lc_growth_step step = lc_growth_next(machine);
        for (; step.action != LC_GROWTH_DONE; step = lc_growth_next(machine)) {
            assert_stopped(lc_growth_judge(machine));
            assert_int_equal(lc_growth_judge(machine).runs, runs);
            runs += step.action == LC_GROWTH_RUN ? step.runs : 0;
            const int64_t values[LC_GROWTH_METRICS] = {runs / 10};
            lc_growth_feed(machine, values);
        }
        assert_int_equal(lc_growth_judge(machine).runs, runs);
        lc_growth_free(machine);
    }
}

static void
stopped_in_a_trace_it_judged_the_runs_up_to_the_last_mark(void **state)
{
    (void)state;
    lc_growth_settings settings = changed(LC_GROWTH_CONFIRM, 0.1);
    for (int32_t readings = 0; readings < 1 + 6 * 4; readings++) {
        lc_growth *machine = after(settings, readings);
        lc_growth_stop(machine);
        lc_growth_result result = lc_growth_judge(machine);
        assert_stopped(result);
        assert_int_equal(result.judged, readings > 0 ? result.runs - 2 : 0);
        assert_int_equal(result.windows, readings > 0 ? (readings - 1) / 6 : 0);
        lc_growth_free(machine);
    }
}

static void
stopped_before_a_trace_it_judged_nothing(void **state)
{
    (void)state;
    for (int32_t readings = 0; readings < 5; readings++) {
        lc_growth *machine = after(changed(LC_GROWTH_ADAPTIVE, 0.1), readings);
        lc_growth_stop(machine);
        assert_stopped(lc_growth_judge(machine));
        assert_int_equal(lc_growth_judge(machine).judged, 0);
        lc_growth_free(machine);
    }
}

static void
a_stop_takes_the_question_back(void **state)
{
    (void)state;
    const int64_t values[LC_GROWTH_METRICS] = {0};
    for (int32_t readings = 0; readings < 4; readings++) {
        lc_growth *machine = after(ADAPTIVE, readings);
        assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_RUN);
        int32_t runs = lc_growth_judge(machine).runs;
        lc_growth_stop(machine);
        assert_int_equal(lc_growth_feed(machine, values), LC_ABSENT);
        assert_int_equal(lc_growth_judge(machine).runs, runs);
        lc_growth_free(machine);
    }
}

static void
a_stop_after_the_end_changes_nothing(void **state)
{
    (void)state;
    for (int64_t per_run = 0; per_run < 2; per_run++) {
        lc_growth *machine = lc_growth_new(&ADAPTIVE);
        drive(machine, per_run, 0);
        lc_growth_result before = lc_growth_judge(machine);
        lc_growth_stop(machine);
        lc_growth_result behind = lc_growth_judge(machine);
        assert_int_equal(behind.verdict, per_run ? LC_GROWTH_LEAK : LC_GROWTH_CLEAN);
        assert_int_equal(behind.why, before.why);
        assert_int_equal(behind.metric, before.metric);
        assert_int_equal(behind.judged, before.judged);
        assert_true(behind.bound == before.bound);
        lc_growth_free(machine);
    }
}

static void
window_ends_are_as_many_as_there_are_windows(void **state)
{
    (void)state;
    lc_growth *machine = after(changed(LC_GROWTH_CONFIRM, 0.1), 1 + 6 * 2 + 3);
    int32_t ends[4] = {-1, -1, -1, -1};
    assert_int_equal(lc_growth_window_ends(machine, ends, 4), 2);
    assert_int_equal(ends[0], 6);
    assert_int_equal(ends[1], 12);
    assert_int_equal(ends[2], -1);
    lc_growth_free(machine);
}

static void
a_restless_warm_up_reads_the_wide_metrics_around_its_first_run_only(void **state)
{
    (void)state;
    static const lc_growth_mode modes[] = {LC_GROWTH_ADAPTIVE, LC_GROWTH_FIXED};
    for (int k = 0; k < 2; k++) {
        lc_growth_settings settings = changed(modes[k], 0.3);
        lc_growth *machine = lc_growth_new(&settings);
        int64_t level = 0;
        for (int32_t reading = 0; reading <= settings.warmup_max; reading++) {
            lc_growth_step step = lc_growth_next(machine);
            assert_int_equal(step.phase, LC_GROWTH_PHASE_WARMUP);
            assert_int_equal(step.wide, k == 0 && reading < 2 ? LC_GROWTH_WIDE_NEW
                                                              : LC_GROWTH_WIDE_NOT);
            const int64_t values[LC_GROWTH_METRICS] = {level++};
            lc_growth_feed(machine, values);
        }
        lc_growth_step step = lc_growth_next(machine);
        assert_int_equal(step.action, k == 0 ? LC_GROWTH_RUN : LC_GROWTH_START_TRACE);
        assert_int_equal(step.wide, k == 0 ? LC_GROWTH_WIDE_NEW : LC_GROWTH_WIDE_NOT);
        assert_int_equal(step.runs, 0);
        lc_growth_free(machine);
    }
}

static void
one_block_more_and_the_screen_may_end_with_any_batch(void **state)
{
    (void)state;
    for (int32_t metric = 0; metric < 2; metric++) {
        for (int64_t more = -1; more <= 1; more++) {
            lc_growth_settings settings = changed(LC_GROWTH_ADAPTIVE, 0.1);
            lc_growth *machine = lc_growth_new(&settings);
            drive(machine, 0,
                  3); /* Two runs that change nothing are its first batch. */
            assert_int_equal(lc_growth_next(machine).phase, LC_GROWTH_PHASE_SCREEN);
            assert_true(lc_growth_least(machine) >= 29 - 2);
            int64_t values[LC_GROWTH_METRICS] = {500, 3};
            values[metric] += more;
            assert_int_equal(lc_growth_feed(machine, values), LC_OK);
            lc_growth_step step = lc_growth_next(machine);
            assert_true(step.runs < 20);
            assert_int_equal(lc_growth_least(machine) == step.runs, more > 0);
            lc_growth_free(machine);
        }
    }
}

static void
the_least_rate_is_one_leak_in_a_million_runs(void **state)
{
    (void)state;
    static const double rates[] = {1e-6, 1e-9, 1e-300};
    lc_growth_result results[3];
    for (int i = 0; i < 3; i++) {
        results[i] = judged(changed(LC_GROWTH_ADAPTIVE, rates[i]), 0);
        assert_int_equal(results[i].verdict, LC_GROWTH_CLEAN);
        assert_true(results[i].judged >= 2999999 && results[i].judged < 4000000);
        assert_true(results[i].bound <= 1e-6);
        assert_int_equal(results[i].judged, results[0].judged);
    }
}

/* A block in every seventh run, the third first: too slow for a leak at a rate of .6, not at one of .3. */
static void
one_in_seven(void *body, const lc_growth_step *step, int64_t runs,
             int64_t values[LC_GROWTH_METRICS])
{
    (void)body;
    (void)step;
    values[LC_GROWTH_BLOCKS] = (runs + 4) / 7;
}

static void
what_moves_is_examined_at_a_rate_of_three_in_ten(void **state)
{
    (void)state;
    static const double rates[] = {0.3, 0.31, 0.5, 0.75, 1};
    for (int i = 0; i < 5; i++) {
        lc_growth_result result =
            judged_body(changed(LC_GROWTH_ADAPTIVE, rates[i]), one_in_seven, NULL);
        assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_its_end_nothing_is_decided),
        cmocka_unit_test(stopped_in_a_trace_it_judged_the_runs_up_to_the_last_mark),
        cmocka_unit_test(stopped_before_a_trace_it_judged_nothing),
        cmocka_unit_test(a_stop_takes_the_question_back),
        cmocka_unit_test(a_stop_after_the_end_changes_nothing),
        cmocka_unit_test(window_ends_are_as_many_as_there_are_windows),
        cmocka_unit_test(
            a_restless_warm_up_reads_the_wide_metrics_around_its_first_run_only),
        cmocka_unit_test(one_block_more_and_the_screen_may_end_with_any_batch),
        cmocka_unit_test(what_moves_is_examined_at_a_rate_of_three_in_ten),
        cmocka_unit_test(the_least_rate_is_one_leak_in_a_million_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
