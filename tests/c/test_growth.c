/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The machine's questions: which runs it asks for, in which order, and when it stops. */
#include "growth_drive.h"

static void
settings_out_of_range_make_no_machine(void **state)
{
    (void)state;
    lc_growth_settings bad[10];
    for (size_t i = 0; i < 10; i++) {
        bad[i] = ADAPTIVE;
    }
    bad[0].rate = 0;
    bad[1].rate = 1.5;
    bad[2].rate = -0.1;
    bad[3].warmup_max = 0;
    bad[4].first_window = -1;
    bad[5].windows = 2;
    bad[6].windows = 17;
    bad[7].first_window = INT32_MAX / 2;
    bad[8].mode = LC_GROWTH_FIXED;
    bad[8].iterations = 11;
    bad[9].rate = 1e-6;
    bad[9].windows = 16;
    for (size_t i = 0; i < 10; i++) {
        assert_null(lc_growth_new(&bad[i]));
    }
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        mem_fake_fail_at(n);
        lc_growth *machine = lc_growth_new(&ADAPTIVE);
        if (machine != NULL) {
            drive(machine, 1, 0);
            assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_LEAK);
        }
        lc_growth_free(machine);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            assert_non_null(machine);
            break;
        }
        assert_null(machine);
    }
    mem_fake_fail_at(0);
}

static void
a_body_that_keeps_nothing_is_clean_after_9_runs_at_rate_0_3(void **state)
{
    (void)state;
    lc_growth_result result = judged(ADAPTIVE, 0);
    assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
    assert_int_equal(result.why, LC_GROWTH_WHY_QUIET);
    assert_int_equal(result.runs, 9);
    assert_int_equal(result.judged, 9);
    assert_int_equal(result.metric, -1);
    assert_true(result.bound > 0.2999 && result.bound < 0.3001);
}

static void
three_runs_that_change_nothing_rule_out_three_leaks_in_four_runs(void **state)
{
    (void)state;
    lc_growth_settings settings = changed(LC_GROWTH_ADAPTIVE, 0.75);
    lc_growth_result result = judged(settings, 0);
    assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
    assert_int_equal(result.runs, 3);
    assert_true(result.bound > 0.7499 && result.bound < 0.7501);
}

/* A body that keeps a block in every third run. */
static void
one_in_three(void *body, const lc_growth_step *step, int64_t runs,
             int64_t values[LC_GROWTH_METRICS])
{
    (void)body;
    (void)step;
    values[LC_GROWTH_BLOCKS] = runs / 3;
}

static void
what_grows_is_examined_alike_at_all_rates_above_0_3(void **state)
{
    (void)state;
    lc_growth_result at_the_rate =
        judged_body(changed(LC_GROWTH_ADAPTIVE, 0.3), one_in_three, NULL);
    assert_int_equal(at_the_rate.verdict, LC_GROWTH_LEAK);
    static const double rates[] = {0.5, 0.75, 1};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        lc_growth_result result =
            judged_body(changed(LC_GROWTH_ADAPTIVE, rates[i]), one_in_three, NULL);
        assert_int_equal(result.verdict, LC_GROWTH_LEAK);
        assert_int_equal(result.judged, at_the_rate.judged);
    }
}

static void
next_asks_the_same_until_it_is_fed(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    const int64_t values[LC_GROWTH_METRICS] = {0, 0};
    for (int32_t reading = 0; reading < 5; reading++) {
        lc_growth_step one = lc_growth_next(machine);
        lc_growth_step two = lc_growth_next(machine);
        assert_int_equal(one.action, LC_GROWTH_RUN);
        assert_int_equal(one.runs, two.runs);
        assert_int_equal(one.phase, two.phase);
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
    }
    assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_DONE);
    assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_DONE);
    lc_growth_free(machine);
}

