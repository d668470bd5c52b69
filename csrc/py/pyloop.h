/* SPDX-License-Identifier: MIT
 *
 * One check: does what the decision machine asks and leaves no trace between readings.
 *
 *     open --> next -> (runs) -> read --> next -> ... --> decided --> close
 *
 * Readings go to C arrays: one kept as a Python object would itself be a block more.
 * One loop is open at a time in a process. close undoes everything: hooks, code watch,
 * frozen objects, the collector's switch; it is called on every way out.
 *
 * Thread rule: under the interpreter lock, all from one thread.
 */
#ifndef LC_PY_PYLOOP_H
#define LC_PY_PYLOOP_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/growth.h"
#include "../core/recorder.h"
#include "pysite.h"

enum { LC_PYLOOP_WINDOWS_MAX = 32 }; /* More than any machine makes. */

typedef struct {
    lc_growth_phase phase;
    int32_t runs;   /* Runs done since the check began. */
    int64_t
        blocks; /* Object and mem domains: live blocks, or net since the trace began. */
    int64_t raw; /* Raw domain, likewise. */
    int64_t objects; /* Tracked by the cycle collector; -1: not read. */
    int64_t references; /* Entries of lists and deques; -1: not read. */
    int64_t counts; /* Reference counts of what the test names; -1: not read. */
    bool probed; /* The probes were asked: */
    int64_t probes[LC_GROWTH_PROBES_MAX]; /* What each said. */
} lc_pyloop_reading;

/* What the result is made of; pointers borrowed from the loop. */
typedef struct {
    const lc_pyloop_reading *readings;
    int32_t reading_count;
    const int32_t *marks; /* Runs since the baseline, per mark. */
    int32_t mark_count;
    int32_t window_ends[LC_PYLOOP_WINDOWS_MAX]; /* Mark that ends each window. */
    int32_t window_count;
    lc_recorder *recorder; /* NULL: nothing was traced. */
    lc_pysite *site; /* NULL: nothing was traced. */
    int64_t dropped; /* Allocations, marks, batches that could not be recorded. */
    bool wide; /* The wide metrics were read wherever the machine asked for them. */
    int32_t probe_count; /* Of the probes in each reading. */
    lc_growth_result judged;
} lc_pyloop_evidence;

typedef struct {
    lc_growth_phase phase;
    int32_t runs;
    double seconds;
} lc_pyloop_state;

typedef struct lc_pyloop lc_pyloop;

typedef struct {
    double max_seconds; /* Of the check; <= 0: no limit. */
    /* Tracked objects. Where there are more, the wide metrics are read no more in this
     * check, and its evidence says so. 0: no limit. */
    int64_t max_objects;
    /* A trace keeps the free lists shut, so that each block is charged to the line that
     * keeps it; that about doubles what a trace of lists and dicts adds. Native blocks
     * are told apart by their native stacks then. */
    bool shut;
    PyObject *counted; /* Tuple of dicts, or NULL: see pycounts.h. Borrowed. */
    PyObject *probes; /* Tuple of callables, or NULL: see pyprobes.h. Borrowed. */
} lc_pyloop_settings;

/* Returns a loop owned by the caller, or NULL with an exception set. */
lc_pyloop *lc_pyloop_new(const lc_growth_settings *growth,
                         const lc_pyloop_settings *settings);

/* Closes and frees. */
void lc_pyloop_free(lc_pyloop *self);

/* 1: do `runs` runs, then read. 0: decided and closed. -1: exception, closed. The first
 * call opens the loop; stacks are recorded up to frame `base` (NULL: whole). */
int lc_pyloop_next(lc_pyloop *self, const void *base, int32_t *runs);

/* Collects, reads and feeds the machine. 0, or -1 with an exception set, then closed. */
int lc_pyloop_read(lc_pyloop *self);

/* Where it stands. */
void lc_pyloop_progress(const lc_pyloop *self, lc_pyloop_state *out);

/* Undoes everything; idempotent; keeps an exception that is set. */
void lc_pyloop_close(lc_pyloop *self);

/* True once closed after a decision or early. */
bool lc_pyloop_closed(const lc_pyloop *self);

lc_pyloop_evidence lc_pyloop_evidence_of(const lc_pyloop *self);

/* A loop is open in this process. */
bool lc_pyloop_active(void);

#endif
