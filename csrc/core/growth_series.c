/* SPDX-License-Identifier: MIT */
#include "growth_series.h"

#include "growth_retained.h"

static const double QUIET_LEAKS =
    7.0;  /* Leaks of `rate` that a pause would have to skip. */
static const double QUIET_LEAKS_ONCE = 3.0; /* The same where only one look is taken. */
static const double HALVES_LEAKS =
    10.0; /* The same over a series that falls at times. */
static const double HALVES_NOISE =
    0.5; /* Part of the greatest fall a leak must exceed. */
static const double FIRM_EVENTS = 150.0; /* Independent leaks; fewer hide a decline. */
static const int64_t NET_MIN = 6; /* Blocks; six events tell a trend from a handful. */
static const int32_t FALLS_MIN =
    5; /* Batches of a decline; noise does it in 1 of 720. */
static const int32_t RISES_MIN = 4; /* Batches that grew. */
static const double RATE_PART =
    0.4; /* Least slope, in parts of the declared rate, ... */
static const double RATE_PART_MANY =
    0.7; /* ... where MANY_LEAKS at that rate were due. */
static const double MANY_LEAKS = 90.0;
static const double FALL_PART = 3.0; /* Net growth, in parts of the greatest fall. */
static const double FALL_PART_SUSPECT =
    0.5; /* The same where a longer trace will judge. */

int64_t
lc_growth_series_distance(int64_t level, int64_t base)
{
    if (level < base) {
        return -lc_growth_series_distance(base, level);
    }
    /* Without a sign, the difference of two extremes fits. */
    const uint64_t most = UINT64_C(1) << 61;
    uint64_t apart = (uint64_t)level - (uint64_t)base;
    return (int64_t)(apart < most ? apart : most);
}

/* Runs since the level last rose; 0 where it fell in too few marks to be no chance. */
static int32_t
pause(const lc_growth_series *series)
{
    int32_t last = series->marks - 1;
    int32_t since = last;
    while (since > 0 && lc_growth_retained_level(series, since - 1) >=
                            lc_growth_retained_level(series, since)) {
        since--;
    }
    bool fell = lc_growth_retained_level(series, since) >
                lc_growth_retained_level(series, last);
    return fell && last - since < FALLS_MIN
               ? 0
               : series->runs[series->marks - 1] - series->runs[since];
}

/* Blocks a run. */
static double
steepest_rise(const lc_growth_series *series, int32_t from)
{
    double steepest = 0;
    for (int32_t i = from + 1; i < series->marks; i++) {
        double grown = (double)(lc_growth_retained_level(series, i) -
                                lc_growth_retained_level(series, i - 1));
        double pace = grown / (series->runs[i] - series->runs[i - 1]);
        steepest = pace > steepest ? pace : steepest;
    }
    return steepest;
}

/* Whether the troughs of the later half, from mark `from` on, are no higher. */
static bool
halves_level(const lc_growth_series *series, int32_t from)
{
    int32_t length = series->runs[series->marks - 1] - series->runs[from];
    if (length * series->rate < HALVES_LEAKS) {
        return false;
    }
    int32_t middle =
        lc_growth_retained_after(series, from, series->runs[from] + length / 2.0);
    if (middle - from < 3 || series->marks - middle < 3) {
        return false;
    }
    int32_t early = lc_growth_retained_least(series, from, middle);
    int32_t late = lc_growth_retained_least(series, middle, series->marks);
    if (lc_growth_retained_level(series, late) >
        lc_growth_retained_level(series, early)) {
        return false;
    }
    /* A leak of `rate` lifts the troughs by `leaked`. That must be more than a trough
     * can be missed by: what grows back within a batch, or else the noise. */
    double leaked = (series->runs[late] - series->runs[early]) * series->rate;
    double noise = HALVES_NOISE * (double)lc_growth_retained_fall(series, from);
    double needed = noise;
    if (early > from) { /* It lies below the mark before it: a trough. */
        double missed = steepest_rise(series, from) *
                        (series->runs[early] - series->runs[early - 1]);
        needed = missed < noise ? missed : noise;
    }
    return leaked >= HALVES_LEAKS / 3 && leaked >= needed;
}

int32_t
lc_growth_series_quiet(const lc_growth_series *series)
{
    int32_t paused = pause(series);
    double leaks = series->once ? QUIET_LEAKS_ONCE : QUIET_LEAKS;
    if (series->once && paused == series->runs[series->marks - 1]) {
        return paused; /* Nothing ever rose: the bound says how much that shows. */
    }
    /* A third of the runs as well: a long trace looks often, and luck adds up. */
    if (paused * series->rate >= leaks &&
        paused >= series->runs[series->marks - 1] / 3) {
        return paused;
    }
    /* Within the first window, troughs are too few to compare. */
    for (int32_t k = 0; series->windows > 0 && k <= series->windows; k++) {
        int32_t from = k == 0 ? 0 : series->window_end[k - 1];
        if (halves_level(series, from)) {
            return series->runs[series->marks - 1] - series->runs[from];
        }
    }
    return 0;
}

