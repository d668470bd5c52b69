/* SPDX-License-Identifier: MIT
 *
 * The rule for one series once more, from what growth_series.h and growth_retained.h say,
 * by plain search: what test_growth_model.c holds it against. A threshold is in both places.
 */
#ifndef LC_TESTS_GROWTH_MODEL_H
#define LC_TESTS_GROWTH_MODEL_H

#include "growth_retained.h"
#include "growth_series.h"

enum { MODEL_MARKS = 64 };

typedef struct {
    lc_growth_series s; /* Borrowed. */
    int32_t n; /* Marks. */
    const int32_t *r; /* Runs at each. */
    int64_t d[MODEL_MARKS]; /* Level at each, above the first. */
    int64_t u[MODEL_MARKS]; /* Retained part, up to `last`. */
    int32_t last;
    int64_t fall;
    int64_t net;
    double slope;
} model;

static int64_t
model_fall(const model *m, int32_t from)
{
    int64_t most = 0;
    for (int32_t i = from; i < m->n; i++) {
        for (int32_t j = i + 1; j < m->n; j++) {
            most = m->d[i] - m->d[j] > most ? m->d[i] - m->d[j] : most;
        }
    }
    return most;
}

/* The last of the least in [from, to). */
static int32_t
model_least(const model *m, int32_t from, int32_t to)
{
    int32_t at = to - 1;
    for (int32_t i = to - 1; i >= from; i--) {
        at = m->d[i] < m->d[at] ? i : at;
    }
    return at;
}

static int32_t
model_after(const model *m, int32_t from, double run)
{
    int32_t at = m->n;
    for (int32_t i = m->n - 1; i >= from && m->r[i] > run; i--) {
        at = i;
    }
    return at;
}

static model
model_of(const lc_growth_series *series)
{
    model m = {.s = *series, .n = series->marks, .r = series->runs};
    for (int32_t i = 0; i < m.n; i++) {
        m.d[i] = series->levels[i] - series->levels[0];
    }
    m.fall = model_fall(&m, 0);
    m.last = m.n - 1;
    if (m.fall > 0) { /* The end is not trusted: the least of the last quarter. */
        m.last = model_least(&m, model_after(&m, 0, m.r[m.n - 1] * 0.75 - 1), m.n);
    }
    m.u[m.last] = m.d[m.last];
    for (int32_t i = m.last - 1; i >= 0; i--) {
        m.u[i] = m.d[i] < m.u[i + 1] ? m.d[i] : m.u[i + 1];
    }
    m.net = m.u[m.last] - m.u[0];
    m.slope = m.r[m.last] > 0 ? (double)m.net / m.r[m.last] : 0;
    return m;
}

static bool
model_exact(const model *m, int32_t from)
{
    int64_t slope = m->n - from < 3
                        ? 0
                        : (m->d[from + 1] - m->d[from]) / (m->r[from + 1] - m->r[from]);
    for (int32_t i = from; i < m->n && slope > 0; i++) {
        if (m->d[i] - m->d[from] != slope * (m->r[i] - m->r[from])) {
            return false;
        }
    }
    return slope > 0;
}

/* Pauses of runs in which no level rose, up to the end; 0: a fall of too few batches. */
static int32_t
model_pause(const model *m)
{
    int32_t rose = 0; /* The last mark that lies above the one before. */
    for (int32_t i = 1; i < m->n; i++) {
        rose = m->d[i] > m->d[i - 1] ? i : rose;
    }
    bool fell = m->d[rose] != m->d[m->n - 1];
    return fell && m->n - 1 - rose < 5 ? 0 : m->r[m->n - 1] - m->r[rose];
}

/* The later half from mark `from` on has troughs no higher, and a leak would show. */
static bool
model_halves(const model *m, int32_t from)
{
    int32_t length = m->r[m->n - 1] - m->r[from];
    int32_t middle = model_after(m, from, m->r[from] + length / 2.0);
    if (length * m->s.rate < 10 || middle - from < 3 || m->n - middle < 3) {
        return false;
    }
    int32_t early = model_least(m, from, middle);
    int32_t late = model_least(m, middle, m->n);
    double leaked = (m->r[late] - m->r[early]) * m->s.rate;
    double needed = 0.5 * (double)model_fall(m, from);
    if (early > from && m->d[early - 1] >= m->d[early]) {
        double steepest = 0;
        for (int32_t i = from + 1; i < m->n; i++) {
            double pace = (double)(m->d[i] - m->d[i - 1]) / (m->r[i] - m->r[i - 1]);
            steepest = pace > steepest ? pace : steepest;
        }
        double missed = steepest * (m->r[early] - m->r[early - 1]);
        needed = missed < needed ? missed : needed;
    }
    return m->d[late] <= m->d[early] && leaked >= 10.0 / 3 && leaked >= needed;
}

static int32_t
model_quiet(const model *m)
{
    int32_t all = m->r[m->n - 1];
    int32_t paused = model_pause(m);
    bool enough = paused * m->s.rate >= (m->s.once ? 3 : 7) && paused >= all / 3;
    if (enough || (m->s.once && paused == all)) {
        return paused;
    }
    if (model_halves(m, 0)) {
        return all;
    }
    for (int32_t k = 0; k < m->s.windows; k++) {
        if (model_halves(m, m->s.window_end[k])) {
            return all - m->r[m->s.window_end[k]];
        }
    }
    return 0;
}
#endif
