/* SPDX-License-Identifier: MIT */
/* Links: growth_retained.c growth_series.c */
/* The rule for one series at the very bounds of what it asks for. */
#include "growth_series.h"

#include "mem_fake.h"

enum { MARKS_MAX = 32 };

typedef struct {
    int32_t runs[MARKS_MAX];
    int64_t levels[MARKS_MAX];
    int32_t ends[8];
    lc_growth_series series;
} made;

/* A mark after every `stride` runs at these levels, and no window yet. */
static void
make(made *self, int32_t stride, double rate, const int64_t *levels, int32_t marks)
{
    for (int32_t i = 0; i < marks; i++) {
        self->runs[i] = i * stride;
        self->levels[i] = levels[i];
    }
    self->series = (lc_growth_series){.runs = self->runs,
                                      .levels = self->levels,
                                      .marks = marks,
                                      .window_end = self->ends,
                                      .rate = rate};
}

static void
a_fall_with_the_only_run_is_no_pause(void **state)
{
    (void)state;
    made one;
    make(&one, 1, 1, (int64_t[]){5, 4}, 2);
    one.series.once = true;
    assert_int_equal(lc_growth_series_quiet(&one.series), 0);
    make(&one, 1, 1, (int64_t[]){5, 5}, 2);
    one.series.once = true;
    assert_int_equal(lc_growth_series_quiet(&one.series), 1);
}

/* Ten marks of a body that comes and goes between 0 and `high`; its trough does not rise. */
static int32_t
quiet_of_teeth(int64_t high, double rate, int32_t windows)
{
    const int64_t levels[] = {high, 0, high, high, 0, high, high, 0, high, high};
    made one;
    make(&one, 10, rate, levels, 10);
    for (int32_t k = 0; k < windows; k++) {
        one.ends[k] = 7 + k;
    }
    one.series.windows = windows;
    return lc_growth_series_quiet(&one.series);
}

static void
halves_are_compared_from_the_first_window_on(void **state)
{
    (void)state;
    assert_int_equal(quiet_of_teeth(3, 0.3, 0), 0);
    assert_int_equal(quiet_of_teeth(3, 0.3, 1), 90);
    assert_int_equal(quiet_of_teeth(3, 0.3, 2), 90);
}

/* The least of a half is its first mark, so noise is what it can be missed by. */
static int32_t
quiet_of_a_dip(int64_t high, double rate)
{
    const int64_t levels[] = {0,    high, high, high, high, high,
                              high, 0,    high, high, high, high};
    made one;
    make(&one, 10, rate, levels, 12);
    one.ends[0] = 11;
    one.series.windows = 1;
    return lc_growth_series_quiet(&one.series);
}

static void
a_leak_lifts_troughs_by_half_the_noise_at_least(void **state)
{
    (void)state;
    /* From the first mark to the dip are 70 runs: 35 leaks of the rate. */
    assert_int_equal(quiet_of_a_dip(70, 0.5), 110);
    assert_int_equal(quiet_of_a_dip(71, 0.5), 0);
}

static void
what_grows_back_fastest_may_do_so_in_the_first_batch(void **state)
{
    (void)state;
    /* 40 blocks in the first batch of 10 runs, then teeth that grow slowly: troughs at
     * runs 30 and 80. */
    const int64_t levels[] = {0, 40, 20, -30, -10, 0, -5, -15, -30, -20, -10, 0};
    made one;
    make(&one, 10, 0.5, levels, 12);
    one.ends[0] = 11;
    one.series.windows = 1;
    /* 25 leaks of the rate are less than half of 70, the noise, and than 40. */
    assert_int_equal(lc_growth_series_quiet(&one.series), 0);
    /* But more than what may have been missed where no batch adds more than 20. */
    one.levels[0] = 40;
    assert_int_equal(lc_growth_series_quiet(&one.series), 110);
}

static void
between_two_troughs_at_least_ten_thirds_of_a_leak_are_due(void **state)
{
    (void)state;
    const int64_t levels[] = {2, 2, 2, 0, 0, 2, 2, 2};
    const double rate = 10.0 / 3 / 8;
    for (int32_t apart = 7; apart <= 8; apart++) {
        const int32_t runs[] = {0, 5, 10, 20, 20 + apart, 35, 40, 44};
        made one;
        make(&one, 1, rate, levels, 8);
        one.series.runs = runs;
        one.ends[0] = 7;
        one.series.windows = 1;
        assert_int_equal(lc_growth_series_quiet(&one.series), apart == 8 ? 44 : 0);
    }
}

static void
one_mark_off_the_line_and_a_series_is_not_exact(void **state)
{
    (void)state;
    for (int32_t off = 1; off < 6; off++) {
        made one;
        make(&one, 2, 1, (int64_t[]){0, 2, 4, 6, 8, 10}, 6);
        assert_true(lc_growth_series_exact(&one.series, 0));
        one.levels[off]++;
        assert_false(lc_growth_series_exact(&one.series, 0));
    }
}

/* So many blocks in 500 runs, evenly but on no line of whole blocks. */
static bool
firm(int64_t net)
{
    made one;
    enum { MARKS = 26 };
    for (int32_t i = 0; i < MARKS; i++) {
        one.runs[i] = 20 * i;
        one.levels[i] = net * i / (MARKS - 1);
    }
    one.ends[0] = 4;
    one.ends[1] = 11;
    one.ends[2] = MARKS - 1;
    one.series = (lc_growth_series){.runs = one.runs,
                                    .levels = one.levels,
                                    .marks = MARKS,
                                    .window_end = one.ends,
                                    .windows = 3,
                                    .rate = 0.1};
    double slope = 0;
    assert_true(lc_growth_series_leaks(&one.series, LC_GROWTH_PLAIN, &slope));
    assert_false(lc_growth_series_leaks(&one.series, LC_GROWTH_EXACT, &slope));
    return lc_growth_series_leaks(&one.series, LC_GROWTH_FIRM, &slope);
}

static void
a_leak_is_firm_from_150_blocks_on(void **state)
{
    (void)state;
    assert_false(firm(149));
    assert_true(firm(150));
    assert_true(firm(151));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fall_with_the_only_run_is_no_pause),
        cmocka_unit_test(halves_are_compared_from_the_first_window_on),
        cmocka_unit_test(a_leak_lifts_troughs_by_half_the_noise_at_least),
        cmocka_unit_test(what_grows_back_fastest_may_do_so_in_the_first_batch),
        cmocka_unit_test(between_two_troughs_at_least_ten_thirds_of_a_leak_are_due),
        cmocka_unit_test(one_mark_off_the_line_and_a_series_is_not_exact),
        cmocka_unit_test(a_leak_is_firm_from_150_blocks_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
