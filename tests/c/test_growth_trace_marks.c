/* SPDX-License-Identifier: MIT */
/* Links: growth_plan.c growth_retained.c growth_series.c growth_trace.c */
/* What a trace makes of its marks: which metrics it looks at, when it tells, and what. */
#include "growth_trace.h"

#include "trace_drive.h"

static void
nothing(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    (void)run;
    (void)levels;
}

static void
a_block_a_run(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_BLOCKS] += run;
}

/* Slower than the rate of .3 that it is judged by. */
static void
slow_blocks(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_BLOCKS] += run / 10;
}

static void
slow_raw_blocks(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_RAW] += run / 10;
}

static void
slow_blocks_and_raw_blocks(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    slow_blocks(run, levels);
    levels[LC_GROWTH_RAW] += run / 12;
}

static void
objects_and_slow_raw_blocks(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    slow_raw_blocks(run, levels);
    levels[LC_GROWTH_OBJECTS] += 5 * run;
}

static void
objects(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_OBJECTS] += 5 * run;
}

static void
the_first_window_is_cut_from_the_baseline_on(void **state)
{
    (void)state;
    for (int32_t first = 64; first < 80; first++) {
        traced one;
        begin(&one, LC_GROWTH_CONFIRM, 0.3, first, 4);
        uint64_t same = one.random;
        int32_t cuts[LC_GROWTH_PLAN_BATCHES];
        int32_t count = lc_growth_plan_cut(&same, 0, first, cuts);
        follow(&one, slow_blocks, 1);
        assert_int_equal(one.trace.marks, 1 + count);
        assert_int_equal(one.trace.runs[0], 0);
        assert_memory_equal(one.trace.runs + 1, cuts, sizeof *cuts * (size_t)count);
        assert_int_equal(one.trace.window_end[0], count);
    }
}

static void
the_end_of_growth_is_told_at_the_first_mark_that_shows_it(void **state)
{
    (void)state;
    static const lc_growth_mode modes[] = {LC_GROWTH_ADAPTIVE, LC_GROWTH_CONFIRM};
    for (int k = 0; k < 2; k++) {
        traced one;
        begin(&one, modes[k], 0.3, 64, 4);
        follow(&one, nothing, 0);
        assert_true(one.told);
        assert_int_equal(one.out.verdict, LC_GROWTH_CLEAN);
        assert_int_equal(one.out.why, LC_GROWTH_WHY_ENDED);
        assert_int_equal(one.out.metric, -1);
        assert_int_equal(one.out.judged, last_run(&one));
        assert_true(one.out.bound == 3.0 / (one.out.judged + 1));
        /* 24 runs are the first with 7 leaks due. */
        assert_true(last_run(&one) >= 24);
        assert_true(one.trace.runs[one.trace.marks - 2] < 24);
    }
}

static void
an_undecided_trace_goes_on_for_its_last_window_or_twice_that(void **state)
{
    (void)state;
    static const struct {
        lc_growth_mode mode;
        int32_t judged;
    } traces[] = {{LC_GROWTH_ADAPTIVE, 16 + 32 + 64 + 64},
                  {LC_GROWTH_FIXED, 16 + 32 + 64},
                  {LC_GROWTH_CONFIRM, 16 + 32 + 64 + 128}};
    for (int k = 0; k < 3; k++) {
        traced one;
        begin(&one, traces[k].mode, 0.5, 16, 3);
        follow(&one, slow_blocks, 0);
        assert_int_equal(one.out.verdict, LC_GROWTH_INCONCLUSIVE);
        assert_int_equal(one.out.why, LC_GROWTH_WHY_SLOW);
        assert_int_equal(one.out.judged, traces[k].judged);
        assert_int_equal(last_run(&one), traces[k].judged);
        assert_true(one.out.slope > 0.09 && one.out.slope < 0.11);
        assert_true(one.out.bound == 0);
        assert_int_equal(one.out.windows, 3);
        assert_int_equal(one.trace.window_end[2], one.trace.marks - 1);
        assert_int_equal(one.trace.runs[one.trace.window_end[1]], 48);
    }
}

static void
the_first_metric_that_is_undecided_is_named(void **state)
{
    (void)state;
    static const struct {
        levels_after levels;
        int32_t metric;
    } bodies[] = {{slow_blocks, LC_GROWTH_BLOCKS},
                  {slow_raw_blocks, LC_GROWTH_RAW},
                  {slow_blocks_and_raw_blocks, LC_GROWTH_BLOCKS}};
    for (int k = 0; k < 3; k++) {
        traced one;
        begin(&one, LC_GROWTH_FIXED, 0.5, 16, 3);
        follow(&one, bodies[k].levels, 0);
        assert_int_equal(one.out.verdict, LC_GROWTH_INCONCLUSIVE);
        assert_int_equal(one.out.metric, bodies[k].metric);
    }
}

