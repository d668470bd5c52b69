/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The decision machine on any settings and any counts. Two machines are driven side by side,
 * one of them with all its levels moved by the same amount: what each asks for and says must
 * be the same. Bodies that surely leak, or surely do not, must never be called the opposite. */
#include "growth.h"
#include "growth_plan.h"
#include "growth_series.h"
#include "growth_trace.h"

#include <string.h> /* memset */

#include "fuzz.h"
#include "mem_fake.h"

enum {
    MARKS = LC_GROWTH_TRACE_MARKS,
    /* Warm-up, three screens with a wide reading each, a trace with overtime. */
    READINGS_MAX =
        256 + LC_GROWTH_PLAN_ATTEMPTS * (LC_GROWTH_PLAN_SCREEN_MAX + 1) + MARKS,
};

typedef enum {
    ANY, /* Levels come from the input, within +-2^40. */
    EXTREME, /* The same with all 64 bits. */
    STILL, /* No level ever changes. */
    LEAKS, /* Blocks grow by the same whole number each run, all else stands still. */
    BODIES,
} body;

typedef struct {
    body body;
    int64_t slope; /* LEAKS: blocks a run. */
    int64_t levels[LC_GROWTH_METRICS];
} program;

static lc_growth_settings
settings_from(input *in)
{
    static const double RATES[] = {0.75, 0.5,   0.3,  0.1,  0.01,
                                   1.0,  0.001, 1e-6, 1e-9, 0.0};
    uint8_t bits = (uint8_t)number(in, 1);
    uint64_t rate = number(in, 1);
    return (lc_growth_settings){
        .mode = (lc_growth_mode)(bits % 3),
        .rate = rate < 128 ? RATES[rate % (sizeof RATES / sizeof *RATES)]
                           : (double)rate / 256,
        .warmup_max = (int32_t)(number(in, 1) % 16),
        .first_window = bits & 0x10 ? (int32_t)number(in, 2) : 0,
        .windows = (int32_t)(number(in, 1) % 18),
        .iterations = (int32_t)number(in, 2),
        .seed = number(in, 1),
        .wide = (bits & 0x20) != 0,
        .earlier_slope = (double)number(in, 1) / 16,
        .earlier_runs = bits & 0x40 ? (int32_t)number(in, 2) : 0,
        .earlier_metric = (int32_t)(number(in, 1) % LC_GROWTH_METRICS),
    };
}

/* What is alive after so many more runs. */
static void
advance(program *self, input *in, int32_t runs)
{
    if (self->body == LEAKS) {
        self->levels[LC_GROWTH_BLOCKS] += self->slope * runs;
    }
    if (self->body != ANY && self->body != EXTREME) {
        return;
    }
    uint8_t what = (uint8_t)number(in, 1);
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        if (m < 2 || (what >> (m % 8)) & 1) {
            int64_t change = (int64_t)(int8_t)number(in, 1);
            if (what & 0x80) {
                change *= runs;
            }
            self->levels[m] = self->body == EXTREME ? (int64_t)number(in, 8)
                                                    : self->levels[m] + change;
        }
    }
}

static bool
same_step(lc_growth_step a, lc_growth_step b)
{
    return a.action == b.action && a.phase == b.phase && a.runs == b.runs &&
           a.baseline == b.baseline && a.mark == b.mark && a.wide == b.wide;
}

static void
sound(lc_growth_result r, int32_t runs)
{
    must(r.runs == runs && r.judged >= 0 && r.judged <= r.runs);
    must(r.windows >= 0 && r.windows <= LC_GROWTH_PLAN_WINDOWS_MAX);
    switch (r.verdict) {
    case LC_GROWTH_CLEAN:
        must(r.why == LC_GROWTH_WHY_QUIET || r.why == LC_GROWTH_WHY_ENDED);
        must(r.metric == -1 && r.judged > 0);
        must(r.bound == lc_growth_plan_bound(r.judged));
        break;
    case LC_GROWTH_LEAK:
        must(r.why == LC_GROWTH_WHY_LINEAR && r.slope > 0);
        must(r.metric >= 0 && r.metric < LC_GROWTH_METRICS && r.bound == 0);
        break;
    case LC_GROWTH_INCONCLUSIVE:
        must(r.why == LC_GROWTH_WHY_SUBLINEAR || r.why == LC_GROWTH_WHY_SLOW ||
             r.why == LC_GROWTH_WHY_NOISY || r.why == LC_GROWTH_WHY_STOPPED ||
             r.why == LC_GROWTH_WHY_LINEAR);
        must(r.bound == 0);
        break;
    }
}

static void
windows_rise(const lc_growth *machine, const lc_growth_result *result)
{
    int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX] = {0};
    int32_t windows = lc_growth_window_ends(machine, ends, LC_GROWTH_PLAN_WINDOWS_MAX);
    must(windows == result->windows);
    for (int32_t k = 0; k < windows; k++) {
        must(ends[k] > (k > 0 ? ends[k - 1] : 0) && ends[k] < MARKS);
    }
}

