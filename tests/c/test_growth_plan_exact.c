/* SPDX-License-Identifier: MIT */
/* Links: growth_plan.c */
/* Plans to the run: the same seed gives the same plan, in each release, or a report's
 * "reproduce" would not; and the bounds of the settings. */
#include "growth_plan.h"

#include "mem_fake.h"

static void
a_seed_cuts_a_window_in_the_same_places_in_each_release(void **state)
{
    (void)state;
    static const int32_t cuts[3][LC_GROWTH_PLAN_BATCHES] = {
        {1827, 4372, 5100, 6736, 8009, 10100},
        {2323, 3828, 5067, 7545, 8518, 10200},
        {2972, 4437, 5644, 7541, 9524, 10300},
    };
    for (int32_t s = 1; s <= 3; s++) {
        uint64_t random = (uint64_t)s * 1000003;
        int32_t found[LC_GROWTH_PLAN_BATCHES];
        assert_int_equal(lc_growth_plan_cut(&random, 100 * s, 100 * s + 10000, found),
                         6);
        assert_memory_equal(found, cuts[s - 1], sizeof found);
    }
}

typedef struct {
    int32_t attempt;
    double rate;
    int32_t batches;
    int32_t sizes[11];
} screen;

static void
a_seed_gives_a_long_screen_the_same_batches_in_each_release(void **state)
{
    (void)state;
    static const screen screens[] = {
        {0, 0.01, 10, {3, 4, 2, 17, 149, 53, 11, 37, 23, 7}},
        {1, 0.01, 10, {5, 7, 3, 23, 223, 79, 17, 53, 37, 11}},
        {2, 0.01, 11, {7, 11, 5, 163, 23, 113, 191, 17, 79, 53, 37}},
        {0, 0.02, 9, {3, 4, 2, 11, 37, 47, 17, 23, 7}},
        {1, 0.02, 9, {5, 7, 3, 17, 53, 71, 23, 37, 11}},
        {0, 0.05, 6, {3, 4, 2, 37, 11, 7}},
        {1, 0.05, 7, {5, 7, 3, 17, 29, 11, 23}},
        {2, 0.05, 7, {7, 11, 5, 23, 41, 17, 37}},
    };
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        const screen *s = &screens[i];
        uint64_t random = 7;
        int32_t found[LC_GROWTH_PLAN_SCREEN_MAX];
        assert_int_equal(
            lc_growth_plan_screen(&random, s->attempt, s->rate, false, found),
            s->batches);
        assert_memory_equal(found, s->sizes, sizeof *found * (size_t)s->batches);
    }
}

typedef struct {
    lc_growth_mode mode;
    double rate;
    int32_t first_window;
    int32_t windows;
    int32_t iterations;
    int32_t planned;
    int32_t ends[6];
} trace;

/* A run less, and a window has no room for two leaks of the rate or 16 runs. */
static void
windows_double_up_to_the_runs_that_were_asked_for(void **state)
{
    (void)state;
    static const trace traces[] = {
        {LC_GROWTH_FIXED, 0.3, 0, 8, 1000, 5, {32, 97, 226, 484, 1000}},
        {LC_GROWTH_FIXED, 0.01, 0, 8, 3000, 4, {200, 600, 1400, 3000}},
        {LC_GROWTH_FIXED, 0.3, 0, 5, 496, 5, {16, 48, 112, 240, 496}},
        {LC_GROWTH_FIXED, 0.3, 0, 5, 495, 4, {33, 99, 231, 495}},
        {LC_GROWTH_FIXED, 0.05, 0, 4, 600, 4, {40, 120, 280, 600}},
        {LC_GROWTH_FIXED, 0.05, 0, 4, 599, 3, {86, 257, 599}},
        {LC_GROWTH_ADAPTIVE, 0.05, 0, 6, 0, 6, {40, 120, 280, 600, 1240, 2520}},
        {LC_GROWTH_ADAPTIVE, 0.01, 5, 3, 0, 3, {200, 600, 1400}},
        {LC_GROWTH_ADAPTIVE, 1.0, 50, 3, 0, 3, {50, 150, 350}},
        {LC_GROWTH_CONFIRM, 0.5, 16, 3, 0, 3, {16, 48, 112}},
        {LC_GROWTH_CONFIRM, 0.5, 15, 3, 0, 4, {15, 45, 105, 225}},
        {LC_GROWTH_CONFIRM, 0.01, 0, 3, 0, 5, {200, 600, 1400, 3000, 6200}},
        {LC_GROWTH_CONFIRM, 0.05, 160, 3, 0, 3, {160, 480, 1120}},
    };
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        const trace *t = &traces[i];
        const lc_growth_settings settings = {.mode = t->mode,
                                             .rate = t->rate,
                                             .warmup_max = 8,
                                             .first_window = t->first_window,
                                             .windows = t->windows,
                                             .iterations = t->iterations};
        int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX];
        ends[t->planned] = -1;
        assert_int_equal(lc_growth_plan_trace(&settings, ends), t->planned);
        assert_memory_equal(ends, t->ends, sizeof *ends * (size_t)t->planned);
        assert_int_equal(ends[t->planned], -1);
    }
}