static void
wide_metrics_that_the_marks_do_not_have_are_not_looked_at(void **state)
{
    (void)state;
    static const lc_growth_mode modes[] = {LC_GROWTH_ADAPTIVE, LC_GROWTH_CONFIRM,
                                           LC_GROWTH_FIXED};
    for (int k = 0; k < 3; k++) {
        traced one;
        begin(&one, modes[k], 0.5, 16, 3);
        follow(&one, objects, 0);
        assert_int_equal(one.out.verdict, LC_GROWTH_CLEAN);
        assert_int_equal(one.out.why, LC_GROWTH_WHY_ENDED);
        begin(&one, modes[k], 0.5, 16, 3);
        follow(&one, objects_and_slow_raw_blocks, 0);
        assert_int_equal(one.out.verdict, LC_GROWTH_INCONCLUSIVE);
        assert_int_equal(one.out.metric, LC_GROWTH_RAW);
        begin(&one, modes[k], 0.5, 16, 3);
        one.trace.wide = true;
        follow(&one, objects_and_slow_raw_blocks, 0);
        assert_int_equal(one.out.verdict, LC_GROWTH_LEAK);
        assert_int_equal(one.out.metric, LC_GROWTH_OBJECTS);
    }
}

/* Seven blocks before the first mark, then one a run. */
static void
exact_but_for_its_beginning(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_BLOCKS] += run + (run > 0 ? 7 : 0);
}

static void
a_leak_is_exact_only_from_the_baseline_on(void **state)
{
    (void)state;
    traced one;
    begin(&one, LC_GROWTH_FIXED, 0.3, 16, 3);
    follow(&one, exact_but_for_its_beginning, 0);
    assert_int_equal(one.out.verdict, LC_GROWTH_LEAK);
    assert_false(one.out.exact);
    begin(&one, LC_GROWTH_FIXED, 0.3, 16, 3);
    follow(&one, a_block_a_run, 0);
    assert_int_equal(one.out.verdict, LC_GROWTH_LEAK);
    assert_true(one.out.exact);
    assert_true(one.out.bound == 0);
}

/* What 20 runs keep is given back with the 21st. */
static void
given_back_at_the_end(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_RAW] += run < 21 ? run : 0;
}

static void
what_did_not_grow_and_has_not_ended_is_noise(void **state)
{
    (void)state;
    traced one;
    begin(&one, LC_GROWTH_FIXED, 0.3, 3, 3);
    follow(&one, given_back_at_the_end, 0);
    assert_int_equal(one.out.verdict, LC_GROWTH_INCONCLUSIVE);
    assert_int_equal(one.out.why, LC_GROWTH_WHY_NOISY);
    assert_int_equal(one.out.metric, LC_GROWTH_RAW);
}

static void
only_a_trace_of_500_runs_or_less_is_cut_short_by_an_exact_leak(void **state)
{
    (void)state;
    static const struct {
        double rate;
        int32_t first;
        int32_t windows;
        int32_t complete;
    } traces[] = {{0.3, 71, 3, 1},
                  {0.3, 72, 3, 3},
                  {0.3, 33, 4, 1},
                  {0.3, 34, 4, 4},
                  {0.02, 100, 3, 3}};
    for (int k = 0; k < 5; k++) {
        traced one;
        begin(&one, LC_GROWTH_ADAPTIVE, traces[k].rate, traces[k].first,
              traces[k].windows);
        follow(&one, a_block_a_run, 0);
        assert_int_equal(one.out.verdict, LC_GROWTH_LEAK);
        assert_int_equal(one.trace.complete, traces[k].complete);
        assert_int_equal(one.out.windows, traces[k].complete);
    }
}

static bool
tells_when_stopped(traced *self)
{
    int32_t marks = self->trace.marks;
    bool told = lc_growth_trace_stop(&self->trace, &self->settings, &self->out);
    assert_int_equal(self->trace.marks, marks);
    return told;
}

static void
stopped_with_three_leaks_due_and_none_seen_it_is_clean(void **state)
{
    (void)state;
    for (int32_t first = 11; first <= 13; first++) {
        traced one;
        begin(&one, LC_GROWTH_FIXED, 0.25, first, 3);
        follow(&one, nothing, 1);
        assert_int_equal(last_run(&one), first);
        assert_int_equal(tells_when_stopped(&one), first >= 12);
        if (first >= 12) {
            assert_int_equal(one.out.verdict, LC_GROWTH_CLEAN);
            assert_int_equal(one.out.judged, first);
        }
    }
}

