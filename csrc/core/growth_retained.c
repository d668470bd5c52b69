/* SPDX-License-Identifier: MIT */
#include "growth_retained.h"

static const double WINDOW_LEAKS = 5.0; /* Leaks due in a window that then must rise. */
static const double WALK_SIGMA =
    3.5; /* Net growth, in sigmas of a walk with the same steps. */
static const double SLACK_BLOCKS =
    2.0; /* Shortfall that is never held against a leak. */
static const double SLACK_SIGMA = 2.75; /* Shortfall explained by chance, in sigmas. */
static const double STEADY =
    0.85; /* Pace from some mark on, in parts, that is steady. */
static const double STEADY_SLOW =
    0.94; /* The same at rates up to SLOW, whose traces are thousands of runs long. */
static const double SLOW = 0.015;
static const double STEADY_EVENTS =
    100.0; /* Independent leaks without which steadiness is not shown. */
static const double DECAY_MIN =
    0.35; /* Pace of the last window in parts of the earlier. */

int64_t
lc_growth_retained_level(const lc_growth_series *series, int32_t mark)
{
    return lc_growth_series_distance(series->levels[mark], series->levels[0]);
}

static int32_t
last_run(const lc_growth_series *series)
{
    return series->runs[series->marks - 1];
}

int64_t
lc_growth_retained_fall(const lc_growth_series *series, int32_t from)
{
    int64_t peak = lc_growth_retained_level(series, from);
    int64_t fall = 0;
    for (int32_t i = from + 1; i < series->marks; i++) {
        int64_t level = lc_growth_retained_level(series, i);
        peak = level > peak ? level : peak;
        fall = peak - level > fall ? peak - level : fall;
    }
    return fall;
}

int32_t
lc_growth_retained_least(const lc_growth_series *series, int32_t from, int32_t to)
{
    int32_t at = from;
    for (int32_t i = from + 1; i < to; i++) {
        if (lc_growth_retained_level(series, i) <=
            lc_growth_retained_level(series, at)) {
            at = i;
        }
    }
    return at;
}

int32_t
lc_growth_retained_after(const lc_growth_series *series, int32_t from, double run)
{
    int32_t i = from;
    while (i < series->marks && series->runs[i] <= run) {
        i++;
    }
    return i;
}

static double
steady_part(const lc_growth_series *series)
{
    return series->rate <= SLOW ? STEADY_SLOW : STEADY;
}

/* U at `mark`: the least level from there to where the series can be trusted. */
static int64_t
retained_at(const lc_growth_series *series, const lc_growth_retained *part,
            int32_t mark)
{
    return lc_growth_retained_level(
        series, lc_growth_retained_least(series, mark, part->last + 1));
}

lc_growth_retained
lc_growth_retained_find(const lc_growth_series *series)
{
    lc_growth_retained part = {.last = series->marks - 1,
                               .fall = lc_growth_retained_fall(series, 0)};
    if (part.fall > 0) {
        int32_t tail = lc_growth_retained_after(series, 0, last_run(series) * 0.75 - 1);
        part.last = lc_growth_retained_least(series, tail, series->marks);
    }
    part.net = retained_at(series, &part, part.last) - retained_at(series, &part, 0);
    int32_t span = series->runs[part.last];
    part.slope = span > 0 ? (double)part.net / span : 0;
    return part;
}

double
lc_growth_retained_dispersion(const lc_growth_series *series,
                              const lc_growth_retained *part)
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
            sum += apart * apart / (part->slope * (1 / runs + 1 / other));
        }
        before = grown / runs;
    }
    return part->last > 1 ? sum / (part->last - 1) : 0;
}

bool
lc_growth_retained_walks(const lc_growth_series *series, const lc_growth_retained *part)
{
    double variance = 0; /* Of such a walk over all its steps. */
    for (int32_t i = 1; i <= part->last; i++) {
        double due = part->slope * (series->runs[i] - series->runs[i - 1]);
        double strayed = (double)(lc_growth_retained_level(series, i) -
                                  lc_growth_retained_level(series, i - 1)) -
                         due;
        variance += strayed * strayed;
    }
    double net = (double)part->net;
    return net * net < WALK_SIGMA * WALK_SIGMA * variance;
}

int32_t
lc_growth_retained_rises(const lc_growth_series *series, const lc_growth_retained *part)
{
    int32_t rises = 0;
    for (int32_t i = 1; i <= part->last; i++) {
        rises += retained_at(series, part, i) > retained_at(series, part, i - 1);
    }
    return rises;
}

bool
lc_growth_retained_skips(const lc_growth_series *series, const lc_growth_retained *part)
{
    int32_t from = 0;
    for (int32_t k = 0; k < series->windows; k++) {
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

bool
lc_growth_retained_slows(const lc_growth_series *series, const lc_growth_retained *part,
                         double phi)
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
        if (grown < steady_part(series) * pace * after && missing > 0 &&
            missing * missing > SLACK_SIGMA * SLACK_SIGMA * variance) {
            return true;
        }
        if (i == last_window && grown < DECAY_MIN * pace * after) {
            return true;
        }
    }
    return false;
}

/* U, of a series that never falls, grew at its pace in the second half too, and often
 * enough for that to say much. */
static bool
steady(const lc_growth_series *series, const lc_growth_retained *part, double phi)
{
    double span = series->runs[part->last];
    int32_t middle = lc_growth_retained_after(series, 0, span / 2);
    if (middle >= part->last || (double)part->net < STEADY_EVENTS * phi) {
        return false;
    }
    int64_t early = retained_at(series, part, middle);
    double late = (double)(part->net - early) / (span - series->runs[middle]);
    return late >= steady_part(series) * (double)early / series->runs[middle];
}

bool
lc_growth_retained_slowed(const lc_growth_series *series,
                          const lc_growth_retained *part, double phi)
{
    double before = series->earlier_runs;
    double after = series->runs[part->last];
    if (part->fall > 0 || part->slope >= steady_part(series) * series->earlier_slope) {
        return false;
    }
    /* Nothing where there was no such trace. */
    double missing = (series->earlier_slope - part->slope) * before - SLACK_BLOCKS;
    double both =
        (series->earlier_slope * before + (double)part->net) / (before + after);
    double variance = phi * both * before * (1 + before / after);
    return missing > 0 && missing * missing > SLACK_SIGMA * SLACK_SIGMA * variance &&
           !steady(series, part, phi);
}