/* Drives both machines to their end, or to where the input has them stopped. */
static void
run(lc_growth *one, lc_growth *other, program *p, input *in, int64_t apart,
    int32_t stop_after)
{
    int32_t runs = 0;
    int32_t starts = 0;
    int32_t readings = 0;
    for (;; readings++) {
        must(readings <= READINGS_MAX);
        must(lc_growth_least(one) >= 0);
        lc_growth_step step = lc_growth_next(one);
        must(same_step(step, lc_growth_next(other)));
        if (step.action == LC_GROWTH_START_TRACE) {
            must(++starts == 1);
            step = lc_growth_next(one);
            must(same_step(step, lc_growth_next(other)));
        }
        must(same_step(step, lc_growth_next(one)));
        if (step.action == LC_GROWTH_DONE) {
            break;
        }
        must(step.action == LC_GROWTH_RUN && step.runs >= 0);
        must(!step.mark || step.runs > 0);
        must(!step.baseline || step.mark);
        must(lc_growth_least(one) >= step.runs);
        if (readings == stop_after) {
            lc_growth_stop(one);
            lc_growth_stop(other);
            break;
        }
        runs += step.runs;
        advance(p, in, step.runs);
        int64_t moved[LC_GROWTH_METRICS];
        for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
            moved[m] = p->levels[m] + apart;
        }
        must(lc_growth_feed(one, p->levels) == LC_OK);
        must(lc_growth_feed(other, moved) == LC_OK);
        must(lc_growth_feed(one, p->levels) == LC_ABSENT);
    }
    must(lc_growth_next(one).action == LC_GROWTH_DONE);
    must(lc_growth_feed(one, p->levels) == LC_ABSENT);
    lc_growth_result a = lc_growth_judge(one);
    lc_growth_result b = lc_growth_judge(other);
    must(a.verdict == b.verdict && a.why == b.why && a.metric == b.metric);
    must(a.slope == b.slope && a.exact == b.exact && a.judged == b.judged);
    sound(a, runs);
    windows_rise(one, &a);
    must(p->body != STILL || a.verdict != LC_GROWTH_LEAK);
    must(p->body != LEAKS || a.verdict != LC_GROWTH_CLEAN);
    if (stop_after < 0) {
        must(p->body != STILL || a.verdict == LC_GROWTH_CLEAN);
        must(p->body != LEAKS || (a.verdict == LC_GROWTH_LEAK && a.exact));
        must(p->body != LEAKS || a.slope == (double)p->slope);
    }
}

/* The rule for one series, on any marks. */
static void
judge_series(input *in, body kind)
{
    int32_t runs[64] = {0};
    int64_t counts[64] = {0};
    int32_t ends[8];
    int32_t marks = 1 + (int32_t)(number(in, 1) % 64);
    int32_t windows = 0;
    for (int32_t i = 0; i < marks; i++) {
        uint8_t more = (uint8_t)number(in, 1);
        runs[i] = i == 0 ? 0 : runs[i - 1] + 1 + more % 64;
        counts[i] = kind == EXTREME
                        ? (int64_t)number(in, 8)
                        : (i == 0 ? 0 : counts[i - 1] + (int8_t)number(in, 1));
        if (i > 0 && more >= 192 && windows < 8) {
            ends[windows++] = i;
        }
    }
    lc_growth_result out;
    double rate = (double)(1 + number(in, 1)) / 256;
    lc_growth_series_judge(runs, counts, marks, ends, windows, rate, &out);
    must(out.windows == windows);
    must(out.verdict != LC_GROWTH_LEAK || (out.slope > 0 && marks > 2));
    must(out.verdict != LC_GROWTH_CLEAN || (out.judged > 0 && out.bound > 0));
    must(!out.exact || out.verdict != LC_GROWTH_CLEAN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    mem_fake_fail_at(0);
    lc_growth_settings settings = settings_from(&in);
    uint8_t bits = (uint8_t)number(&in, 1);
    program p = {.body = (body)(bits % BODIES), .slope = 1 + bits / 16};
    int32_t stop_after = bits & 8 ? (int32_t)number(&in, 1) : -1;
    int64_t apart =
        p.body == EXTREME ? 0 : (int64_t)(number(&in, 5)) - (INT64_C(1) << 39);
    lc_growth *one = lc_growth_new(&settings);
    lc_growth *other = lc_growth_new(&settings);
    must((one != NULL) == lc_growth_plan_valid(&settings));
    if (one != NULL) {
        run(one, other, &p, &in, apart, stop_after);
    }
    lc_growth_free(one);
    lc_growth_free(other);
    judge_series(&in, p.body);
    must(mem_fake_outstanding() == 0);
    return 0;
}