static void
a_confirming_trace_has_16_windows_at_most(void **state)
{
    (void)state;
    const lc_growth_settings settings = {.mode = LC_GROWTH_CONFIRM,
                                         .rate = 0.0005,
                                         .warmup_max = 8,
                                         .first_window = 1,
                                         .windows = 16};
    assert_true(lc_growth_plan_valid(&settings));
    int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX + 1];
    assert_int_equal(lc_growth_plan_trace(&settings, ends), 16);
    assert_true(ends[15] * settings.rate < 56); /* More of them would be due. */
}

/* Adds a number to a hash (FNV-1a). */
static void
mix(uint64_t *hash, int32_t number)
{
    *hash = (*hash ^ (uint32_t)number) * UINT64_C(1099511628211);
}

static void
the_screens_of_many_rates_are_the_same_in_each_release(void **state)
{
    (void)state;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int32_t i = 1; i <= 600; i++) {
        double rate = i <= 400 ? i / 400.0 : 0.1 / (i - 400);
        for (int32_t k = 0; k < 2 * LC_GROWTH_PLAN_ATTEMPTS; k++) {
            int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
            uint64_t random = (uint64_t)i;
            int32_t batches =
                lc_growth_plan_screen(&random, k / 2, rate, k % 2 == 1, sizes);
            for (int32_t b = 0; b < batches; b++) {
                mix(&hash, sizes[b]);
            }
            mix(&hash, batches);
        }
    }
    assert_true(hash == UINT64_C(0x765a0745bcd44faa));
}

static void
rounding_a_rate_costs_no_run_and_a_rate_below_costs_one(void **state)
{
    (void)state;
    static const struct {
        double above; /* Of ten runs, in which three leaks are due. */
        int32_t batches;
    } rates[] = {{0, 3}, {0.75e-9, 3}, {1.5e-9, 4}, {1e-6, 4}};
    for (int i = 0; i < 4; i++) {
        int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX];
        uint64_t random = 1;
        assert_int_equal(
            lc_growth_plan_screen(&random, 0, 3 / (10 + rates[i].above), false, sizes),
            rates[i].batches);
    }
}

static bool
valid(lc_growth_settings s)
{
    s.warmup_max += 1; /* 0 in a list below: the least. */
    return lc_growth_plan_valid(&s);
}

static void
settings_are_valid_up_to_their_bounds_and_no_further(void **state)
{
    (void)state;
    const lc_growth_mode fixed = LC_GROWTH_FIXED;
    const int32_t most = 1 << 30;
    assert_true(valid((lc_growth_settings){.rate = 1, .windows = 3}));
    assert_false(valid((lc_growth_settings){.rate = 1.001, .windows = 3}));
    assert_false(valid((lc_growth_settings){.rate = 0, .windows = 3}));
    assert_true(valid((lc_growth_settings){.rate = 1, .windows = 16}));
    assert_false(valid((lc_growth_settings){.rate = 1, .windows = 17}));
    assert_false(valid((lc_growth_settings){.rate = 1, .windows = 2}));
    assert_false(
        valid((lc_growth_settings){.rate = 1, .windows = 3, .warmup_max = -1}));
    assert_false(
        valid((lc_growth_settings){.rate = 1, .windows = 3, .first_window = -1}));
    lc_growth_settings s = {.mode = fixed, .rate = 1, .windows = 3, .iterations = 12};
    assert_true(valid(s));
    s.iterations = 11;
    assert_false(valid(s));
    s.iterations = most;
    assert_true(valid(s));
    s.iterations = most + 1;
    assert_false(valid(s));
    /* With overtime a trace is 2^(windows + 1) first windows long. */
    s = (lc_growth_settings){.rate = 1, .windows = 3, .first_window = most / 16 - 1};
    assert_true(valid(s));
    s.first_window++;
    assert_false(valid(s));
    s = (lc_growth_settings){.rate = 1e-9, .windows = 7};
    assert_true(valid(s)); /* Planned as a rate of 1e-6. */
    s.windows = 8;
    assert_true(valid(s));
    s.windows = 9;
    assert_false(valid(s));
    s = (lc_growth_settings){.rate = 1.0 / 4095, .windows = 16};
    assert_true(valid(s));
    s.rate = 1.0 / 4096;
    assert_false(valid(s));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_cuts_a_window_in_the_same_places_in_each_release),
        cmocka_unit_test(a_seed_gives_a_long_screen_the_same_batches_in_each_release),
        cmocka_unit_test(windows_double_up_to_the_runs_that_were_asked_for),
        cmocka_unit_test(a_confirming_trace_has_16_windows_at_most),
        cmocka_unit_test(the_screens_of_many_rates_are_the_same_in_each_release),
        cmocka_unit_test(rounding_a_rate_costs_no_run_and_a_rate_below_costs_one),
        cmocka_unit_test(settings_are_valid_up_to_their_bounds_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
