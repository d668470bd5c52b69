/* SPDX-License-Identifier: MIT
 *
 * The terms of the decision machine: what it is asked, what it asks for, what it answers.
 */
#ifndef LC_CORE_GROWTH_TERMS_H
#define LC_CORE_GROWTH_TERMS_H

#include <stdbool.h>
#include <stdint.h>

/* Judged apart; a leak in any one is a leak, and the first decides. The wide ones need a
 * walk over the heap, so they are read only where a step says so. References are the
 * entries of lists and deques: `list.append(None)` makes no block. */
typedef enum {
    LC_GROWTH_BLOCKS,
    LC_GROWTH_RAW,
    LC_GROWTH_OBJECTS, /* Wide: objects that the cycle collector knows. */
    LC_GROWTH_REFERENCES, /* Wide. */
    LC_GROWTH_COUNTS, /* Read with the wide ones: reference counts of known objects. */
    /* Read with the wide ones: what probes count outside of the Python heap, such as open
     * descriptors. Those that there are not stand still. */
    LC_GROWTH_PROBES,
    LC_GROWTH_METRICS = LC_GROWTH_PROBES + 12,
    LC_GROWTH_NARROW = LC_GROWTH_OBJECTS, /* How many are read each time. */
} lc_growth_metric;

enum { LC_GROWTH_PROBES_MAX = LC_GROWTH_METRICS - LC_GROWTH_PROBES };

typedef enum {
    LC_GROWTH_ADAPTIVE, /* Warm-up, screen, and a trace of `windows` windows. */
    LC_GROWTH_CONFIRM, /* Trace only, for a body that an adaptive check suspected. */
    LC_GROWTH_FIXED, /* Warm-up, then a trace of exactly `iterations` runs. */
} lc_growth_mode;

/* How much of LC_GROWTH_ADAPTIVE; the others are whole. */
typedef enum {
    LC_GROWTH_WHOLE,
    LC_GROWTH_SCREEN_ONLY, /* A suspect ends it: INCONCLUSIVE(SUSPECT). */
    LC_GROWTH_TRACE_ONLY, /* Of a suspect: begins with the trace. */
} lc_growth_part;

typedef struct {
    lc_growth_mode mode;
    lc_growth_part part;
    double rate; /* Smallest leak looked for, in blocks a run; 0 < rate <= 1. */
    int32_t warmup_max; /* Runs; at least 1. */
    /* Runs of the first trace window; 0: 16 or 2 / rate, the larger. See growth_plan.h. */
    int32_t first_window;
    int32_t windows; /* Of the trace, each twice the one before, 3 to 16. */
    int32_t iterations; /* Runs of LC_GROWTH_FIXED, at least 12; ignored otherwise. */
    uint64_t seed; /* Order and sizes of the batches; same seed, same batches. */
    bool wide; /* LC_GROWTH_CONFIRM, TRACE_ONLY: the marks have the wide metrics too. */
    /* LC_GROWTH_CONFIRM: what was suspected, and its growth; 0 runs: not known. */
    double earlier_slope; /* Blocks a run. */
    int32_t earlier_runs;
    int32_t earlier_metric; /* lc_growth_metric. */
} lc_growth_settings;

typedef enum {
    LC_GROWTH_PHASE_WARMUP,
    LC_GROWTH_PHASE_SCREEN,
    LC_GROWTH_PHASE_TRACE,
} lc_growth_phase;

typedef enum {
    LC_GROWTH_RUN, /* Do `runs` runs (0: none), collect, read, feed. */
    LC_GROWTH_START_TRACE, /* Switch the tracer on, then ask again. */
    LC_GROWTH_DONE, /* The verdict stands. */
} lc_growth_action;

/* How the wide metrics are to be read. */
typedef enum {
    LC_GROWTH_WIDE_NOT,
    /* Objects made since the check began, and all references. What replaces an object from
     * before counts as more, which the first run does most, so objects count from its end
     * on, and grow by this much at most: it clears, and what it does not clear is read
     * whole in the next attempt. */
    LC_GROWTH_WIDE_NEW,
    LC_GROWTH_WIDE_ALL,
} lc_growth_wide;

typedef struct {
    lc_growth_action action;
    lc_growth_phase phase;
    int32_t runs; /* Runs to do before the next reading; 0 for a reading right now. */
    bool baseline; /* The reading after these runs is the trace's first mark, run 0. */
    bool mark; /* The reading after these runs is a mark of the trace; baseline too. */
    lc_growth_wide wide; /* Whether the reading has them; elsewhere not looked at. */
} lc_growth_step;

typedef enum {
    LC_GROWTH_CLEAN,
    LC_GROWTH_LEAK,
    LC_GROWTH_INCONCLUSIVE,
} lc_growth_verdict;

typedef enum {
    LC_GROWTH_WHY_NONE,
    LC_GROWTH_WHY_QUIET, /* CLEAN: no batch of the screen grew. */
    LC_GROWTH_WHY_ENDED, /* CLEAN: growth ended during the trace. */
    LC_GROWTH_WHY_LINEAR, /* LEAK: grew in every window without slowing down. */
    LC_GROWTH_WHY_SUBLINEAR, /* INCONCLUSIVE: still growing, ever more slowly. */
    LC_GROWTH_WHY_SLOW, /* INCONCLUSIVE: grows, by less than the declared rate. */
    LC_GROWTH_WHY_NOISY, /* INCONCLUSIVE: neither steady growth nor its end. */
    LC_GROWTH_WHY_STOPPED, /* INCONCLUSIVE: the caller stopped before a decision. */
    /* INCONCLUSIVE, SCREEN_ONLY: to be traced; the metric is a wide one where only such grew. */
    LC_GROWTH_WHY_SUSPECT,
} lc_growth_why;

typedef struct {
    lc_growth_verdict verdict;
    lc_growth_why why;
    int32_t metric; /* lc_growth_metric that decided; -1 when none did. */
    double slope; /* Growth of that metric, a run, over the trace's lower envelope. */
    bool exact; /* Every mark of the trace lies on one line of whole blocks a run. */
    double bound; /* CLEAN: at most so many leaks a run, 95 %; see growth_plan.h. */
    int32_t judged; /* Runs the verdict rests on (screen or trace). */
    int32_t runs; /* All runs done, warm-up included. */
    int32_t windows; /* Trace windows completed. */
} lc_growth_result;

#endif
