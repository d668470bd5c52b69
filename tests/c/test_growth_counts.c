/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* Reference counts: what they tell, and what they are not allowed to disturb. */
#include "growth.h"
#include "growth_trace.h"

#include "growth_drive.h"

typedef int64_t (*counted_after)(int64_t runs);

typedef struct {
    counted_after counts; /* References. */
    int64_t blocks; /* A run. */
} counted_body;

static void
counted(void *body, const lc_growth_step *step, int64_t runs,
        int64_t values[LC_GROWTH_METRICS])
{
    const counted_body *b = body;
    values[LC_GROWTH_BLOCKS] = 500 + b->blocks * runs;
    values[LC_GROWTH_COUNTS] =
        step->wide == LC_GROWTH_WIDE_NOT ? runs * runs : 3000 + b->counts(runs);
}

/* Drives a body whose reference counts are `counts(runs)`, and which makes `blocks` a run. */
static lc_growth_result
judged_counts(lc_growth_mode mode, counted_after counts, int64_t blocks)
{
    const lc_growth_settings settings = {.mode = mode,
                                         .rate = 0.3,
                                         .warmup_max = 8,
                                         .windows = 3,
                                         .iterations = 100,
                                         .wide = true,
                                         .seed = 7};
    counted_body body = {counts, blocks};
    return judged_body(settings, counted, &body);
}

static int64_t
one_a_run(int64_t runs)
{
    return runs;
}

static int64_t
two_a_run_after_a_first_use(int64_t runs)
{
    return runs == 0 ? 0 : 11 + 2 * runs;
}

static int64_t
first_use(int64_t runs)
{
    return runs > 0 ? 17 : 0;
}

static int64_t
ever_slower(int64_t runs)
{
    int64_t root = 0;
    while (root * root < runs * 100) {
        root++;
    }
    return root;
}

static int64_t
three_in_four(int64_t runs)
{
    return runs - runs / 4;
}

static int64_t
back_and_forth(int64_t runs)
{
    return runs % 3 * 5 - runs % 2 * 7;
}

static int64_t
shrinking(int64_t runs)
{
    return -runs;
}

static int64_t
in_the_first_screen(int64_t runs)
{
    return runs < 9 ? runs : 9;
}

static void
whole_counts_a_run_are_a_leak(void **state)
{
    (void)state;
    static const counted_after leaks[] = {one_a_run, two_a_run_after_a_first_use};
    static const lc_growth_mode modes[] = {LC_GROWTH_ADAPTIVE, LC_GROWTH_CONFIRM,
                                           LC_GROWTH_FIXED};
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 3; i++) {
            lc_growth_result result = judged_counts(modes[i], leaks[k], 0);
            assert_int_equal(result.verdict, LC_GROWTH_LEAK);
            assert_int_equal(result.metric, LC_GROWTH_COUNTS);
            assert_true(result.exact);
            assert_true(result.slope > k + 0.999 && result.slope < k + 1.001);
        }
    }
}

static void
whatever_else_they_do_is_clean_and_costs_no_run(void **state)
{
    (void)state;
    static const counted_after harmless[] = {first_use, ever_slower, three_in_four,
                                             back_and_forth, shrinking};
    for (int i = 0; i < 5; i++) {
        lc_growth_result result = judged_counts(LC_GROWTH_ADAPTIVE, harmless[i], 0);
        assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
        assert_int_equal(result.runs, 9);
        result = judged_counts(LC_GROWTH_CONFIRM, harmless[i], 0);
        assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
        result = judged_counts(LC_GROWTH_FIXED, harmless[i], 0);
        assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
    }
}

static void
what_grew_in_the_first_screen_only_is_screened_once_more(void **state)
{
    (void)state;
    lc_growth_result result = judged_counts(LC_GROWTH_ADAPTIVE, in_the_first_screen, 0);
    assert_int_equal(result.verdict, LC_GROWTH_CLEAN);
    assert_int_equal(result.why, LC_GROWTH_WHY_QUIET);
    assert_true(result.runs > 9);
}

static void
where_blocks_grow_as_well_it_is_the_blocks_that_tell(void **state)
{
    (void)state;
    lc_growth_result result = judged_counts(LC_GROWTH_CONFIRM, one_a_run, 3);
    assert_int_equal(result.verdict, LC_GROWTH_LEAK);
    assert_int_equal(result.metric, LC_GROWTH_BLOCKS);
}

static void
a_whole_number_for_each_run_is_one_or_more(void **state)
{
    (void)state;
    assert_true(lc_growth_trace_whole(8, 8));
    assert_true(lc_growth_trace_whole(16, 8));
    assert_false(lc_growth_trace_whole(9, 8));
    assert_false(lc_growth_trace_whole(0, 8));
    assert_false(lc_growth_trace_whole(-8, 8));
    assert_false(lc_growth_trace_whole(8, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_counts_a_run_are_a_leak),
        cmocka_unit_test(whatever_else_they_do_is_clean_and_costs_no_run),
        cmocka_unit_test(what_grew_in_the_first_screen_only_is_screened_once_more),
        cmocka_unit_test(where_blocks_grow_as_well_it_is_the_blocks_that_tell),
        cmocka_unit_test(a_whole_number_for_each_run_is_one_or_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