static void
a_reading_nobody_asked_for_is_refused(void **state)
{
    (void)state;
    const int64_t values[LC_GROWTH_METRICS] = {0, 0};
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    assert_int_equal(lc_growth_feed(machine, values), LC_ABSENT);
    lc_growth_next(machine);
    assert_int_equal(lc_growth_feed(machine, values), LC_OK);
    assert_int_equal(lc_growth_feed(machine, values), LC_ABSENT);
    drive(machine, 0, 0);
    assert_int_equal(lc_growth_feed(machine, values), LC_ABSENT);
    lc_growth_free(machine);

    lc_growth_settings confirm = changed(LC_GROWTH_CONFIRM, 0.3);
    machine = lc_growth_new(&confirm);
    assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_START_TRACE);
    assert_int_equal(lc_growth_feed(machine, values), LC_ABSENT);
    lc_growth_free(machine);
}

static void
warm_up_asks_for_a_reading_then_for_single_runs_up_to_its_limit(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    int64_t level = 0;
    for (int32_t i = 0; i <= ADAPTIVE.warmup_max; i++) {
        lc_growth_step step = lc_growth_next(machine);
        assert_int_equal(step.phase, LC_GROWTH_PHASE_WARMUP);
        assert_int_equal(step.runs, i == 0 ? 0 : 1);
        const int64_t values[LC_GROWTH_METRICS] = {0, level++};
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
    }
    assert_int_equal(lc_growth_next(machine).phase, LC_GROWTH_PHASE_SCREEN);
    assert_int_equal(lc_growth_judge(machine).runs, ADAPTIVE.warmup_max);
    lc_growth_free(machine);
}

static void
the_trace_starts_once_with_two_turnover_runs_and_a_baseline(void **state)
{
    (void)state;
    lc_growth_settings settings = changed(LC_GROWTH_CONFIRM, 0.3);
    lc_growth *machine = lc_growth_new(&settings);
    assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_START_TRACE);
    lc_growth_step step = lc_growth_next(machine);
    assert_int_equal(step.action, LC_GROWTH_RUN);
    assert_int_equal(step.phase, LC_GROWTH_PHASE_TRACE);
    assert_int_equal(step.runs, 2);
    assert_true(step.baseline && step.mark);
    assert_int_equal(drive(machine, 1, 0), 0);
    lc_growth_free(machine);

    machine = lc_growth_new(&ADAPTIVE);
    assert_int_equal(drive(machine, 1, 0), 1);
    lc_growth_free(machine);
}

static void
a_restless_warm_up_counts_for_nothing_and_makes_the_screen_longer(void **state)
{
    (void)state;
    static const struct {
        int64_t change; /* Of the level, in the last restless run. */
        int64_t until; /* That run. */
        int32_t judged;
        int32_t runs;
    } bodies[] = {
        {0, 0, 9, 9}, {1, 1, 12, 3 + 12}, {-1, 1, 12, 2 + 12}, {1, 3, 12, 5 + 12}};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        lc_growth *machine = lc_growth_new(&ADAPTIVE);
        int64_t runs = 0;
        lc_growth_step step = lc_growth_next(machine);
        while (step.action != LC_GROWTH_DONE) {
            runs += step.runs;
            int64_t level = runs < bodies[i].until ? runs : bodies[i].until;
            const int64_t values[LC_GROWTH_METRICS] = {level * bodies[i].change};
            assert_int_equal(lc_growth_feed(machine, values), LC_OK);
            step = lc_growth_next(machine);
        }
        assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_CLEAN);
        assert_int_equal(lc_growth_judge(machine).judged, bodies[i].judged);
        assert_int_equal(lc_growth_judge(machine).runs, bodies[i].runs);
        lc_growth_free(machine);
    }
}

static void
the_fewest_runs_to_come_are_those_of_the_quiet_screen(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    int32_t runs = 0;
    for (lc_growth_step step = lc_growth_next(machine); step.action != LC_GROWTH_DONE;
         step = lc_growth_next(machine)) {
        bool screens = step.phase == LC_GROWTH_PHASE_SCREEN;
        assert_int_equal(lc_growth_least(machine), screens ? 9 - runs : step.runs);
        runs += step.runs;
        const int64_t values[LC_GROWTH_METRICS] = {0};
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
    }
    lc_growth_free(machine);

    machine = lc_growth_new(&ADAPTIVE);
    for (lc_growth_step step = lc_growth_next(machine); step.action == LC_GROWTH_RUN;
         step = lc_growth_next(machine)) {
        bool grew = step.phase == LC_GROWTH_PHASE_SCREEN && runs > 9 + 8;
        assert_true(!grew || lc_growth_least(machine) == step.runs);
        runs += step.runs;
        const int64_t values[LC_GROWTH_METRICS] = {runs};
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
    }
    lc_growth_free(machine);
}

