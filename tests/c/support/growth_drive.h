/* SPDX-License-Identifier: MIT
 *
 * Driving a decision machine through the runs of a body.
 */
#ifndef LC_TESTS_GROWTH_DRIVE_H
#define LC_TESTS_GROWTH_DRIVE_H

#include "growth.h"

#include "mem_fake.h"

static const lc_growth_settings ADAPTIVE = {
    .mode = LC_GROWTH_ADAPTIVE, .rate = 0.3, .warmup_max = 8, .windows = 3, .seed = 7};

static inline lc_growth_settings
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

/* Sets what a body has alive after `runs` runs; the values are 0 when it is called. `step`
 * is the one that asks, `body` what the test knows of it. */
typedef void (*growth_reading)(void *body, const lc_growth_step *step, int64_t runs,
                               int64_t values[LC_GROWTH_METRICS]);

/* Does what the machine asks of a body for at most `readings` readings (0: to the end).
 * Returns the number of tracer starts. */
static inline int32_t
drive_body(lc_growth *machine, growth_reading reading, void *body, int32_t readings)
{
    int64_t runs = 0;
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
        runs += step.runs;
        int64_t values[LC_GROWTH_METRICS] = {0};
        reading(body, &step, runs, values);
        assert_int_equal(lc_growth_feed(machine, values), LC_OK);
        i++;
    }
    return starts;
}

/* Drives a new machine to the end and frees it. */
static inline lc_growth_result
judged_body(lc_growth_settings settings, growth_reading reading, void *body)
{
    lc_growth *machine = lc_growth_new(&settings);
    assert_non_null(machine);
    drive_body(machine, reading, body, 0);
    lc_growth_result result = lc_growth_judge(machine);
    lc_growth_free(machine);
    assert_int_equal(mem_fake_outstanding(), 0);
    return result;
}

static inline void
leaks_blocks(void *body, const lc_growth_step *step, int64_t runs,
             int64_t values[LC_GROWTH_METRICS])
{
    (void)step;
    const int64_t *per_run = body;
    values[LC_GROWTH_BLOCKS] = 500 + *per_run * runs;
    values[LC_GROWTH_RAW] = 3;
}

/* drive_body with a body that leaks `per_run` blocks. */
static inline int32_t
drive(lc_growth *machine, int64_t per_run, int32_t readings)
{
    return drive_body(machine, leaks_blocks, &per_run, readings);
}

static inline lc_growth_result
judged(lc_growth_settings settings, int64_t per_run)
{
    return judged_body(settings, leaks_blocks, &per_run);
}

#endif
