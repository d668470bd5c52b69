/* SPDX-License-Identifier: MIT */
#include "pyloop.h"

#include <string.h> /* memcpy */
#include <unistd.h> /* getpid */

#include "../core/growth_plan.h"
#include "../core/mem.h"
#include "pyapart.h"
#include "pyclock.h"
#include "pycode.h"
#include "pycounts.h"
#include "pycrowd.h"
#include "pyending.h"
#include "pyheap.h"
#include "pyhook.h"
#include "pylarge.h"
#include "pyprobes.h"
#include "pyrecord.h"
#include "pyshut.h"
#include "pystack.h"
#include "pytally.h"

enum { FIRST_READINGS = 64 };

typedef enum { FRESH, OPEN, CLOSED } loop_state;

struct lc_pyloop {
    lc_growth *growth;     /* Owned. */
    lc_recorder *recorder; /* Owned; NULL until a trace begins. */
    lc_pysite *site;       /* Owned, likewise. */
    lc_pystack *stack;     /* Owned, likewise. */
    const void *base;      /* Frame that drives the loop; an address only. */
    loop_state state;
    bool tracing;       /* Hooks and code watch are on. */
    bool narrow; /* The wide metrics could not be read when asked for. */
    bool asked;  /* `step` waits for its reading. */
    lc_growth_step step;
    lc_pyheap_state heap;
    pid_t process;      /* That opened the loop. */
    lc_pyloop_settings settings;
    lc_pywide_counts wide; /* Read last. */
    lc_pycounts *counts;   /* Owned while open; NULL: nothing is counted. */
    int64_t counted;       /* Read last. */
    int64_t probed[LC_GROWTH_PROBES_MAX]; /* Likewise. */
    double began;       /* Seconds, monotonic. */
    double batch_began; /* Likewise. */
    double run_seconds; /* One run of the last batch. */
    double best_seconds; /* One run of the fastest batch; 0 before the first. */
    int32_t runs;       /* Done. */
    int32_t baseline;   /* Runs done at the trace's first mark. */
    lc_pyloop_reading *readings; /* Owned. */
    int32_t *marks;              /* Owned; as many rooms as readings. */
    int32_t reading_count, reading_room, mark_count;
    int64_t dropped; /* Taken from the recorder when the trace ends. */
};

static lc_pyloop *active; /* The open loop; borrowed. */

static void
code_died(PyCodeObject *code)
{
    if (active != NULL && active->stack != NULL) {
        lc_pyrecord_retire(active->stack, code);
    }
}

lc_pyloop *
lc_pyloop_new(const lc_growth_settings *growth, const lc_pyloop_settings *settings)
{
    if (!lc_growth_plan_valid(growth) || settings->max_objects < 0) {
        PyErr_SetString(PyExc_ValueError, "the settings of the check are out of range");
        return NULL;
    }
    lc_pyloop *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    self->growth = lc_growth_new(growth);
    if (self->growth == NULL) {
        lc_pyloop_free(self);
        PyErr_NoMemory();
        return NULL;
    }
    self->settings = *settings;
    Py_XINCREF(self->settings.counted);
    Py_XINCREF(self->settings.probes);
    return self;
}

void
lc_pyloop_free(lc_pyloop *self)
{
    if (self != NULL) {
        lc_pyloop_close(self);
        Py_XDECREF(self->settings.counted);
        Py_XDECREF(self->settings.probes);
        lc_pystack_free(self->stack);
        lc_recorder_free(self->recorder);
        lc_pysite_free(self->site);
        lc_growth_free(self->growth);
        lc_mem_free(self->readings);
        lc_mem_free(self->marks);
        lc_mem_free(self);
    }
}

static int
open_loop(lc_pyloop *self, const void *base)
{
    if (active != NULL) {
        PyErr_SetString(
            PyExc_RuntimeError,
            "a leak check is already running in this process; checks can't be "
            "nested");
        return -1;
    }
    lc_pyhook_prepare();
    if (self->settings.counted != NULL &&
        (self->counts = lc_pycounts_new(self->settings.counted)) == NULL) {
        return -1;
    }
    if (lc_pyheap_freeze(&self->heap) < 0) {
        lc_pycounts_clear(&self->counts);
        return -1;
    }
    (void)lc_pytally_take_missed(); /* Before this check. */
    self->narrow = !lc_pycrowd_open(self->heap.frozen, self->settings.max_objects);
    self->state = OPEN;
    self->base = base;
    self->process = getpid();
    self->began = lc_pyclock_now();
    active = self;
    return 0;
}

