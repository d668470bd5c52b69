/* SPDX-License-Identifier: MIT */
#include "growth_series.h"

static const double QUIET_LEAKS =
    7.0;  /* Leaks of `rate` that a pause would have to skip. */
static const double QUIET_LEAKS_ONCE = 3.0; /* The same where only one look is taken. */
static const double HALVES_LEAKS =
    10.0; /* The same over a series that falls at times. */
static const double HALVES_NOISE =
    0.5; /* Part of the greatest fall a leak must exceed. */
static const int64_t NET_MIN = 6; /* Blocks; six events tell a trend from a handful. */
static const int32_t FALLS_MIN =
    5; /* Batches of a decline; noise does it in 1 of 720. */
static const int32_t RISES_MIN = 4; /* Batches that grew. */
static const double RATE_PART =
    0.4; /* Least slope, in parts of the declared rate, ... */
static const double RATE_PART_MANY =
    0.7; /* ... where MANY_LEAKS at that rate were due. */
static const double MANY_LEAKS = 90.0;
static const double WINDOW_LEAKS = 5.0; /* Leaks due in a window that then must rise. */
static const double FALL_PART = 3.0; /* Net growth, in parts of the greatest fall. */
static const double FALL_PART_SUSPECT =
    0.5; /* The same where a longer trace will judge. */
static const double SLACK_BLOCKS =
    2.0; /* Shortfall that is never held against a leak. */
static const double SLACK_SIGMA = 2.75; /* Shortfall explained by chance, in sigmas. */
static const double STEADY =
    0.85; /* Pace from some mark on, in parts, that is steady. */
static const double DECAY_MIN =
    0.35; /* Pace of the last window in parts of the earlier. */

/* The retained part of a series, up to where it can be trusted. */
typedef struct {
    int32_t last; /* Mark at which it ends. */
    int64_t fall; /* Blocks; greatest fall between two marks of the series. */
    int64_t net; /* Blocks; growth from first mark to `last`. */
} retained;

int64_t
lc_growth_series_distance(int64_t level, int64_t base)
{
    const int64_t most = INT64_C(1) << 61;
    /* Halved first: the plain difference of two extremes does not fit. */
    int64_t half = level / 2 - base / 2;
    if (half > most / 2) {
        return most;
    }
    if (half < -most / 2) {
        return -most;
    }
    return level - base;
}

static int64_t
level_at(const lc_growth_series *series, int32_t mark)
{
    return lc_growth_series_distance(series->levels[mark], series->levels[0]);
}

static int32_t
last_run(const lc_growth_series *series)
{
    return series->runs[series->marks - 1];
}

static int64_t
greatest_fall(const lc_growth_series *series, int32_t from)
{
    int64_t peak = level_at(series, from);
    int64_t fall = 0;
    for (int32_t i = from + 1; i < series->marks; i++) {
        int64_t level = level_at(series, i);
        peak = level > peak ? level : peak;
        fall = peak - level > fall ? peak - level : fall;
    }
    return fall;
}

/* The least of the levels of marks [from, to), the last of equals. */
static int32_t
least(const lc_growth_series *series, int32_t from, int32_t to)
{
    int32_t at = from;
    for (int32_t i = from + 1; i < to; i++) {
        if (level_at(series, i) <= level_at(series, at)) {
            at = i;
        }
    }
    return at;
}

static int32_t
first_mark_after(const lc_growth_series *series, int32_t from, double run)
{
    int32_t i = from;
    while (i < series->marks && series->runs[i] <= run) {
        i++;
    }
    return i;
}

/* Runs since the level last rose; 0 where it fell in too few marks to be no chance. */
static int32_t
pause(const lc_growth_series *series)
{
    int32_t last = series->marks - 1;
    int32_t since = last;
    while (since > 0 && level_at(series, since - 1) >= level_at(series, since)) {
        since--;
    }
    bool fell = level_at(series, since) > level_at(series, last);
    return fell && last - since < FALLS_MIN ? 0
                                            : last_run(series) - series->runs[since];
}

/* Blocks a run. */
static double
steepest_rise(const lc_growth_series *series, int32_t from)
{
    double steepest = 0;
    for (int32_t i = from + 1; i < series->marks; i++) {
        double grown = (double)(level_at(series, i) - level_at(series, i - 1));
        double pace = grown / (series->runs[i] - series->runs[i - 1]);
        steepest = pace > steepest ? pace : steepest;
    }
    return steepest;
}

/* Whether the troughs of the later half, from mark `from` on, are no higher. */
static bool
halves_level(const lc_growth_series *series, int32_t from)
{
    int32_t length = last_run(series) - series->runs[from];
    if (length * series->rate < HALVES_LEAKS) {
        return false;
    }
    int32_t middle = first_mark_after(series, from, series->runs[from] + length / 2.0);
    if (middle - from < 3 || series->marks - middle < 3) {
        return false;
    }
    int32_t early = least(series, from, middle);
    int32_t late = least(series, middle, series->marks);
    if (level_at(series, late) > level_at(series, early)) {
        return false;
    }
    /* A leak of `rate` lifts the troughs by `leaked`. That must be more than a trough
     * can be missed by: what grows back within a batch, or else the noise. */
    double leaked = (series->runs[late] - series->runs[early]) * series->rate;
    double noise = HALVES_NOISE * (double)greatest_fall(series, from);
    bool is_trough =
        early > from && level_at(series, early - 1) >= level_at(series, early);
    double missed =
        steepest_rise(series, from) *
        (series->runs[early] - series->runs[early > from ? early - 1 : from]);
    double needed = is_trough && missed < noise ? missed : noise;
    return leaked >= HALVES_LEAKS / 3 && leaked >= needed;
}

