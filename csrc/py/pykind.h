/* SPDX-License-Identifier: MIT
 *
 * What kind of object a type makes, as the search for holders sees it, and what a step
 * from one object to another costs there.
 *
 * The cost decides which of several paths is shown. A step that a reader would write is
 * LC_PYKIND_STEP; one that he would not write, such as the one from an instance to its
 * dict, is next to nothing; one that says little, such as from an instance to its class,
 * costs as much as several. The costs of starts stand in leakcheck/measure/holding.py.
 *
 * Only types are looked at, never an object's own answer; no Python code runs.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYKIND_H
#define LC_PY_PYKIND_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/pairs.h"
#include "../core/status.h"

enum { LC_PYKIND_STEP = 4 };

typedef enum {
    LC_PYKIND_LEAF, /* Refers to nothing that the collector would see. */
    LC_PYKIND_PLAIN,
    LC_PYKIND_DICT,
    LC_PYKIND_MODULE,
    LC_PYKIND_TYPE,
    LC_PYKIND_FUNCTION,
    LC_PYKIND_CODE,
    LC_PYKIND_CELL,
    LC_PYKIND_FRAME,   /* Frames and tracebacks. */
    LC_PYKIND_HARNESS, /* Made by what runs the tests: not a holder to name. */
} lc_pykind;

typedef struct {
    lc_pairs seen;     /* Type -> lc_pykind. */
    PyObject *harness; /* Tuple of exact strings, borrowed: top-level packages. */
} lc_pykind_table;

lc_status lc_pykind_init(lc_pykind_table *self, PyObject *harness);
void lc_pykind_clear(lc_pykind_table *self);

/* The kind of a type's objects; `is_new` says that the type was not asked for before. */
lc_status lc_pykind_get(lc_pykind_table *self, PyTypeObject *type, lc_pykind *out,
                        bool *is_new);

/* Whether a namespace's string at `key` names a module of the harness. */
bool lc_pykind_names_harness(const lc_pykind_table *self, PyObject *namespace,
                             const char *key);

/* The cost of a step from `from` to `to`. */
uint32_t lc_pykind_cost(PyObject *from, lc_pykind from_kind, PyObject *to,
                        lc_pykind to_kind);

#endif
