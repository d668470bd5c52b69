/* SPDX-License-Identifier: MIT */
/* Links: growth_plan.c growth_retained.c growth_series.c growth_trace.c */
/* Reference counts at the marks of a trace: when they tell, and when they must not. */
#include "growth_trace.h"

#include "trace_drive.h"

enum { FIRST = 16, RUNS = 7 * FIRST };

/* Of the body that is traced; set by the test. */
static struct {
    int64_t counts[RUNS + 1]; /* References after each run. */
    int32_t metric; /* Another one, ... */
    int64_t jump; /* ... that grows by so much with the first run. */
} body;

static void
read_body(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[body.metric] += run > 0 ? body.jump : 0;
    levels[LC_GROWTH_COUNTS] += body.counts[run];
}

static traced
trace_body(void)
{
    traced one;
    begin(&one, LC_GROWTH_FIXED, 0.5, FIRST, 3);
    one.trace.wide = true;
    follow(&one, read_body, 0);
    return one;
}

static void
one_a_run(void)
{
    body.metric = LC_GROWTH_BLOCKS;
    body.jump = 0;
    for (int32_t i = 0; i <= RUNS; i++) {
        body.counts[i] = i;
    }
}

static void
one_count_off_the_line_and_they_say_nothing(void **state)
{
    (void)state;
    one_a_run();
    traced exact = trace_body();
    assert_int_equal(exact.out.verdict, LC_GROWTH_LEAK);
    assert_int_equal(exact.out.metric, LC_GROWTH_COUNTS);
    for (int32_t mark = 0; mark < exact.trace.marks; mark++) {
        for (int64_t off = -1; off <= 1; off += 2) {
            one_a_run();
            body.counts[exact.trace.runs[mark]] += off;
            assert_int_equal(trace_body().out.verdict, LC_GROWTH_CLEAN);
        }
    }
}

static void
another_whole_number_from_some_run_on_and_they_say_nothing(void **state)
{
    (void)state;
    for (int32_t from = FIRST; from < RUNS - 10; from += 13) {
        one_a_run();
        for (int32_t i = from; i <= RUNS; i++) {
            body.counts[i] = 2 * i;
        }
        assert_int_equal(trace_body().out.verdict, LC_GROWTH_CLEAN);
    }
}

static void
what_grows_by_one_a_run_beside_them_may_be_what_refers(void **state)
{
    (void)state;
    for (int32_t metric = 0; metric < LC_GROWTH_COUNTS; metric++) {
        one_a_run();
        body.metric = metric;
        body.jump = RUNS;
        assert_int_equal(trace_body().out.verdict, LC_GROWTH_CLEAN);
        body.jump = RUNS - 1;
        assert_int_equal(trace_body().out.verdict, LC_GROWTH_LEAK);
        assert_int_equal(trace_body().out.metric, LC_GROWTH_COUNTS);
    }
}

/* Counts that come and go, and a probe that counts more, too slowly for a leak. */
static void
restless_counts_and_a_slow_probe(int32_t run, int64_t levels[LC_GROWTH_METRICS])
{
    levels[LC_GROWTH_COUNTS] += run % 3 * 5 + run;
    levels[LC_GROWTH_PROBES + 2] += run / 10;
}

static void
counts_that_say_nothing_are_not_what_is_undecided(void **state)
{
    (void)state;
    traced one;
    begin(&one, LC_GROWTH_FIXED, 0.5, FIRST, 3);
    one.trace.wide = true;
    follow(&one, restless_counts_and_a_slow_probe, 0);
    assert_int_equal(one.out.verdict, LC_GROWTH_INCONCLUSIVE);
    assert_int_equal(one.out.why, LC_GROWTH_WHY_SLOW);
    assert_int_equal(one.out.metric, LC_GROWTH_PROBES + 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_count_off_the_line_and_they_say_nothing),
        cmocka_unit_test(another_whole_number_from_some_run_on_and_they_say_nothing),
        cmocka_unit_test(what_grows_by_one_a_run_beside_them_may_be_what_refers),
        cmocka_unit_test(counts_that_say_nothing_are_not_what_is_undecided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