bool
lc_growth_series_exact(const lc_growth_series *series, int32_t from)
{
    if (series->marks - from < 3) {
        return false;
    }
    int64_t base = lc_growth_retained_level(series, from);
    int64_t slope = (lc_growth_retained_level(series, from + 1) - base) /
                    (series->runs[from + 1] - series->runs[from]);
    for (int32_t i = from + 1; i < series->marks; i++) {
        int64_t grown = lc_growth_retained_level(series, i) - base;
        int32_t runs = series->runs[i] - series->runs[from];
        if (slope < 1 || grown % runs != 0 || grown / runs != slope) {
            return false;
        }
    }
    return true;
}

lc_growth_why
lc_growth_series_shape(const lc_growth_series *series, double *slope)
{
    lc_growth_retained part = lc_growth_retained_find(series);
    int32_t span = series->runs[part.last];
    *slope = part.slope;
    if (part.net <= 0 || span == 0) {
        return LC_GROWTH_WHY_NONE;
    }
    if (series->windows > 0 && lc_growth_series_exact(series, 0)) {
        return LC_GROWTH_WHY_LINEAR;
    }
    if (series->windows < 3) {
        return LC_GROWTH_WHY_NOISY;
    }
    double due = span * series->rate;
    if (*slope < (due < MANY_LEAKS ? RATE_PART : RATE_PART_MANY) * series->rate) {
        return LC_GROWTH_WHY_SLOW;
    }
    bool falls = part.fall > 0;
    double fall_part = series->suspect ? FALL_PART_SUSPECT : FALL_PART;
    if (part.net < NET_MIN || (double)part.net < fall_part * (double)part.fall) {
        return LC_GROWTH_WHY_NOISY;
    }
    if (series->suspect && falls) {
        return LC_GROWTH_WHY_LINEAR; /* Few troughs never lie on a line; more will. */
    }
    if (lc_growth_retained_rises(series, &part) < RISES_MIN ||
        lc_growth_retained_skips(series, &part) ||
        (falls && lc_growth_retained_walks(series, &part))) {
        return LC_GROWTH_WHY_NOISY;
    }
    if (lc_growth_series_exact(series, series->window_end[series->windows - 2])) {
        return LC_GROWTH_WHY_LINEAR;
    }
    double phi = lc_growth_retained_dispersion(series, &part);
    return lc_growth_retained_slows(series, &part, phi) ||
                   lc_growth_retained_slowed(series, &part, phi)
               ? LC_GROWTH_WHY_SUBLINEAR
               : LC_GROWTH_WHY_LINEAR;
}

static bool
firm(const lc_growth_series *series)
{
    lc_growth_retained part = lc_growth_retained_find(series);
    if (part.fall > 0) {
        return true; /* Held to the steps of a walk, which is harder. */
    }
    double phi = lc_growth_retained_dispersion(series, &part);
    return (double)part.net >= FIRM_EVENTS * (phi > 1 ? phi : 1);
}

bool
lc_growth_series_leaks(const lc_growth_series *series, lc_growth_proof needed,
                       double *slope)
{
    bool exact = lc_growth_series_exact(series, 0);
    double pace = 0;
    if ((needed == LC_GROWTH_EXACT && !exact) || lc_growth_series_quiet(series) > 0 ||
        lc_growth_series_shape(series, &pace) != LC_GROWTH_WHY_LINEAR ||
        (needed == LC_GROWTH_FIRM && !exact && !firm(series))) {
        return false;
    }
    *slope = pace;
    return true;
}

void
lc_growth_series_judge(const int32_t *runs, const int64_t *counts, int32_t marks,
                       const int32_t *window_end, int32_t windows, double rate,
                       lc_growth_result *out)
{
    *out = (lc_growth_result){.verdict = LC_GROWTH_INCONCLUSIVE,
                              .why = LC_GROWTH_WHY_STOPPED,
                              .metric = -1,
                              .windows = windows};
    if (marks < 2) {
        return;
    }
    const lc_growth_series series = {.runs = runs,
                                     .levels = counts,
                                     .marks = marks,
                                     .window_end = window_end,
                                     .windows = windows,
                                     .rate = rate,
                                     .once = true};
    out->runs = runs[marks - 1];
    out->judged = runs[marks - 1];
    out->metric = 0;
    out->exact = lc_growth_series_exact(&series, 0);
    out->why = lc_growth_series_shape(&series, &out->slope);
    int32_t quiet = lc_growth_series_quiet(&series);
    if (quiet > 0 || out->why == LC_GROWTH_WHY_NONE) {
        out->verdict = LC_GROWTH_CLEAN;
        out->why = LC_GROWTH_WHY_ENDED;
        out->judged = quiet > 0 ? quiet : out->judged;
        out->bound = QUIET_LEAKS_ONCE / out->judged;
    }
    else if (out->why == LC_GROWTH_WHY_LINEAR) {
        out->verdict = LC_GROWTH_LEAK;
    }
}
