/* SPDX-License-Identifier: MIT
 *
 * The decision machine: is fed exact counts, answers "do k more runs" or a verdict.
 *
 * The caller runs the body, collects, reads its counters and feeds them; no clock.
 *
 *     first reading
 *          |
 *          v
 *     +---------+  two runs after the first that do not grow, or warmup_max
 *     | WARM-UP |------------------------------------------.
 *     +---------+                                          v
 *                    nothing grew in any batch:       +--------+
 *                    CLEAN(QUIET, 3 / N)       <------| SCREEN |--. something grew: again,
 *                                                     +--------+<-' up to three times
 *                                                          |
 *                     grew in proportion, or every time    |
 *                                                          v
 *     growth ended: CLEAN(ENDED, 3 / N)               +--------+
 *     grew in every window, and                <------| TRACE  |  windows w, 2w, 4w, ...
 *     does not slow down: LEAK(LINEAR)                +--------+  lower envelope,
 *     neither: INCONCLUSIVE(why)                                  slope decay
 *
 * The two runs that end the warm-up are the first batch of the screen, unless a run after
 * the first grew before them: taking any two quiet runs of a restless warm-up would favour
 * the lucky ones.
 *
 * The wide metrics are read in the warm-up and at the end of each screen, and at the marks
 * of a trace only where they are what is suspected (LC_GROWTH_CONFIRM: where the settings
 * say so; LC_GROWTH_FIXED: always). CLEAN(ENDED) is answered at once, LEAK after all
 * windows, but for an exact one: LC_GROWTH_ADAPTIVE, which only suspects, tells it after
 * any window, and LC_GROWTH_CONFIRM, which may plan more windows than asked for, once
 * those asked for are over. An undecided trace runs on, batch by batch, as long as its last
 * window (twice that in LC_GROWTH_CONFIRM, also where leaks are too few to show a decline):
 * a pause that began late needs time to be told from luck. LC_GROWTH_FIXED has no screen and
 * ends exactly after `iterations` runs. Rules: growth_screen.h, growth_series.h.
 *
 * Thread rule: one machine belongs to one thread at a time.
 */
#ifndef LC_CORE_GROWTH_H
#define LC_CORE_GROWTH_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

/* Judged apart; a leak in any one is a leak, and the first decides. The wide ones need a
 * walk over the heap, so they are read only where a step says so. References are the
 * entries of lists and deques: `list.append(None)` makes no block. */
typedef enum {
    LC_GROWTH_BLOCKS,
    LC_GROWTH_RAW,
    LC_GROWTH_OBJECTS, /* Wide: objects that the cycle collector knows. */
    LC_GROWTH_REFERENCES, /* Wide. */
    LC_GROWTH_METRICS,
    LC_GROWTH_NARROW = LC_GROWTH_OBJECTS, /* How many are read each time. */
} lc_growth_metric;

typedef enum {
    LC_GROWTH_ADAPTIVE, /* Warm-up, screen, and a trace of `windows` windows. */
    LC_GROWTH_CONFIRM, /* Trace only, for a body that an adaptive check suspected. */
    LC_GROWTH_FIXED, /* Warm-up, then a trace of exactly `iterations` runs. */
} lc_growth_mode;

typedef struct {
    lc_growth_mode mode;
    double rate; /* Smallest leak looked for, in blocks a run; 0 < rate <= 1. */
    int32_t warmup_max; /* Runs; at least 1. */
    /* Runs of the first trace window; 0: 16 or 2 / rate, the larger. See growth_plan.h. */
    int32_t first_window;
    int32_t windows; /* Of the trace, each twice the one before, 3 to 16. */
    int32_t iterations; /* Runs of LC_GROWTH_FIXED, at least 12; ignored otherwise. */
    uint64_t seed; /* Order and sizes of the batches; same seed, same batches. */
    bool wide; /* LC_GROWTH_CONFIRM: its marks have the wide metrics too. */
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
     * before counts as more, so objects grow by this much at most: it clears, and what it
     * does not clear is read whole in the next attempt. */
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
} lc_growth_why;

typedef struct {
    lc_growth_verdict verdict;
    lc_growth_why why;
    int32_t metric; /* lc_growth_metric that decided; -1 when none did. */
    double slope; /* Growth of that metric, a run, over the trace's lower envelope. */
    bool exact; /* Every mark of the trace lies on one line of whole blocks a run. */
    double bound; /* CLEAN: at most so many leaks a run, 95 %: 3 / runs judged. */
    int32_t judged; /* Runs the verdict rests on (screen or trace). */
    int32_t runs; /* All runs done, warm-up included. */
    int32_t windows; /* Trace windows completed. */
} lc_growth_result;

typedef struct lc_growth lc_growth;

/* A machine owned by the caller; NULL: no memory, or settings out of range. */
lc_growth *lc_growth_new(const lc_growth_settings *settings);
void lc_growth_free(lc_growth *self);

/* What to do next. The same until the next feed (a START_TRACE is answered once). */
lc_growth_step lc_growth_next(lc_growth *self);

/* Takes the reading asked for by the last LC_GROWTH_RUN step: levels, which are compared
 * only within a phase. LC_ABSENT: no reading was asked for. Never needs memory. */
lc_status lc_growth_feed(lc_growth *self, const int64_t values[LC_GROWTH_METRICS]);

/* The caller is out of time: CLEAN or LEAK where a rule is met, else INCONCLUSIVE. */
void lc_growth_stop(lc_growth *self);

/* Copies the mark index (0: baseline) at which each complete window of the trace ends to
 * `out`, at most `room`; returns how many there are. */
int32_t lc_growth_window_ends(const lc_growth *self, int32_t *out, int32_t room);

/* Meaningful after LC_GROWTH_DONE or lc_growth_stop. */
lc_growth_result lc_growth_judge(const lc_growth *self);

#endif
