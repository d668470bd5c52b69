/* SPDX-License-Identifier: MIT
 *
 * Generated processes: the number of live blocks after each run, the sum of a few parts.
 *
 * A process is drawn from its seed alone: the same parts and seed give the same levels,
 * however the runs are cut into batches. growth_processes.py names the kinds and says what
 * each of their numbers a, b, c, d means; the two enumerations must stay in one order.
 *
 * Thread rule: one process belongs to one thread at a time.
 */
#ifndef TESTS_BENCH_GROWTH_LEVELS_H
#define TESTS_BENCH_GROWTH_LEVELS_H

#include <stdint.h>

typedef enum {
    GROWTH_STEP,
    GROWTH_LINE,
    GROWTH_RANDOM,
    GROWTH_ONOFF,
    GROWTH_FILL,
    GROWTH_KEYS,
    GROWTH_ZIPF,
    GROWTH_SAWTOOTH,
    GROWTH_FLUSH,
    GROWTH_NOISE,
    GROWTH_BUSY,
    GROWTH_TELEGRAPH,
    GROWTH_LIVING,
    GROWTH_WALK,
    GROWTH_LOG,
    GROWTH_BITS,
    GROWTH_POWER,
    GROWTH_RECORDS,
    GROWTH_DOUBLING,
    GROWTH_ARENA,
    GROWTH_FIRST_USES,
    GROWTH_FALLING,
} growth_kind;

typedef struct {
    int32_t kind;
    double a, b, c, d;
} growth_part;

typedef struct growth_levels growth_levels;

/* Returns a process before its first run, owned by the caller; NULL: no memory, or more
 * parts than fit. */
growth_levels *growth_levels_new(const growth_part *parts, int32_t count,
                                 uint64_t seed);
void growth_levels_free(growth_levels *self);

/* Does `runs` runs; returns the level after them. 0 runs: the level now. */
int64_t growth_levels_after(growth_levels *self, int64_t runs);

#endif
