/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c */
/* The machine's questions: which runs it asks for, in which order, and when it stops. */
#include "growth.h"

#include "mem_fake.h"

static const lc_growth_settings ADAPTIVE = {
    .mode = LC_GROWTH_ADAPTIVE, .rate = 0.3, .warmup_max = 8, .windows = 3, .seed = 7};

static lc_growth_settings
changed(lc_growth_mode mode, double rate)
{
    lc_growth_settings settings = ADAPTIVE;
    settings.mode = mode;
    settings.rate = rate;
    settings.iterations = 100;
    if (mode == LC_GROWTH_CONFIRM) {
        settings.first_window = 64;
        settings.windows = 4;
    }
    return settings;
}

/* Does what the machine asks of a body that leaks `per_run` blocks, for at most `readings`
 * readings (0: to the end). Returns the number of tracer starts. */
static int32_t
drive(lc_growth *machine, int64_t per_run, int32_t readings)
{
    int64_t level = 500;
    int32_t starts = 0;
    for (int32_t i = 0; readings == 0 || i < readings;) {
        lc_growth_step step = lc_growth_next(machine);
        if (step.action == LC_GROWTH_DONE) {
            break;
        }
        if (step.action == LC_GROWTH_START_TRACE) {
            starts++;
            continue;
        }
        level += per_run * step.runs;
        const int64_t values[LC_GROWTH_METRICS] = {level, 3};
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
        i++;
    }
    return starts;
}

static lc_growth_result
judged(lc_growth_settings settings, int64_t per_run)
{
    lc_growth *machine = lc_growth_new(&settings);
    assert_non_null(machine);
    drive(machine, per_run, 0);
    lc_growth_result result = lc_growth_judge(machine);
    lc_growth_free(machine);
    assert_int_equal(mem_fake_outstanding(), 0);
    return result;
}

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
a_clean_body_settles_within_15_runs_at_rate_0_3(void **state)
{
    (void)state;
    lc_growth_result result = judged(ADAPTIVE, 0);
    assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
    assert_int_equal(result.why, LC_GROWTH_WHY_QUIET);
    assert_int_equal(result.runs, 11);
    assert_int_equal(result.judged, 10);
    assert_int_equal(result.metric, -1);
    assert_true(result.bound > 0.2999 && result.bound < 0.3001);
}

static void
next_asks_the_same_until_it_is_fed(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    const int64_t values[LC_GROWTH_METRICS] = {0, 0};
    for (int32_t reading = 0; reading < 6; reading++) {
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
two_quiet_runs_count_unless_an_earlier_one_after_the_first_grew(void **state)
{
    (void)state;
    static const struct {
        int64_t until; /* Run that grows last. */
        int32_t runs;
    } bodies[] = {{0, 1 + 10}, {1, 1 + 10}, {2, 2 + 2 + 10}, {3, 3 + 2 + 10}};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        lc_growth *machine = lc_growth_new(&ADAPTIVE);
        int64_t runs = 0;
        lc_growth_step step = lc_growth_next(machine);
        while (step.action != LC_GROWTH_DONE) {
            runs += step.runs;
            int64_t level = runs < bodies[i].until ? runs : bodies[i].until;
            const int64_t values[LC_GROWTH_METRICS] = {level};
            assert_int_equal(lc_growth_feed(machine, values), LC_OK);
            step = lc_growth_next(machine);
        }
        assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_CLEAN);
        assert_int_equal(lc_growth_judge(machine).judged, 10);
        assert_int_equal(lc_growth_judge(machine).runs, bodies[i].runs);
        lc_growth_free(machine);
    }
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
    assert_int_equal(result.runs, 8 + 10 + 2 + 16);
}

static void
a_confirming_trace_has_doubling_windows(void **state)
{
    (void)state;
    lc_growth_settings settings = changed(LC_GROWTH_CONFIRM, 0.3);
    lc_growth_result result = judged(settings, 1);
    assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    assert_int_equal(result.judged, 64 + 128 + 256 + 512);
    assert_int_equal(result.runs, result.judged + 2);
    assert_int_equal(result.windows, 4);
}

