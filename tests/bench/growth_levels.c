/* SPDX-License-Identifier: MIT */
#include "growth_levels.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    PARTS_MAX = 4,
    ORIGIN = 1000, /* Blocks alive before the first run. */
};

typedef struct {
    growth_part is;
    int64_t count; /* Blocks, keys or lives so far, as the kind has it. */
    double state;  /* Of noise; the phase of what has one. */
    bool on;
    int64_t *first_uses; /* Owned. */
    bool *seen;          /* Owned; keys met. */
    double *below;       /* Owned; Zipf's distribution function. */
} part;

struct growth_levels {
    uint64_t random;
    int64_t run;
    int64_t level;
    int32_t count;
    part parts[PARTS_MAX];
};

/* splitmix64. */
static uint64_t
bits(growth_levels *self)
{
    self->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = self->random;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* In [0, 1). */
static double
uniform(growth_levels *self)
{
    return (double)(bits(self) >> 11) * 0x1p-53;
}

static bool
chance(growth_levels *self, double probability)
{
    return uniform(self) < probability;
}

/* A whole number in [least, most]. */
static int64_t
between(growth_levels *self, double least, double most)
{
    return (int64_t)least + (int64_t)(uniform(self) * (most - least + 1));
}

static double
gauss(growth_levels *self)
{
    double radius = sqrt(-2 * log(1 - uniform(self)));
    return radius * cos(6.283185307179586 * uniform(self));
}

static int64_t
poisson(growth_levels *self, double mean)
{
    double least = exp(-mean);
    double product = uniform(self);
    int64_t events = 0;
    while (product > least) {
        product *= uniform(self);
        events++;
    }
    return events;
}

/* The whole part; numbers a hair below a whole one are meant to be it. */
static int64_t
whole(double value)
{
    return (int64_t)floor(value + 1e-9);
}

static int
bit_length(int64_t number)
{
    int length = 0;
    for (; number > 0; number >>= 1) {
        length++;
    }
    return length;
}

static int64_t
line(const part *p, int64_t run)
{
    double leaking = (double)run - p->is.b;
    return leaking > 0 ? whole(p->is.a * leaking + p->state) * (int64_t)p->is.d : 0;
}

static int64_t
random_events(growth_levels *self, part *p)
{
    if ((double)self->run > p->is.d && chance(self, p->is.a)) {
        p->count += between(self, p->is.b, p->is.c);
    }
    return p->count;
}

static int64_t
on_and_off(growth_levels *self, part *p)
{
    if (p->on) {
        p->count += (int64_t)p->is.c;
    }
    if (chance(self, 1 / (p->on ? p->is.a : p->is.b))) {
        p->on = !p->on;
    }
    return p->count;
}

static int64_t
meet(part *p, int64_t key)
{
    p->count += !p->seen[key];
    p->seen[key] = true;
    return p->count;
}

static int64_t
zipf_key(growth_levels *self, const part *p)
{
    double at = uniform(self);
    int64_t low = 0;
    int64_t high = (int64_t)p->is.a - 1;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (p->below[middle] > at) {
            high = middle;
        }
        else {
            low = middle + 1;
        }
    }
    return low;
}

static int64_t
flushed_now_and_then(growth_levels *self, part *p)
{
    p->count = chance(self, 1 / p->is.a) ? 0 : p->count + (int64_t)p->is.b;
    return p->count;
}

static int64_t
telegraph(growth_levels *self, part *p)
{
    if (chance(self, 1 / p->is.b)) {
        p->on = !p->on;
    }
    return p->on ? (int64_t)p->is.a : 0;
}

static int64_t
living(growth_levels *self, part *p)
{
    int64_t alive = p->count;
    for (int64_t i = 0; i < p->count; i++) {
        alive -= chance(self, 1 / p->is.b);
    }
    p->count = alive + poisson(self, p->is.a);
    return p->count;
}

static int64_t
walk(growth_levels *self, part *p)
{
    double at = uniform(self);
    if (at < p->is.a) {
        p->count += (int64_t)p->is.b;
    }
    else if (at < 2 * p->is.a) {
        p->count -= (int64_t)p->is.b;
    }
    if (p->is.c > 0) {
        int64_t most = (int64_t)p->is.c;
        p->count = p->count < 0 ? 0 : p->count > most ? most : p->count;
    }
    return p->count;
}

static int64_t
used_by_now(const part *p, int64_t run)
{
    int64_t used = 0;
    for (int64_t i = 0; i < (int64_t)p->is.a; i++) {
        used += p->first_uses[i] <= run;
    }
    return used * (int64_t)p->is.c;
}

