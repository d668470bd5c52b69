/* SPDX-License-Identifier: MIT
 *
 * Driving a decision machine through the runs of a body that leaks a fixed number of blocks.
 */
#ifndef LC_TESTS_GROWTH_DRIVE_H
#define LC_TESTS_GROWTH_DRIVE_H

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

#endif
