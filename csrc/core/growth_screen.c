/* SPDX-License-Identifier: MIT */
#include "growth_screen.h"

#include <stddef.h>

static const int32_t BATCHES_MIN = 3; /* Fewer show no proportion. */
static const double PROPORTIONAL = 0.7; /* Of its share, what each batch must grow. */
static const double BAND = 0.5; /* Width of noise, in parts of what a leak would add. */

static void
plan(lc_growth_screen *self, uint64_t *random, double rate, bool restless)
{
    self->batches =
        lc_growth_plan_screen(random, self->attempt, rate, restless, self->sizes);
    self->done = 0;
    self->runs = 0;
}

void
lc_growth_screen_start(lc_growth_screen *self, uint64_t *random, double rate,
                       bool restless)
{
    plan(self, random, rate, restless);
    if (restless) {
        return;
    }
    int32_t settled = lc_growth_plan_settled(rate);
    int32_t at = 0;
    while (self->sizes[at] != settled) {
        at++;
    }
    self->sizes[at] = self->sizes[0];
    self->sizes[0] = settled;
    self->done = 1;
    self->runs = settled;
}

int32_t
lc_growth_screen_due(const lc_growth_screen *self)
{
    return self->sizes[self->done];
}

int32_t
lc_growth_screen_left(const lc_growth_screen *self)
{
    int32_t runs = 0;
    for (int32_t i = self->done; i < self->batches; i++) {
        runs += self->sizes[i];
    }
    return runs;
}

/* Each batch grew by its share: at least about a block a run, and no batch far less. */
static bool
proportional(const int64_t *grown, const int32_t *sizes, int32_t count)
{
    double total = 0;
    double runs = 0;
    for (int32_t i = 0; i < count; i++) {
        total += (double)grown[i];
        runs += sizes[i];
    }
    double slope = total / runs;
    for (int32_t i = 0; i < count; i++) {
        if ((double)grown[i] < PROPORTIONAL * slope * sizes[i]) {
            return false;
        }
    }
    return slope >= PROPORTIONAL;
}

/* Whether a batch of the metric is not what a quiet body does. */
static bool
disturbed(const int64_t *grown, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        if (grown[i] != 0) {
            return true;
        }
    }
    return false;
}

static int64_t
larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t
smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Adds the levels of the attempt to the band that the next one is held against. */
static void
widen(lc_growth_screen *self)
{
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        int64_t level = self->level[m];
        for (int32_t i = self->done - 1; i >= 0; i--) {
            self->upper[m] = larger(level, self->upper[m]);
            self->lower[m] = smaller(level, self->lower[m]);
            level -= self->grown[m][i];
        }
    }
}

/* Whether the metric moves in a band too narrow to hide a leak, as it did before. */
static bool
banded(const lc_growth_screen *self, lc_growth_metric metric, double rate)
{
    if (self->attempt == 0) {
        return false;
    }
    int64_t level = self->level[metric];
    int64_t upper = level;
    int64_t lower = level;
    for (int32_t i = self->done - 1; i > 0; i--) {
        level -= self->grown[metric][i];
        upper = larger(level, upper);
        lower = smaller(level, lower);
    }
    int32_t runs = self->runs + lc_growth_screen_left(self); /* Of this attempt. */
    bool whole = self->done == self->batches;
    int64_t bottom = smaller(lower, self->lower[metric]);
    return upper <= self->upper[metric] && (!whole || lower <= self->lower[metric]) &&
           (double)(self->upper[metric] - bottom) <= BAND * rate * runs;
}

lc_growth_screen_answer
lc_growth_screen_take(lc_growth_screen *self, const int64_t grown[LC_GROWTH_METRICS],
                      uint64_t *random, double rate)
{
    bool quiet = true;
    self->runs += self->sizes[self->done];
    self->done++;
    for (int32_t m = 0; m < LC_GROWTH_METRICS; m++) {
        self->grown[m][self->done - 1] = grown[m];
        self->level[m] += grown[m];
        quiet =
            quiet && (!disturbed(self->grown[m], self->done) || banded(self, m, rate));
    }
    for (int32_t m = 0; m < LC_GROWTH_NARROW; m++) {
        self->steady =
            self->steady || (self->done >= BATCHES_MIN &&
                             proportional(self->grown[m], self->sizes, self->done));
    }
    for (int32_t m = LC_GROWTH_NARROW; m < LC_GROWTH_METRICS; m++) {
        self->wide = self->wide || grown[m] > 0;
    }
    if (quiet) {
        return self->done == self->batches ? LC_GROWTH_SCREEN_QUIET
                                           : LC_GROWTH_SCREEN_MORE;
    }
    if (self->done < BATCHES_MIN && self->done < self->batches) {
        return LC_GROWTH_SCREEN_MORE;
    }
    /* The rest of a long attempt would only repeat that it is not quiet. */
    if (self->steady || self->attempt + 1 == LC_GROWTH_PLAN_ATTEMPTS) {
        return LC_GROWTH_SCREEN_SUSPECT;
    }
    widen(self);
    self->attempt++;
    plan(self, random, rate, false);
    return LC_GROWTH_SCREEN_MORE;
}
