/* SPDX-License-Identifier: MIT
 *
 * The search behind pyholders.h: roots in, paths and numbers of references out.
 *
 * Thread rule: under the interpreter lock, with the cycle collector off from lc_pysearch_new
 * to lc_pysearch_free: nothing may be freed in between.
 */
#ifndef LC_PY_PYSEARCH_H
#define LC_PY_PYSEARCH_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/status.h"

typedef enum {
    LC_PYSEARCH_GIVEN,       /* By the caller; `index` says which. */
    LC_PYSEARCH_FRAME,       /* A running frame's. */
    LC_PYSEARCH_THREAD,      /* A thread state's. */
    LC_PYSEARCH_INTERPRETER, /* The interpreter's. */
    LC_PYSEARCH_STATIC_TYPE, /* A type that was never made and never goes. */
} lc_pysearch_origin;

typedef struct {
    lc_pysearch_origin origin;
    size_t index;
    unsigned long thread; /* Ident. */
    PyCodeObject *code;   /* Of the frame, borrowed. */
    int local;            /* Its variable; -1: another value of the frame. */
    const char *name;     /* What in the thread or the interpreter. */
} lc_pysearch_root;

typedef struct lc_pysearch lc_pysearch;

/* `harness`: tuple of exact strings, borrowed: packages whose objects are no holders. */
lc_status lc_pysearch_new(PyObject *harness, double max_seconds, lc_pysearch **out);
void lc_pysearch_free(lc_pysearch *self);

/* Before the search: what to look for, what to pass over, where to begin. Targets come
 * first; `node` is then the object's number, equal for equal objects. */
lc_status lc_pysearch_target(lc_pysearch *self, PyObject *object, uint32_t *node);
lc_status lc_pysearch_close(lc_pysearch *self, PyObject *object);
lc_status lc_pysearch_start(lc_pysearch *self, PyObject *object, uint32_t cost,
                            size_t index);

/* LC_FULL: the time ran out; what was found so far can be asked for. */
lc_status lc_pysearch_run(lc_pysearch *self);

/* References found to a target. */
int64_t lc_pysearch_found(const lc_pysearch *self, uint32_t node);

/* Objects from a target to the root of its path; 0: there is none. */
size_t lc_pysearch_length(const lc_pysearch *self, uint32_t node);

/* The node before this one on its path; of the root what it is. */
uint32_t lc_pysearch_before(const lc_pysearch *self, uint32_t node);
const lc_pysearch_root *lc_pysearch_root_of(const lc_pysearch *self, uint32_t node);
PyObject *lc_pysearch_object(const lc_pysearch *self, uint32_t node);

/* Objects visited. */
size_t lc_pysearch_visited(const lc_pysearch *self);

#endif