static int
start_trace(lc_pyloop *self)
{
    self->recorder = lc_recorder_new();
    self->site = lc_pysite_new();
    if (self->recorder != NULL && self->site != NULL) {
        self->stack =
            lc_pystack_new(lc_recorder_tree(self->recorder), self->site, self->base);
    }
    if (self->stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (lc_pycode_watch(code_died) < 0) {
        return -1;
    }
    lc_pyhook_start(self->recorder, self->stack, self->settings.shut);
    self->tracing = true;
    return 0;
}

void
lc_pyloop_close(lc_pyloop *self)
{
    loop_state before = self->state;
    self->state = CLOSED;
    if (before != OPEN) {
        return;
    }
    if (self->tracing) {
        lc_pyshut_end();
        lc_pyhook_stop();
        lc_pycode_unwatch();
        self->tracing = false;
        self->dropped += lc_recorder_dropped(self->recorder);
    }
    lc_pycrowd_close();
    if (self->heap.frozen) {
        lc_pyapart_close();
    }
    lc_pyheap_restore(&self->heap);
    active = NULL;
    lc_pycounts_clear(&self->counts);
}

/* The next batch would end after the time allowed, or all those that a verdict takes would,
 * were each run as fast as the fastest. */
static bool
out_of_time(const lc_pyloop *self)
{
    double most = self->settings.max_seconds;
    double batch = self->run_seconds * self->step.runs;
    double all = self->best_seconds * lc_growth_least(self->growth);
    return most > 0 && self->runs > 0 &&
           lc_pyclock_now() - self->began + (batch > all ? batch : all) > most;
}

int
lc_pyloop_next(lc_pyloop *self, const void *base, int32_t *runs)
{
    if (self->state == CLOSED) {
        return 0;
    }
    if (self->state == FRESH && open_loop(self, base) < 0) {
        return -1;
    }
    for (;;) {
        self->step = lc_growth_next(self->growth);
        if (self->step.action == LC_GROWTH_DONE) {
            lc_pyloop_close(self);
            return 0;
        }
        if (self->step.action == LC_GROWTH_START_TRACE) {
            if (start_trace(self) < 0) {
                lc_pyloop_close(self);
                return -1;
            }
            continue;
        }
        if (out_of_time(self)) {
            lc_growth_stop(self->growth);
            lc_pyloop_close(self);
            return 0;
        }
        self->asked = true;
        self->batch_began = lc_pyclock_now();
        *runs = self->step.runs;
        return 1;
    }
}

static lc_status
reserve_reading(lc_pyloop *self)
{
    if (self->reading_count < self->reading_room) {
        return LC_OK;
    }
    int32_t room = self->reading_room == 0 ? FIRST_READINGS : self->reading_room * 2;
    size_t count = (size_t)room;
    void *readings = lc_mem_resize(self->readings, count, sizeof *self->readings);
    if (readings == NULL) {
        return LC_NOMEM;
    }
    self->readings = readings;
    void *marks = lc_mem_resize(self->marks, count, sizeof *self->marks);
    if (marks == NULL) {
        return LC_NOMEM;
    }
    self->marks = marks;
    self->reading_room = room;
    return LC_OK;
}

/* Takes a mark in the ledgers and notes where it lies. */
static lc_status
mark(lc_pyloop *self)
{
    lc_status status = lc_pyrecord_mark();
    if (status == LC_OK) {
        if (self->step.baseline) {
            self->baseline = self->runs;
        }
        self->marks[self->mark_count++] = self->runs - self->baseline;
    }
    return status;
}

/* Reads the wide metrics where the machine asks for them, until it turns out that there
 * is too much to look at. */
static int
read_wide(lc_pyloop *self, lc_pyloop_reading *reading)
{
    if (self->step.wide == LC_GROWTH_WIDE_NOT) {
        return 0;
    }
    if (lc_pyprobes_read(self->settings.probes, self->probed) < 0) {
        return -1;
    }
    reading->probed = true;
    memcpy(reading->probes, self->probed, sizeof reading->probes);
    if (self->counts != NULL) {
        reading->counts = self->counted = lc_pycounts_sum(self->counts);
    }
    bool whole = self->step.wide == LC_GROWTH_WIDE_ALL;
    self->narrow = self->narrow ||
                   !lc_pycrowd_read(whole, self->settings.max_objects, &self->wide);
    if (!self->narrow) {
        reading->objects = self->wide.objects;
        reading->references = self->wide.references;
    }
    return 0;
}

int
lc_pyloop_read(lc_pyloop *self)
{
    if (self->state != OPEN || !self->asked) {
        PyErr_SetString(PyExc_RuntimeError, "no reading was asked for");
        return -1;
    }
    self->asked = false;
    if (getpid() != self->process) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the body forked and its child came back into the leak check; "
                        "end the child with os._exit()");
        goto fail;
    }
    lc_pyending_wait(self->reading_count == 0);
    bool shut = self->tracing && self->settings.shut;
    if ((shut ? lc_pyshut_collect() : lc_pyheap_collect()) < 0) {
        goto fail;
    }
    lc_pyloop_reading reading = {
        .phase = self->step.phase,
        .runs = self->runs += self->step.runs,
        .objects = -1,
        .references = -1,
        .counts = -1,
    };
    if (self->tracing) {
        reading.blocks = lc_recorder_net(self->recorder, LC_RECORDER_OBJECT);
        reading.raw = lc_recorder_net(self->recorder, LC_RECORDER_RAW);
    }
    else {
        if (lc_pycrowd_blocks(&reading.blocks) < 0) {
            goto fail;
        }
        reading.raw = lc_pyhook_raw_live() - lc_pylarge_blocks();
    }
    /* After the blocks: what probes let go may lie in free lists until the next collection. */
    if (read_wide(self, &reading) < 0) {
        goto fail;
    }
    /* What came since the last reading: once, however much it was; each mapping. */
    self->dropped += !lc_pyhook_hears() + lc_pytally_take_missed();
    if (self->step.runs > 0) {
        double seconds = (lc_pyclock_now() - self->batch_began) / self->step.runs;
        self->run_seconds = seconds;
        if (self->best_seconds == 0 || seconds < self->best_seconds) {
            self->best_seconds = seconds;
        }
    }
    /* What could not be read stands still, so that it decides nothing. */
    int64_t values[LC_GROWTH_METRICS] = {
        [LC_GROWTH_BLOCKS] = reading.blocks,
        [LC_GROWTH_RAW] = reading.raw,
        [LC_GROWTH_OBJECTS] = self->wide.objects,
        [LC_GROWTH_REFERENCES] = self->wide.references,
        [LC_GROWTH_COUNTS] = self->counted,
    };
    memcpy(values + LC_GROWTH_PROBES, self->probed, sizeof self->probed);
    if (reserve_reading(self) != LC_OK || (self->step.mark && mark(self) != LC_OK) ||
        lc_growth_feed(self->growth, values) != LC_OK) {
        PyErr_NoMemory();
        goto fail;
    }
    self->readings[self->reading_count++] = reading;
    return 0;

fail:
    lc_pyloop_close(self);
    return -1;
}

void
lc_pyloop_progress(const lc_pyloop *self, lc_pyloop_state *out)
{
    *out = (lc_pyloop_state){.phase = self->step.phase,
                             .runs = self->runs,
                             .seconds = lc_pyclock_now() - self->began};
}

bool
lc_pyloop_closed(const lc_pyloop *self)
{
    return self->state == CLOSED;
}

lc_pyloop_evidence
lc_pyloop_evidence_of(const lc_pyloop *self)
{
    lc_pyloop_evidence evidence = {
        .readings = self->readings,
        .reading_count = self->reading_count,
        .marks = self->marks,
        .mark_count = self->mark_count,
        .recorder = self->recorder,
        .site = self->site,
        .dropped = self->dropped,
        .wide = !self->narrow,
        .probe_count = lc_pyprobes_count(self->settings.probes),
        .judged = lc_growth_judge(self->growth),
    };
    evidence.window_count = lc_growth_window_ends(self->growth, evidence.window_ends,
                                                  LC_PYLOOP_WINDOWS_MAX);
    return evidence;
}

bool
lc_pyloop_active(void)
{
    return active != NULL;
}