/* What the part holds after this run. */
static int64_t
after_run(growth_levels *self, part *p)
{
    const growth_part *is = &p->is;
    int64_t run = self->run;
    double least;
    switch ((growth_kind)is->kind) {
    case GROWTH_STEP:
        return (double)run >= is->b ? (int64_t)is->a : 0;
    case GROWTH_LINE:
        return line(p, run);
    case GROWTH_RANDOM:
        return random_events(self, p);
    case GROWTH_ONOFF:
        return on_and_off(self, p);
    case GROWTH_FILL:
        least = is->a < (double)run * is->c ? is->a : (double)run * is->c;
        return whole(least) * (int64_t)is->b;
    case GROWTH_KEYS:
        return meet(p, between(self, 0, is->a - 1)) * (int64_t)is->b;
    case GROWTH_ZIPF:
        return meet(p, zipf_key(self, p)) * (int64_t)is->c;
    case GROWTH_SAWTOOTH:
        return (run + (int64_t)p->state) % (int64_t)is->a * (int64_t)is->b;
    case GROWTH_FLUSH:
        return flushed_now_and_then(self, p);
    case GROWTH_NOISE:
        p->state = is->a * p->state + is->b * gauss(self);
        return llround(p->state);
    case GROWTH_BUSY:
        return chance(self, is->a) ? between(self, is->b, is->c) : 0;
    case GROWTH_TELEGRAPH:
        return telegraph(self, p);
    case GROWTH_LIVING:
        return living(self, p);
    case GROWTH_WALK:
        return walk(self, p);
    case GROWTH_LOG:
        return whole(is->a * log((double)run));
    case GROWTH_BITS:
        return (int64_t)is->a * bit_length(run);
    case GROWTH_POWER:
        return whole(is->a * pow((double)run, is->b));
    case GROWTH_RECORDS:
        p->count += chance(self, pow((double)run, -is->b)) ? (int64_t)is->a : 0;
        return p->count;
    case GROWTH_DOUBLING:
        least = is->b > 0 && is->b < (double)run ? is->b : (double)run;
        return (INT64_C(1) << bit_length((int64_t)least)) / (int64_t)is->a;
    case GROWTH_ARENA:
        least = is->b < (double)run ? is->b : (double)run;
        return whole(least / is->a) * (int64_t)is->c;
    case GROWTH_FIRST_USES:
        return used_by_now(p, run);
    case GROWTH_FALLING:
        return -whole(is->a * (double)run);
    }
    abort(); /* growth_processes.py and this file disagree on the kinds. */
}

static void
fill_below(part *p)
{
    double total = 0;
    for (int64_t i = 0; i < (int64_t)p->is.a; i++) {
        total += pow((double)(i + 1), -p->is.b);
        p->below[i] = total;
    }
    for (int64_t i = 0; i < (int64_t)p->is.a; i++) {
        p->below[i] /= total;
    }
}

static bool
start(growth_levels *self, part *p)
{
    size_t size = p->is.a > 1 ? (size_t)p->is.a : 1;
    switch (p->is.kind) {
    case GROWTH_LINE:
        p->state = p->is.c > 0 ? uniform(self) : 0;
        return true;
    case GROWTH_SAWTOOTH:
        p->state = floor(uniform(self) * p->is.a);
        return true;
    case GROWTH_ONOFF:
        p->on = chance(self, p->is.a / (p->is.a + p->is.b));
        return true;
    case GROWTH_TELEGRAPH:
        p->on = chance(self, 0.5);
        return true;
    case GROWTH_FIRST_USES:
        p->first_uses = calloc(size, sizeof *p->first_uses);
        for (size_t i = 0; p->first_uses != NULL && i < size; i++) {
            p->first_uses[i] = (int64_t)(-p->is.b * log(1 - uniform(self)));
        }
        return p->first_uses != NULL;
    case GROWTH_ZIPF:
        p->below = calloc(size, sizeof *p->below);
        if (p->below == NULL) {
            return false;
        }
        fill_below(p);
        p->seen = calloc(size, sizeof *p->seen);
        return p->seen != NULL;
    case GROWTH_KEYS:
        p->seen = calloc(size, sizeof *p->seen);
        return p->seen != NULL;
    default:
        return true;
    }
}

growth_levels *
growth_levels_new(const growth_part *parts, int32_t count, uint64_t seed)
{
    growth_levels *self = calloc(1, sizeof *self);
    if (self == NULL || count < 1 || count > PARTS_MAX) {
        free(self);
        return NULL;
    }
    self->random = seed;
    self->level = ORIGIN;
    self->count = count;
    for (int32_t i = 0; i < count; i++) {
        self->parts[i].is = parts[i];
        if (!start(self, &self->parts[i])) {
            growth_levels_free(self);
            return NULL;
        }
    }
    return self;
}

void
growth_levels_free(growth_levels *self)
{
    if (self == NULL) {
        return;
    }
    for (int32_t i = 0; i < self->count; i++) {
        free(self->parts[i].first_uses);
        free(self->parts[i].seen);
        free(self->parts[i].below);
    }
    free(self);
}

int64_t
growth_levels_after(growth_levels *self, int64_t runs)
{
    for (int64_t i = 0; i < runs; i++) {
        self->run++;
        self->level = ORIGIN;
        for (int32_t k = 0; k < self->count; k++) {
            self->level += after_run(self, &self->parts[k]);
        }
    }
    return self->level;
}
