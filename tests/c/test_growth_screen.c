/* SPDX-License-Identifier: MIT */
/* Links: growth_plan.c growth_screen.c */
#include "growth_screen.h"

#include "mem_fake.h"

/* Feeds batches that add per_run blocks a run, and `first` in the first. */
static lc_growth_screen_answer
screened(lc_growth_screen *screen, double per_run, int64_t first)
{
    uint64_t random = 1;
    *screen = (lc_growth_screen){.attempt = 0};
    lc_growth_screen_start(screen, &random, 0.3, true);
    lc_growth_screen_answer answer = LC_GROWTH_SCREEN_MORE;
    for (int64_t extra = first; answer == LC_GROWTH_SCREEN_MORE; extra = 0) {
        int64_t added = (int64_t)(per_run * lc_growth_screen_due(screen)) + extra;
        const int64_t grown[LC_GROWTH_METRICS] = {added, 0};
        answer = lc_growth_screen_take(screen, grown, &random, 0.3);
    }
    return answer;
}

static void
a_screen_tells_quiet_from_suspect(void **state)
{
    (void)state;
    lc_growth_screen screen;
    assert_int_equal(screened(&screen, 0, 0), LC_GROWTH_SCREEN_QUIET);
    assert_int_equal(screen.runs, 12);
    assert_int_equal(screened(&screen, 1, 0), LC_GROWTH_SCREEN_SUSPECT);
    assert_int_equal(screen.attempt, 0);
    assert_int_equal(screened(&screen, 0, 9), LC_GROWTH_SCREEN_QUIET);
    assert_int_equal(screen.attempt, 1);
    assert_int_equal(screen.runs, 15);
    assert_int_equal(screened(&screen, 0.4, 0), LC_GROWTH_SCREEN_SUSPECT);
    assert_int_equal(screen.attempt, 2);
}

static void
two_settled_runs_are_its_batch_of_two(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint64_t random = seed;
        lc_growth_screen screen = {.attempt = 0};
        lc_growth_screen_start(&screen, &random, 0.3, false);
        assert_int_equal(screen.runs, 2);
        const int64_t none[LC_GROWTH_METRICS] = {0};
        int32_t asked = 0;
        lc_growth_screen_answer answer = LC_GROWTH_SCREEN_MORE;
        while (answer == LC_GROWTH_SCREEN_MORE) {
            asked += lc_growth_screen_due(&screen);
            answer = lc_growth_screen_take(&screen, none, &random, 0.3);
        }
        assert_int_equal(answer, LC_GROWTH_SCREEN_QUIET);
        assert_int_equal(asked, 3 + 4);
        assert_int_equal(screen.runs, 9);
    }
}

static void
two_batches_call_nobody_a_suspect(void **state)
{
    (void)state;
    uint64_t random = 1;
    lc_growth_screen screen = {.attempt = 0};
    lc_growth_screen_start(&screen, &random, 0.5, false);
    assert_int_equal(lc_growth_screen_due(&screen), 3);
    const int64_t three[LC_GROWTH_METRICS] = {3};
    assert_int_equal(lc_growth_screen_take(&screen, three, &random, 0.5),
                     LC_GROWTH_SCREEN_MORE);
    assert_int_equal(screen.attempt, 1);
    lc_growth_screen_answer answer = LC_GROWTH_SCREEN_MORE;
    while (answer == LC_GROWTH_SCREEN_MORE) {
        const int64_t grown[LC_GROWTH_METRICS] = {lc_growth_screen_due(&screen)};
        answer = lc_growth_screen_take(&screen, grown, &random, 0.5);
    }
    assert_int_equal(answer, LC_GROWTH_SCREEN_SUSPECT);
    assert_int_equal(screen.attempt, 1);
}

static void
a_fall_does_not_pass(void **state)
{
    (void)state;
    lc_growth_screen screen;
    assert_int_equal(screened(&screen, -1, 0), LC_GROWTH_SCREEN_SUSPECT);
    assert_int_equal(screened(&screen, 0, -3), LC_GROWTH_SCREEN_QUIET);
    assert_int_equal(screen.attempt, 1);
}

/* Feeds raw blocks that stand at levels[i] after batch i; the last of them stays. */
static lc_growth_screen_answer
at_levels(lc_growth_screen *screen, const int64_t *levels, int32_t count)
{
    uint64_t random = 1;
    *screen = (lc_growth_screen){.attempt = 0};
    lc_growth_screen_start(screen, &random, 0.3, true);
    lc_growth_screen_answer answer = LC_GROWTH_SCREEN_MORE;
    int64_t before = 0;
    for (int32_t i = 0; answer == LC_GROWTH_SCREEN_MORE; i++) {
        int64_t level = levels[i < count ? i : count - 1];
        const int64_t grown[LC_GROWTH_METRICS] = {[LC_GROWTH_RAW] = level - before};
        before = level;
        answer = lc_growth_screen_take(screen, grown, &random, 0.3);
    }
    return answer;
}

static void
a_block_that_comes_and_goes_passes_the_second_attempt(void **state)
{
    (void)state;
    lc_growth_screen screen;
    assert_int_equal(at_levels(&screen, (int64_t[]){-1, 0, 0, 0, -1, 0}, 6),
                     LC_GROWTH_SCREEN_QUIET);
    assert_int_equal(screen.attempt, 1);
    assert_int_equal(screen.runs, 15);
}

static void
a_lifted_edge_of_the_band_is_growth(void **state)
{
    (void)state;
    lc_growth_screen screen;
    /* The upper edge, in each attempt. */
    assert_int_equal(at_levels(&screen, (int64_t[]){-1, 0, 0, 0, -1, 1, 1, 0, 2}, 9),
                     LC_GROWTH_SCREEN_SUSPECT);
    /* The lower edge only: a leak that has not yet reached the level before the fall. */
    assert_int_equal(at_levels(&screen, (int64_t[]){-2, -1, -2, -1, 0, -1, 0, 1, 2}, 9),
                     LC_GROWTH_SCREEN_SUSPECT);
    assert_int_equal(screen.attempt, 2);
}

