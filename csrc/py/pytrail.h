/* SPDX-License-Identifier: MIT
 *
 * The addresses that a walk along pointers met, to have the processor fetch early what the
 * next walk probably meets: such a walk is nearly all waiting.
 *
 * Most may be dead by then, and nothing is ever read there.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYTRAIL_H
#define LC_PY_PYTRAIL_H

#include <Python.h>
#include <stddef.h>

typedef struct {
    const void *
        *at; /* Heads of objects; owned for ever, `room` of them. NULL at first. */
    size_t count; /* Met in the walk before. */
    size_t room;
    size_t met; /* In this walk. */
    size_t ahead; /* Of `met`, where the trail is fetched. */
} lc_pytrail;

enum {
    LC_PYTRAIL_AHEAD = 24, /* Objects to fetch before they are needed. */
    LC_PYTRAIL_STEP = 64, /* Objects between two looks whether the trail still fits. */
    LC_PYTRAIL_HEAD =
        2 * sizeof(void *), /* Bytes of the collector's before an object. */
};

/* Sees where on the trail `at` stands, and whether there is room to note it. */
void lc_pytrail_align(lc_pytrail *self, const void *at);

static inline void
lc_pytrail_begin(lc_pytrail *self)
{
    self->met = 0;
    self->ahead = LC_PYTRAIL_AHEAD;
}

/* The walk is at `at`. */
static inline void
lc_pytrail_meet(lc_pytrail *self, const void *at)
{
    if (self->met % LC_PYTRAIL_STEP == 0) {
        lc_pytrail_align(self, at);
    }
    if (self->met + self->ahead < self->count) {
        const char *soon = self->at[self->met + self->ahead];
        __builtin_prefetch(soon);
        __builtin_prefetch(soon + LC_PYTRAIL_HEAD + sizeof(PyObject));
    }
    if (self->met < self->room) {
        self->at[self->met] = at;
    }
    self->met++;
}

static inline void
lc_pytrail_end(lc_pytrail *self)
{
    self->count = self->met < self->room ? self->met : self->room;
}

#endif
