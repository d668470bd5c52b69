/* SPDX-License-Identifier: MIT */
/* Links: growth_plan.c */
#include "growth_plan.h"

#include <math.h> /* pow */

#include "mem_fake.h"

static int32_t
sum(const int32_t *values, int32_t count)
{
    int32_t total = 0;
    for (int32_t i = 0; i < count; i++) {
        total += values[i];
    }
    return total;
}

static int32_t
common_divisor(int32_t a, int32_t b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

static void
screens_are_coprime_and_long_enough_and_little_longer(void **state)
{
    (void)state;
    static const double rates[] = {1, 0.3, 0.25, 0.1, 0.03, 0.01, 1e-4, 1e-6};
    static const double stretch[LC_GROWTH_PLAN_ATTEMPTS] = {1.0, 1.5, 2.3};
    static const int32_t least[LC_GROWTH_PLAN_ATTEMPTS] = {12, 15, 23};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        for (int32_t attempt = 0; attempt < LC_GROWTH_PLAN_ATTEMPTS; attempt++) {
            int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
            uint64_t random = r;
            int32_t batches =
                lc_growth_plan_screen(&random, attempt, rates[r], true, sizes);
            double wanted = 3 * stretch[attempt] / rates[r] - (attempt == 0);
            int32_t total = sum(sizes, batches);
            assert_true(batches <= LC_GROWTH_PLAN_SCREEN_MAX);
            assert_true(total >= (rates[r] < 0.5 || attempt > 0 ? least[attempt] : 7));
            assert_true(total > wanted - 1e-6);
            assert_true(total <= least[attempt] || total < wanted * 1.8 + 8);
            for (int32_t i = 0; i < batches; i++) {
                for (int32_t k = 0; k < i; k++) {
                    assert_int_equal(common_divisor(sizes[i], sizes[k]), 1);
                }
            }
        }
    }
}

static void
the_quick_screen_is_2_3_4_in_every_order(void **state)
{
    (void)state;
    int32_t firsts[6] = {0};
    for (uint64_t seed = 0; seed < 200; seed++) {
        int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
        uint64_t random = seed;
        assert_int_equal(lc_growth_plan_screen(&random, 0, 0.3, false, sizes), 3);
        assert_int_equal(sum(sizes, 3), 9);
        firsts[sizes[0]]++;
        assert_int_equal(lc_growth_plan_screen(&random, 0, 0.3, true, sizes), 3);
        assert_int_equal(sum(sizes, 3), 12);
    }
    assert_true(firsts[2] > 40 && firsts[3] > 40 && firsts[4] > 40);
    assert_int_equal(firsts[2] + firsts[3] + firsts[4], 200);
}

static void
large_rates_take_five_runs_and_from_three_leaks_in_four_on_three(void **state)
{
    (void)state;
    static const double rates[] = {0.5, 0.7, 0.75, 1};
    for (uint64_t seed = 0; seed < 80; seed++) {
        int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
        uint64_t random = seed;
        double rate = rates[seed % 4];
        assert_int_equal(lc_growth_plan_screen(&random, 0, rate, false, sizes), 2);
        assert_int_equal(sum(sizes, 2), rate < 0.75 ? 5 : 3);
        assert_int_equal(common_divisor(sizes[0], sizes[1]), 1);
        assert_int_equal(lc_growth_plan_screen(&random, 0, rate, true, sizes), 2);
        assert_int_equal(sum(sizes, 2), 7);
        assert_int_equal(lc_growth_plan_screen(&random, 1, rate, false, sizes), 3);
        assert_int_equal(sum(sizes, 3), 15);
    }
}

/* The chance that none of `runs` runs shows a leak of `rate`. */
static double
unseen(double rate, int32_t runs)
{
    return pow(1 - rate, runs);
}

static void
a_leak_of_the_rate_is_missed_in_at_most_5_per_cent(void **state)
{
    (void)state;
    static const double rates[] = {0.9, 0.75, 0.5, 0.3, 0.25, 0.1, 0.03, 0.01, 1e-4};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
        uint64_t random = r;
        double rate = rates[r];
        int32_t batches = lc_growth_plan_screen(&random, 0, rate, false, sizes);
        int32_t settled = sum(sizes, batches);
        batches = lc_growth_plan_screen(&random, 0, rate, true, sizes);
        int32_t restless = sum(sizes, batches);
        /* Quiet from the start on; or restless, then two quiet runs, then the screen. */
        double missed =
            unseen(rate, settled) + (1 - unseen(rate, 2)) * unseen(rate, restless);
        assert_true(missed <= 0.05);
        assert_true(lc_growth_plan_bound(settled) <= rate + 1e-9);
    }
}