static void
a_band_wide_enough_to_hide_a_leak_is_no_noise(void **state)
{
    (void)state;
    lc_growth_screen screen;
    assert_int_equal(
        at_levels(&screen, (int64_t[]){-9, 0, 0, 0, -9, 0, 0, -9, 0, 0}, 10),
        LC_GROWTH_SCREEN_SUSPECT);
}

/* Batches of ten runs, and one more of eleven that is not due: has growth of so much in the
 * first three been in proportion? */
static bool
in_proportion(const int64_t grown[3])
{
    uint64_t random = 1;
    lc_growth_screen screen = {.batches = 4, .sizes = {10, 10, 10, 11}};
    for (int32_t i = 0; i < 3; i++) {
        const int64_t added[LC_GROWTH_METRICS] = {grown[i]};
        lc_growth_screen_take(&screen, added, &random, 0.3);
    }
    return screen.steady;
}

static void
proportion_is_seven_blocks_in_ten_runs_and_seven_tenths_of_the_share(void **state)
{
    (void)state;
    assert_true(in_proportion((int64_t[]){7, 7, 7}));
    assert_false(in_proportion((int64_t[]){7, 7, 6}));
    assert_true(in_proportion((int64_t[]){9, 7, 5}));
    assert_true(in_proportion((int64_t[]){7, 10, 13}));
    assert_false(in_proportion((int64_t[]){6, 10, 14}));
    assert_false(in_proportion((int64_t[]){14, 10, 6}));
    assert_true(in_proportion((int64_t[]){14, 20, 26}));
    assert_false(in_proportion((int64_t[]){13, 20, 27}));
}

static void
only_blocks_and_raw_blocks_are_looked_at_for_proportion(void **state)
{
    (void)state;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        uint64_t random = 1;
        lc_growth_screen screen = {.batches = 3, .sizes = {10, 10, 10}};
        int64_t grown[LC_GROWTH_METRICS] = {0};
        grown[m] = 10;
        for (int32_t i = 0; i < 3; i++) {
            lc_growth_screen_take(&screen, grown, &random, 0.3);
        }
        assert_int_equal(screen.steady, m < LC_GROWTH_NARROW);
        assert_int_equal(screen.wide, m >= LC_GROWTH_NARROW);
    }
}

static void
what_settled_the_body_is_the_first_batch_and_no_other(void **state)
{
    (void)state;
    static const double rates[] = {1, 0.75, 0.5, 0.3, 0.1, 0.01};
    for (uint64_t seed = 0; seed < 24; seed++) {
        double rate = rates[seed % 6];
        uint64_t random = seed;
        uint64_t same = seed;
        int32_t planned[LC_GROWTH_PLAN_SCREEN_MAX];
        int32_t batches = lc_growth_plan_screen(&same, 0, rate, false, planned);
        lc_growth_screen screen = {.attempt = 0};
        lc_growth_screen_start(&screen, &random, rate, false);
        assert_int_equal(screen.sizes[0], lc_growth_plan_settled(rate));
        int64_t runs = 0;
        int64_t squares = 0;
        for (int32_t i = 0; i < batches; i++) {
            runs += screen.sizes[i] - planned[i];
            squares += (int64_t)screen.sizes[i] * screen.sizes[i] -
                       (int64_t)planned[i] * planned[i];
        }
        assert_int_equal(runs, 0);
        assert_int_equal(squares, 0);
    }
}

static void
the_runs_left_are_those_of_this_attempt(void **state)
{
    (void)state;
    const lc_growth_screen screen = {.batches = 3, .done = 1, .sizes = {2, 3, 4, 99}};
    assert_int_equal(lc_growth_screen_left(&screen), 3 + 4);
}

static void
what_disturbed_one_attempt_does_not_disturb_the_next(void **state)
{
    (void)state;
    uint64_t random = 1;
    lc_growth_screen screen = {.attempt = 0};
    lc_growth_screen_start(&screen, &random, 0.05, true);
    lc_growth_screen_answer answer = LC_GROWTH_SCREEN_MORE;
    for (int32_t i = 0; answer == LC_GROWTH_SCREEN_MORE; i++) {
        const int64_t grown[LC_GROWTH_METRICS] = {i == 3 ? 100 : 0};
        answer = lc_growth_screen_take(&screen, grown, &random, 0.05);
    }
    assert_int_equal(answer, LC_GROWTH_SCREEN_QUIET);
    assert_int_equal(screen.attempt, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_screen_tells_quiet_from_suspect),
        cmocka_unit_test(two_settled_runs_are_its_batch_of_two),
        cmocka_unit_test(two_batches_call_nobody_a_suspect),
        cmocka_unit_test(a_fall_does_not_pass),
        cmocka_unit_test(a_block_that_comes_and_goes_passes_the_second_attempt),
        cmocka_unit_test(a_lifted_edge_of_the_band_is_growth),
        cmocka_unit_test(a_band_wide_enough_to_hide_a_leak_is_no_noise),
        cmocka_unit_test(
            proportion_is_seven_blocks_in_ten_runs_and_seven_tenths_of_the_share),
        cmocka_unit_test(only_blocks_and_raw_blocks_are_looked_at_for_proportion),
        cmocka_unit_test(what_settled_the_body_is_the_first_batch_and_no_other),
        cmocka_unit_test(the_runs_left_are_those_of_this_attempt),
        cmocka_unit_test(what_disturbed_one_attempt_does_not_disturb_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