static void
stopped_in_its_first_window_it_tells_nothing(void **state)
{
    (void)state;
    traced one;
    begin(&one, LC_GROWTH_FIXED, 1, 1000, 3);
    for (int32_t marks = 0; marks < 6; marks++) {
        assert_false(tells_when_stopped(&one));
        int64_t levels[LC_GROWTH_METRICS] = {0};
        assert_false(lc_growth_trace_take(&one.trace, &one.settings, levels,
                                          &one.random, &one.out));
    }
}

/* About one block in three runs, on no line. */
static void
three_in_ten(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_BLOCKS] += run * 3 / 10;
}

static void
stopped_after_three_windows_only_a_confirmation_asks_for_an_exact_leak(void **state)
{
    (void)state;
    static const lc_growth_mode modes[] = {LC_GROWTH_FIXED, LC_GROWTH_CONFIRM};
    for (int k = 0; k < 2; k++) {
        for (int32_t complete = 2; complete <= 3; complete++) {
            traced one;
            begin(&one, modes[k], 0.3, 64, 4);
            follow(&one, three_in_ten, complete);
            assert_false(one.told);
            assert_int_equal(tells_when_stopped(&one), k == 0 && complete == 3);
            begin(&one, modes[k], 0.3, 64, 4);
            follow(&one, a_block_a_run, complete);
            assert_int_equal(tells_when_stopped(&one), complete == 3);
        }
    }
}

/* Six blocks in one of 32 runs, as luck has it. */
static void
rare_lumps(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    uint32_t random = 2;
    for (int32_t i = 0; i < run; i++) {
        random = random * 1664525 + 1013904223;
        levels[LC_GROWTH_RAW] += (random >> 16) % 32 == 0 ? 6 : 0;
    }
}

static void
a_confirmation_alone_is_held_against_the_pace_before_of_its_metric(void **state)
{
    (void)state;
    static const struct {
        lc_growth_mode mode;
        int32_t metric; /* Whose pace is known. */
        int32_t runs;
        lc_growth_verdict verdict;
    } traces[] = {
        {LC_GROWTH_CONFIRM, LC_GROWTH_RAW, 1400, LC_GROWTH_INCONCLUSIVE},
        {LC_GROWTH_CONFIRM, LC_GROWTH_RAW, 0, LC_GROWTH_LEAK},
        {LC_GROWTH_CONFIRM, LC_GROWTH_BLOCKS, 1400, LC_GROWTH_LEAK},
        {LC_GROWTH_FIXED, LC_GROWTH_RAW, 1400, LC_GROWTH_LEAK},
        {LC_GROWTH_FIXED, LC_GROWTH_BLOCKS, 1400, LC_GROWTH_LEAK},
    };
    for (int k = 0; k < 5; k++) {
        traced one;
        begin(&one, traces[k].mode, 0.1, 64, 4);
        one.settings.earlier_slope = 1000;
        one.settings.earlier_metric = traces[k].metric;
        one.settings.earlier_runs = traces[k].runs;
        follow(&one, rare_lumps, 0);
        assert_int_equal(one.out.verdict, traces[k].verdict);
        assert_int_equal(one.out.metric, LC_GROWTH_RAW);
        if (one.out.verdict == LC_GROWTH_INCONCLUSIVE) {
            assert_int_equal(one.out.why, LC_GROWTH_WHY_SUBLINEAR);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_window_is_cut_from_the_baseline_on),
        cmocka_unit_test(the_end_of_growth_is_told_at_the_first_mark_that_shows_it),
        cmocka_unit_test(an_undecided_trace_goes_on_for_its_last_window_or_twice_that),
        cmocka_unit_test(the_first_metric_that_is_undecided_is_named),
        cmocka_unit_test(wide_metrics_that_the_marks_do_not_have_are_not_looked_at),
        cmocka_unit_test(a_leak_is_exact_only_from_the_baseline_on),
        cmocka_unit_test(what_did_not_grow_and_has_not_ended_is_noise),
        cmocka_unit_test(
            only_a_trace_of_500_runs_or_less_is_cut_short_by_an_exact_leak),
        cmocka_unit_test(stopped_with_three_leaks_due_and_none_seen_it_is_clean),
        cmocka_unit_test(stopped_in_its_first_window_it_tells_nothing),
        cmocka_unit_test(
            stopped_after_three_windows_only_a_confirmation_asks_for_an_exact_leak),
        cmocka_unit_test(
            a_confirmation_alone_is_held_against_the_pace_before_of_its_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
