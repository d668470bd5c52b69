/* SPDX-License-Identifier: MIT */
#include "growth_chain.h"

#include <stdbool.h>
#include <stddef.h>

#include "growth.h"
#include "growth_plan.h"

/* As protocol.py, pycheck.c and confirm.py have them; test_growth_lab.py compares. */
enum {
    WARMUP_MAX = 8,
    ADAPTIVE_WINDOWS = 3,
    CONFIRM_FIRST_WINDOW = 72,
    CONFIRM_WINDOWS = 4,
};
static const double STILL_GROWING = 0.7;
static const int32_t UPHELD_RUNS = 224;

typedef struct {
    lc_growth_result result;
    int64_t first; /* Level at the trace's baseline. */
    int64_t last; /* Level at its last mark. */
    int32_t marked; /* Runs from the one to the other. */
} trace;

static lc_growth_settings
settings_of(bool confirm, double rate, uint64_t seed)
{
    return (lc_growth_settings){
        .mode = confirm ? LC_GROWTH_CONFIRM : LC_GROWTH_ADAPTIVE,
        .rate = rate,
        .warmup_max = WARMUP_MAX,
        .first_window = confirm ? CONFIRM_FIRST_WINDOW : 0,
        .windows = confirm ? CONFIRM_WINDOWS : ADAPTIVE_WINDOWS,
        .seed = confirm ? seed + 1 : seed,
    };
}

/* Drives one machine; `left`: runs before the time is out, negative for no limit. As in
 * pyloop.c the first step is always done. */
static bool
drive(const lc_growth_settings *settings, growth_levels *levels, int64_t left,
      trace *out)
{
    lc_growth *machine = lc_growth_new(settings);
    if (machine == NULL) {
        return false;
    }
    *out = (trace){.marked = 0};
    int64_t done = 0;
    for (;;) {
        lc_growth_step step = lc_growth_next(machine);
        if (step.action == LC_GROWTH_START_TRACE) {
            continue;
        }
        if (step.action == LC_GROWTH_DONE) {
            break;
        }
        if (left >= 0 && done > 0 && done + step.runs > left) {
            lc_growth_stop(machine);
            break;
        }
        int64_t level = growth_levels_after(levels, step.runs);
        done += step.runs;
        if (step.baseline) {
            out->first = level;
        }
        else if (step.mark) {
            out->marked += step.runs;
        }
        out->last = level;
        const int64_t values[LC_GROWTH_METRICS] = {level};
        lc_growth_feed(machine, values);
    }
    out->result = lc_growth_judge(machine);
    lc_growth_free(machine);
    return true;
}

/* Time ran out while a leak was confirmed: whether it stands all the same. */
static bool
stands(const lc_growth_result *suspect, const trace *confirm)
{
    double grown = (double)(confirm->last - confirm->first);
    return confirm->marked >= suspect->judged &&
           confirm->marked + suspect->judged >= UPHELD_RUNS &&
           grown / confirm->marked >= STILL_GROWING * suspect->slope;
}

static bool
judge(growth_levels *levels, double rate, uint64_t seed, int64_t budget,
      growth_answer *answer)
{
    trace first;
    lc_growth_settings settings = settings_of(false, rate, seed);
    if (!drive(&settings, levels, budget > 0 ? budget : -1, &first)) {
        return false;
    }
    const lc_growth_result *suspect = &first.result;
    *answer = (growth_answer){.verdict = (int32_t)suspect->verdict,
                              .why = (int32_t)suspect->why,
                              .runs = suspect->runs};
    if (suspect->verdict == LC_GROWTH_CLEAN || suspect->why == LC_GROWTH_WHY_STOPPED) {
        return true;
    }
    int64_t left = budget > suspect->runs ? budget - suspect->runs : 0;
    trace confirm;
    settings = settings_of(true, rate, seed);
    if (suspect->metric >= 0) {
        settings.earlier_slope = suspect->slope;
        settings.earlier_runs = suspect->judged;
        settings.earlier_metric = suspect->metric;
    }
    if (!drive(&settings, levels, budget > 0 ? left : -1, &confirm)) {
        return false;
    }
    answer->suspected = 1;
    answer->runs += confirm.result.runs;
    answer->verdict = (int32_t)confirm.result.verdict;
    answer->why = (int32_t)confirm.result.why;
    if (confirm.result.why == LC_GROWTH_WHY_STOPPED &&
        suspect->verdict == LC_GROWTH_LEAK && stands(suspect, &confirm)) {
        answer->verdict = LC_GROWTH_LEAK;
    }
    return true;
}

int32_t
growth_chain_judge(const growth_part *parts, int32_t part_count, double rate,
                   uint64_t salt, const uint64_t *seeds, int32_t count, int64_t budget,
                   growth_answer *answers)
{
    for (int32_t i = 0; i < count; i++) {
        growth_levels *levels = growth_levels_new(parts, part_count, salt ^ seeds[i]);
        bool judged =
            levels != NULL && judge(levels, rate, seeds[i], budget, &answers[i]);
        growth_levels_free(levels);
        if (!judged) {
            return -1;
        }
    }
    return 0;
}

int64_t
growth_chain_traced(double rate)
{
    int64_t runs = 0;
    for (int confirm = 0; confirm < 2; confirm++) {
        int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX];
        lc_growth_settings settings = settings_of(confirm == 1, rate, 0);
        lc_growth_plan_trace(&settings, ends);
        runs += ends[settings.windows - 1];
    }
    return runs;
}