int32_t
lc_growth_series_quiet(const lc_growth_series *series)
{
    int32_t paused = pause(series);
    double leaks = series->once ? QUIET_LEAKS_ONCE : QUIET_LEAKS;
    if (series->once && paused == last_run(series)) {
        return paused; /* Nothing ever rose: the bound says how much that shows. */
    }
    /* A third of the runs as well: a long trace looks often, and luck adds up. */
    if (paused * series->rate >= leaks && paused >= last_run(series) / 3) {
        return paused;
    }
    /* Within the first window, troughs are too few to compare. */
    for (int32_t k = series->windows > 0 ? -1 : 0; k < series->windows; k++) {
        int32_t from = k < 0 ? 0 : series->window_end[k];
        if (halves_level(series, from)) {
            return last_run(series) - series->runs[from];
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
    int64_t base = level_at(series, from);
    int64_t slope = 0;
    for (int32_t i = from + 1; i < series->marks; i++) {
        int64_t grown = level_at(series, i) - base;
        int32_t runs = series->runs[i] - series->runs[from];
        if (i == from + 1) {
            slope = grown / runs;
        }
        if (slope < 1 || grown % runs != 0 || grown / runs != slope) {
            return false;
        }
    }
    return true;
}

/* U at `mark`: the least level from there to where the series can be trusted. */
static int64_t
retained_at(const lc_growth_series *series, const retained *part, int32_t mark)
{
    return level_at(series, least(series, mark, part->last + 1));
}

static retained
retain(const lc_growth_series *series)
{
    retained part = {.last = series->marks - 1, .fall = greatest_fall(series, 0)};
    if (part.fall > 0) {
        int32_t tail = first_mark_after(series, 0, last_run(series) * 0.75 - 1);
        part.last = least(series, tail, series->marks);
    }
    part.net = retained_at(series, &part, part.last) - retained_at(series, &part, 0);
    return part;
}

/* The Fano factor of the batches, from differences of neighbours. */
static double
dispersion(const lc_growth_series *series, const retained *part, double slope)
{
    double sum = 0;
    double before = 0;
    for (int32_t i = 1; i <= part->last; i++) {
        double runs = series->runs[i] - series->runs[i - 1];
        double grown =
            (double)(retained_at(series, part, i) - retained_at(series, part, i - 1));
        if (i > 1) {
            double other = series->runs[i - 1] - series->runs[i - 2];
            double apart = grown / runs - before;
            sum += apart * apart / (slope * (1 / runs + 1 / other));
        }
        before = grown / runs;
    }
    return part->last > 1 ? sum / (part->last - 1) : 0;
}

static int32_t
batches_that_rose(const lc_growth_series *series, const retained *part)
{
    int32_t rises = 0;
    for (int32_t i = 1; i <= part->last; i++) {
        rises += retained_at(series, part, i) > retained_at(series, part, i - 1);
    }
    return rises;
}

/* Whether a window in which growth was due has none. */
static bool
skips_a_window(const lc_growth_series *series, const retained *part)
{
    int32_t from = 0;
    for (int32_t k = 0; k < series->windows && from < part->last; k++) {
        int32_t to = series->window_end[k];
        to = to < part->last ? to : part->last;
        double due = (series->runs[to] - series->runs[from]) * series->rate;
        if (due >= WINDOW_LEAKS &&
            retained_at(series, part, to) <= retained_at(series, part, from)) {
            return true;
        }
        from = to;
    }
    return false;
}

/* Whether the growth from some later mark on falls short of the growth before. */
static bool
slows_down(const lc_growth_series *series, const retained *part, double phi)
{
    int64_t first = retained_at(series, part, 0);
    int64_t end = retained_at(series, part, part->last);
    double span = series->runs[part->last];
    int32_t last_window = series->window_end[series->windows - 2];
    for (int32_t i = 1; i < part->last; i++) {
        double before = series->runs[i];
        double after = span - before;
        if (before < span / 3) {
            continue;
        }
        int64_t here = retained_at(series, part, i);
        double pace = (double)(here - first) / before;
        double grown = (double)(end - here);
        double missing = pace * after - grown - SLACK_BLOCKS;
        double variance = phi * pace * after * (1 + after / before);
        if (grown < STEADY * pace * after && missing > 0 &&
            missing * missing > SLACK_SIGMA * SLACK_SIGMA * variance) {
            return true;
        }
        if (i == last_window && grown < DECAY_MIN * pace * after) {
            return true;
        }
    }
    return false;
}

lc_growth_why
lc_growth_series_shape(const lc_growth_series *series, double *slope)
{
    retained part = retain(series);
    int32_t span = series->runs[part.last];
    *slope = span > 0 ? (double)part.net / span : 0;
    if (part.net <= 0 || span == 0) {
        return LC_GROWTH_WHY_NONE;
    }
    if (series->windows < 3) {
        return LC_GROWTH_WHY_NOISY;
    }
    bool exact = lc_growth_series_exact(series, 0);
    if (exact) {
        return LC_GROWTH_WHY_LINEAR;
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
    if (batches_that_rose(series, &part) < RISES_MIN || skips_a_window(series, &part)) {
        return LC_GROWTH_WHY_NOISY;
    }
    if (lc_growth_series_exact(series, series->window_end[series->windows - 2])) {
        return LC_GROWTH_WHY_LINEAR;
    }
    double phi = dispersion(series, &part, *slope);
    return slows_down(series, &part, phi) ? LC_GROWTH_WHY_SUBLINEAR
                                          : LC_GROWTH_WHY_LINEAR;
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
