/* SPDX-License-Identifier: MIT
 * The second half of growth_model.h: is a series a leak? */
#ifndef LC_TESTS_GROWTH_MODEL_SHAPE_H
#define LC_TESTS_GROWTH_MODEL_SHAPE_H

#include "growth_model.h"

static double
model_phi(const model *m)
{
    double sum = 0;
    for (int32_t i = 2; i <= m->last; i++) {
        double runs = m->r[i] - m->r[i - 1];
        double other = m->r[i - 1] - m->r[i - 2];
        double apart = (double)(m->u[i] - m->u[i - 1]) / runs -
                       (double)(m->u[i - 1] - m->u[i - 2]) / other;
        sum += apart * apart / (m->slope * (1 / runs + 1 / other));
    }
    return m->last > 1 ? sum / (m->last - 1) : 0;
}

static bool
model_walks(const model *m)
{
    double variance = 0;
    for (int32_t i = 1; i <= m->last; i++) {
        double strayed =
            (double)(m->d[i] - m->d[i - 1]) - m->slope * (m->r[i] - m->r[i - 1]);
        variance += strayed * strayed;
    }
    return (double)m->net * (double)m->net < 3.5 * 3.5 * variance;
}

static int32_t
model_rises(const model *m)
{
    int32_t rises = 0;
    for (int32_t i = 0; i < m->last; i++) {
        rises += m->u[i] != m->u[i + 1];
    }
    return rises;
}

/* A window, as far as it can be trusted, in which leaks were due and U stood still. */
static bool
model_skips(const model *m)
{
    bool skips = false;
    for (int32_t k = 0; k < m->s.windows; k++) {
        int32_t from = k > 0 ? m->s.window_end[k - 1] : 0;
        int32_t to = m->s.window_end[k];
        from = from < m->last ? from : m->last;
        to = to < m->last ? to : m->last;
        bool due = (m->r[to] - m->r[from]) * m->s.rate >= 5;
        skips = skips || (due && m->u[to] == m->u[from]);
    }
    return skips;
}

static double
model_steady(const model *m)
{
    return m->s.rate > 0.015 ? 0.85 : 0.94;
}

static bool
model_slows(const model *m, double phi)
{
    bool slows = false;
    double span = m->r[m->last];
    for (int32_t i = 1; i < m->last; i++) {
        double before = m->r[i];
        double after = span - before;
        double pace = (double)(m->u[i] - m->u[0]) / before;
        double grown = (double)(m->u[m->last] - m->u[i]);
        double missing = pace * after - grown - 2;
        double variance = phi * pace * after * (1 + after / before);
        bool short_of = grown < model_steady(m) * pace * after && missing > 0 &&
                        missing * missing > 2.75 * 2.75 * variance;
        bool halved =
            i == m->s.window_end[m->s.windows - 2] && grown < 0.35 * pace * after;
        slows = slows || (before >= span / 3 && (short_of || halved));
    }
    return slows;
}

static bool
model_slowed(const model *m, double phi)
{
    double was = m->s.earlier_slope;
    double before = m->s.earlier_runs;
    double after = m->r[m->last];
    if (m->s.earlier_runs <= 0 || m->fall > 0 || m->slope >= model_steady(m) * was) {
        return false;
    }
    double missing = (was - m->slope) * before - 2;
    double both = (was * before + (double)m->net) / (before + after);
    double variance = phi * both * before * (1 + before / after);
    if (missing <= 0 || missing * missing <= 2.75 * 2.75 * variance) {
        return false;
    }
    int32_t middle = model_after(m, 0, after / 2);
    if (middle >= m->last || (double)m->net < 100 * phi) {
        return true; /* Nothing shows that its own pace is steady. */
    }
    double early = (double)(m->u[middle] - m->u[0]);
    double late = ((double)m->net - early) / (after - m->r[middle]);
    return late < model_steady(m) * early / m->r[middle];
}

static lc_growth_why
model_shape(const model *m)
{
    double due = m->r[m->last] * m->s.rate;
    double least = (due < 90 ? 0.4 : 0.7) * m->s.rate;
    if (m->net <= 0 || m->r[m->last] == 0) {
        return LC_GROWTH_WHY_NONE;
    }
    if (m->s.windows > 0 && model_exact(m, 0)) {
        return LC_GROWTH_WHY_LINEAR;
    }
    if (m->s.windows >= 3 && m->slope < least) {
        return LC_GROWTH_WHY_SLOW;
    }
    double needed = (m->s.suspect ? 0.5 : 3.0) * (double)m->fall;
    if (m->s.windows < 3 || m->net < 6 || (double)m->net < needed) {
        return LC_GROWTH_WHY_NOISY;
    }
    if (m->s.suspect && m->fall > 0) {
        return LC_GROWTH_WHY_LINEAR;
    }
    if (model_rises(m) < 4 || model_skips(m) || (m->fall > 0 && model_walks(m))) {
        return LC_GROWTH_WHY_NOISY;
    }
    double phi = model_phi(m);
    bool declines = model_slows(m, phi) || model_slowed(m, phi);
    bool last_exact = model_exact(m, m->s.window_end[m->s.windows - 2]);
    return declines && !last_exact ? LC_GROWTH_WHY_SUBLINEAR : LC_GROWTH_WHY_LINEAR;
}

/* So many leaks that a slow decline would show. */
static bool
model_firm(const model *m)
{
    double phi = model_phi(m);
    return m->fall > 0 || (double)m->net >= 150 * (phi > 1 ? phi : 1);
}

#endif