static void
the_bound_is_no_less_than_the_exact_one(void **state)
{
    (void)state;
    for (int32_t runs = 1; runs < 100000; runs += 1 + runs / 3) {
        double exact = 1 - pow(0.05, 1.0 / runs);
        double bound = lc_growth_plan_bound(runs);
        assert_true(bound >= exact);
        assert_true(runs < 9 || bound < exact * 1.07);
    }
}

static void
batches_fill_their_window_exactly(void **state)
{
    (void)state;
    static const int32_t lengths[] = {1, 2, 3, 7, 16, 64, 1000, 1 << 29};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (uint64_t seed = 0; seed < 50; seed++) {
            int32_t cuts[LC_GROWTH_PLAN_BATCHES];
            uint64_t random = seed;
            int32_t from = 5;
            int32_t to = from + lengths[i];
            int32_t count = lc_growth_plan_cut(&random, from, to, cuts);
            assert_true(count >= 1 && count <= LC_GROWTH_PLAN_BATCHES);
            assert_int_equal(cuts[count - 1], to);
            for (int32_t k = 0; k < count; k++) {
                assert_true(cuts[k] > (k > 0 ? cuts[k - 1] : from));
            }
            assert_true(lengths[i] < 16 || count >= 5);
        }
    }
}

static void
windows_double_and_see_enough_leaks(void **state)
{
    (void)state;
    int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX];
    lc_growth_settings settings = {
        .mode = LC_GROWTH_ADAPTIVE, .rate = 0.3, .windows = 3};
    assert_int_equal(lc_growth_plan_trace(&settings, ends), 3);
    assert_int_equal(ends[0], 16);
    assert_int_equal(ends[1], 48);
    assert_int_equal(ends[2], 112);
    settings.rate = 0.1;
    lc_growth_plan_trace(&settings, ends);
    assert_int_equal(ends[2], 140);
    settings = (lc_growth_settings){
        .mode = LC_GROWTH_CONFIRM, .rate = 0.01, .first_window = 64, .windows = 4};
    lc_growth_plan_trace(&settings, ends);
    assert_true(ends[3] >= 1400);
    settings.rate = 0.1;
    lc_growth_plan_trace(&settings, ends);
    assert_int_equal(ends[3], 960);
}

static void
a_confirming_trace_has_windows_until_56_leaks_are_due(void **state)
{
    (void)state;
    static const struct {
        double rate;
        int32_t windows;
    } plans[] = {{0.3, 4}, {0.1, 4}, {0.05, 5}, {0.01, 6}, {1e-6, 6}};
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX];
        lc_growth_settings settings = {.mode = LC_GROWTH_CONFIRM,
                                       .rate = plans[i].rate,
                                       .first_window = 64,
                                       .windows = 4};
        int32_t windows = lc_growth_plan_trace(&settings, ends);
        assert_int_equal(windows, plans[i].windows);
        assert_true(ends[windows - 1] * plans[i].rate >= 56);
        settings.mode = LC_GROWTH_ADAPTIVE;
        assert_int_equal(lc_growth_plan_trace(&settings, ends), 4);
    }
}

static void
fixed_windows_end_at_the_iterations(void **state)
{
    (void)state;
    for (int32_t iterations = 12; iterations < 3000; iterations++) {
        int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX];
        lc_growth_settings settings = {.mode = LC_GROWTH_FIXED,
                                       .rate = 0.3,
                                       .windows = 5,
                                       .iterations = iterations};
        int32_t windows = lc_growth_plan_trace(&settings, ends);
        assert_true(windows >= 3 && windows <= 5);
        assert_int_equal(ends[windows - 1], iterations);
        assert_true(ends[0] > 0 && ends[1] > ends[0] && ends[2] > ends[1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_coprime_and_long_enough_and_little_longer),
        cmocka_unit_test(the_quick_screen_is_2_3_4_in_every_order),
        cmocka_unit_test(
            large_rates_take_five_runs_and_from_three_leaks_in_four_on_three),
        cmocka_unit_test(a_leak_of_the_rate_is_missed_in_at_most_5_per_cent),
        cmocka_unit_test(the_bound_is_no_less_than_the_exact_one),
        cmocka_unit_test(batches_fill_their_window_exactly),
        cmocka_unit_test(windows_double_and_see_enough_leaks),
        cmocka_unit_test(a_confirming_trace_has_windows_until_56_leaks_are_due),
        cmocka_unit_test(fixed_windows_end_at_the_iterations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
