/* SPDX-License-Identifier: MIT
 *
 * Places in the program: (code object, instruction) <-> a frame number that outlives both.
 *
 *     code object ----> owner, a small number recycled when the code object dies
 *        |
 *        v  names copied at first sight
 *     (file, function, lines) ---------> code id
 *     (code id, instruction offset) ---> frame number ---> place, decoded once
 *
 * Code compiled again from the same source has the same names, line table and offsets,
 * hence the same frame numbers. No reference to any Python object is kept, nothing is
 * allocated through Python.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYSITE_H
#define LC_PY_PYSITE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/status.h"

typedef struct {
    const char *file; /* UTF-8, surrogates passed through. Borrowed from the table. */
    const char *function; /* Qualified name, likewise. */
    int line; /* 1-based; the function's first where the compiler recorded none. */
    int end_line; /* As the columns: -1 where the compiler recorded none. */
    int column; /* 0-based, bytes in the UTF-8 line. */
    int end_column;
} lc_pysite_place;

typedef struct lc_pysite lc_pysite;

/* Returns an empty table owned by the caller, or NULL. */
lc_pysite *lc_pysite_new(void);
void lc_pysite_free(lc_pysite *self);

/* The frame number of byte `offset` in `code`, and the code's owner number. */
lc_status lc_pysite_intern(lc_pysite *self, PyCodeObject *code, int offset,
                           uint32_t *owner, uint32_t *frame);

/* `code` dies: true and its owner number when the table knew it. The number will be
 * given to another code object. */
bool lc_pysite_retire(lc_pysite *self, PyCodeObject *code, uint32_t *owner);

/* The place of a frame number. */
lc_pysite_place lc_pysite_place_of(const lc_pysite *self, uint32_t frame);

/* Frame numbers given so far. */
uint32_t lc_pysite_count(const lc_pysite *self);

#endif