static void
window_ends_are_marks_with_the_windows_runs(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    int32_t runs[64];
    int32_t marks = 0;
    int64_t level = 0;
    for (;;) {
        lc_growth_step step = lc_growth_next(machine);
        if (step.action == LC_GROWTH_DONE) {
            break;
        }
        if (step.action == LC_GROWTH_START_TRACE) {
            continue;
        }
        level += step.runs;
        if (step.mark) {
            runs[marks] = step.baseline ? 0 : runs[marks - 1] + step.runs;
            marks++;
        }
        /* Growth that is not exact, or the first window would tell it. */
        int64_t grown = level + level / 3;
        const int64_t values[LC_GROWTH_METRICS] = {grown, grown};
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
    }
    int32_t ends[3] = {0, 0, 0};
    assert_int_equal(lc_growth_window_ends(machine, ends, 3), 3);
    assert_int_equal(runs[ends[0]], 16);
    assert_int_equal(runs[ends[1]], 48);
    assert_int_equal(runs[ends[2]], 112);
    assert_int_equal(ends[2], marks - 1);
    int32_t one = -1;
    assert_int_equal(lc_growth_window_ends(machine, &one, 1), 3);
    assert_int_equal(one, ends[0]);
    lc_growth_free(machine);
}

static void
fixed_does_exactly_the_runs_it_was_told(void **state)
{
    (void)state;
    static const int32_t counts[] = {12, 13, 20, 100, 333, 1000, 10000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (int64_t per_run = 0; per_run < 2; per_run++) {
            lc_growth_settings settings = changed(LC_GROWTH_FIXED, i % 2 ? 1e-9 : 0.3);
            settings.iterations = counts[i];
            settings.windows = 6;
            lc_growth_result result = judged(settings, per_run);
            int32_t warm = per_run > 0 ? 8 : 3;
            assert_int_equal(result.runs, warm + 2 + counts[i]);
            assert_int_equal(result.judged, counts[i]);
            assert_int_equal(result.verdict,
                             per_run > 0 ? LC_GROWTH_LEAK : LC_GROWTH_CLEAN);
            assert_true(result.windows >= 3);
        }
    }
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
stopped_after_three_windows_may_be_a_leak(void **state)
{
    (void)state;
    lc_growth_settings settings = changed(LC_GROWTH_CONFIRM, 0.3);
    lc_growth *machine = lc_growth_new(&settings);
    drive(machine, 2, 1 + 18 + 2); /* Baseline, three windows, two batches more. */
    lc_growth_stop(machine);
    lc_growth_result result = lc_growth_judge(machine);
    assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    assert_int_equal(result.judged, 64 + 128 + 256);
    assert_int_equal(result.windows, 3);
    lc_growth_free(machine);
}

static void
fixed_stopped_early_is_clean_only_after_enough_quiet_runs(void **state)
{
    (void)state;
    lc_growth_settings settings = changed(LC_GROWTH_FIXED, 0.3);
    static const int32_t iterations[] = {12, 98};
    for (size_t i = 0; i < 2; i++) {
        settings.iterations = iterations[i];
        lc_growth *machine = lc_growth_new(&settings);
        drive(machine, 0, 3 + 1 + 7); /* Warm-up, baseline, window one and a bit. */
        lc_growth_stop(machine);
        lc_growth_stop(machine);
        lc_growth_result result = lc_growth_judge(machine);
        assert_int_equal(result.verdict,
                         i == 0 ? LC_GROWTH_INCONCLUSIVE : LC_GROWTH_CLEAN);
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
        cmocka_unit_test(a_clean_body_settles_within_15_runs_at_rate_0_3),
        cmocka_unit_test(next_asks_the_same_until_it_is_fed),
        cmocka_unit_test(a_reading_nobody_asked_for_is_refused),
        cmocka_unit_test(
            warm_up_asks_for_a_reading_then_for_single_runs_up_to_its_limit),
        cmocka_unit_test(the_trace_starts_once_with_two_turnover_runs_and_a_baseline),
        cmocka_unit_test(
            two_quiet_runs_count_unless_an_earlier_one_after_the_first_grew),
        cmocka_unit_test(growth_in_proportion_is_traced_after_one_screen),
        cmocka_unit_test(a_confirming_trace_has_doubling_windows),
        cmocka_unit_test(window_ends_are_marks_with_the_windows_runs),
        cmocka_unit_test(fixed_does_exactly_the_runs_it_was_told),
        cmocka_unit_test(
            the_same_seed_asks_for_the_same_batches_and_another_for_others),
        cmocka_unit_test(stopped_before_a_decision_is_inconclusive),
        cmocka_unit_test(stopped_after_three_windows_may_be_a_leak),
        cmocka_unit_test(fixed_stopped_early_is_clean_only_after_enough_quiet_runs),
        cmocka_unit_test(extreme_levels_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