static void
growth_in_proportion_is_traced_after_one_screen(void **state)
{
    (void)state;
    lc_growth_result result = judged(ADAPTIVE, 18);
    assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    assert_int_equal(result.why, LC_GROWTH_WHY_LINEAR);
    assert_int_equal(result.metric, 0);
    assert_true(result.exact);
    assert_true(result.slope > 17.999 && result.slope < 18.001);
    assert_int_equal(result.windows, 1);
    assert_int_equal(result.judged, 16);
    assert_int_equal(result.runs, 8 + 12 + 2 + 16);
}

static void
the_same_seed_asks_for_the_same_batches_and_another_for_others(void **state)
{
    (void)state;
    int32_t asked[3][16];
    for (int32_t i = 0; i < 3; i++) {
        lc_growth_settings settings = changed(LC_GROWTH_CONFIRM, 0.3);
        settings.seed = i < 2 ? 1 : 2;
        lc_growth *machine = lc_growth_new(&settings);
        lc_growth_next(machine);
        for (int32_t k = 0; k < 16; k++) {
            asked[i][k] = lc_growth_next(machine).runs;
            drive(machine, 1, 1);
        }
        lc_growth_free(machine);
    }
    assert_memory_equal(asked[0], asked[1], sizeof asked[0]);
    assert_memory_not_equal(asked[0], asked[2], sizeof asked[0]);
}

static void
stopped_before_a_decision_is_inconclusive(void **state)
{
    (void)state;
    static const int32_t readings[] = {0, 1, 4, 7, 11, 14, 17};
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        lc_growth *machine = lc_growth_new(&ADAPTIVE);
        if (readings[i] > 0) {
            drive(machine, 1, readings[i]);
        }
        lc_growth_stop(machine);
        lc_growth_result result = lc_growth_judge(machine);
        assert_int_equal(result.verdict, LC_GROWTH_INCONCLUSIVE);
        assert_int_equal(result.why, LC_GROWTH_WHY_STOPPED);
        assert_int_equal(lc_growth_next(machine).action, LC_GROWTH_DONE);
        lc_growth_stop(machine);
        lc_growth_free(machine);
    }
}

static void
extreme_levels_do_not_overflow(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    for (int32_t i = 0;; i++) {
        lc_growth_step step = lc_growth_next(machine);
        if (step.action == LC_GROWTH_DONE) {
            break;
        }
        const int64_t values[LC_GROWTH_METRICS] = {i % 2 == 0 ? INT64_MIN : INT64_MAX,
                                                   i % 3 == 0 ? INT64_MAX : INT64_MIN};
        lc_growth_feed(machine, values);
    }
    assert_int_not_equal(lc_growth_judge(machine).verdict, LC_GROWTH_LEAK);
    lc_growth_free(machine);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_out_of_range_make_no_machine),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_body_that_keeps_nothing_is_clean_after_9_runs_at_rate_0_3),
        cmocka_unit_test(
            three_runs_that_change_nothing_rule_out_three_leaks_in_four_runs),
        cmocka_unit_test(what_grows_is_examined_alike_at_all_rates_above_0_3),
        cmocka_unit_test(next_asks_the_same_until_it_is_fed),
        cmocka_unit_test(a_reading_nobody_asked_for_is_refused),
        cmocka_unit_test(
            warm_up_asks_for_a_reading_then_for_single_runs_up_to_its_limit),
        cmocka_unit_test(the_trace_starts_once_with_two_turnover_runs_and_a_baseline),
        cmocka_unit_test(
            a_restless_warm_up_counts_for_nothing_and_makes_the_screen_longer),
        cmocka_unit_test(the_fewest_runs_to_come_are_those_of_the_quiet_screen),
        cmocka_unit_test(growth_in_proportion_is_traced_after_one_screen),
        cmocka_unit_test(
            the_same_seed_asks_for_the_same_batches_and_another_for_others),
        cmocka_unit_test(stopped_before_a_decision_is_inconclusive),
        cmocka_unit_test(extreme_levels_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
