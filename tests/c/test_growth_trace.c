/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The trace's windows and marks, and what is said when it is cut short. */
#include "growth_drive.h"

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
a_low_rate_has_its_whole_trace(void **state)
{
    (void)state;
    lc_growth_result result = judged(changed(LC_GROWTH_ADAPTIVE, 0.1), 1);
    assert_true(result.exact);
    assert_int_equal(result.windows, 1);
    result = judged(changed(LC_GROWTH_ADAPTIVE, 0.01), 1);
    assert_true(result.exact);
    assert_int_equal(result.windows, 3);
    assert_int_equal(result.judged, 200 + 400 + 800);
}

typedef struct {
    int32_t runs[64]; /* From the baseline to each mark. */
    int32_t marks;
} marked_body;

/* Growth that is not exact, or the first window would tell it. */
static void
read_marked(void *body, const lc_growth_step *step, int64_t runs,
            int64_t values[LC_GROWTH_METRICS])
{
    marked_body *b = body;
    if (step->mark) {
        b->runs[b->marks] = step->baseline ? 0 : b->runs[b->marks - 1] + step->runs;
        b->marks++;
    }
    values[LC_GROWTH_BLOCKS] = values[LC_GROWTH_RAW] = runs + runs / 3;
}

static void
window_ends_are_marks_with_the_windows_runs(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    marked_body body = {.marks = 0};
    drive_body(machine, read_marked, &body, 0);
    const int32_t *runs = body.runs;
    int32_t ends[3] = {0, 0, 0};
    assert_int_equal(lc_growth_window_ends(machine, ends, 3), 3);
    assert_int_equal(runs[ends[0]], 16);
    assert_int_equal(runs[ends[1]], 48);
    assert_int_equal(runs[ends[2]], 112);
    assert_int_equal(ends[2], body.marks - 1);
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
            int32_t warm = per_run > 0 ? 8 : 2;
            assert_int_equal(result.runs, warm + 2 + counts[i]);
            assert_int_equal(result.judged, counts[i]);
            assert_int_equal(result.verdict,
                             per_run > 0 ? LC_GROWTH_LEAK : LC_GROWTH_CLEAN);
            assert_true(result.windows >= 3);
        }
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confirming_trace_has_doubling_windows),
        cmocka_unit_test(a_low_rate_has_its_whole_trace),
        cmocka_unit_test(window_ends_are_marks_with_the_windows_runs),
        cmocka_unit_test(fixed_does_exactly_the_runs_it_was_told),
        cmocka_unit_test(stopped_after_three_windows_may_be_a_leak),
        cmocka_unit_test(fixed_stopped_early_is_clean_only_after_enough_quiet_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
