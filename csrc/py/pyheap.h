/* SPDX-License-Identifier: MIT
 *
 * The interpreter's own counters and its cycle collector.
 *
 * The functions of `gc` and `sys` are looked up once, when the extension is imported, so
 * that a test which replaces them does not change what is measured.
 *
 * Thread rule: under the interpreter lock. Every function returning int gives -1 with an
 * exception set on failure.
 */
#ifndef LC_PY_PYHEAP_H
#define LC_PY_PYHEAP_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "pypace.h"

/* What lc_pyheap_restore needs to undo lc_pyheap_freeze. */
typedef struct {
    bool frozen;  /* We froze, so we thaw. */
    bool enabled; /* The collector was enabled. */
    lc_pypace pace; /* Of the collector. */
} lc_pyheap_state;

int lc_pyheap_prepare(void);

/* Live blocks of the object and mem domains, exact. */
int lc_pyheap_blocks(int64_t *out);

/* Empties the buffers of stdout and stderr, lets the filters of the last warning go
 * (pyfilters.h), collects until a collection frees nothing, three times at most, which also
 * empties the free lists, and brings what the interpreter keeps for speed to one size:
 * addresses (pycaches.h), the tables of threads and tasks (pytables.h), the type cache.
 * What the program has in gc.callbacks does not hear of it. */
int lc_pyheap_collect(void);

/* The list of callbacks that the collector goes by (borrowed); NULL where something else
 * stood in its place when the extension was imported. */
PyObject *lc_pyheap_callbacks(void);

/* Puts all objects that exist now out of the collector's sight, those of the frames that
 * run among them, so that collections cost only what was made since; unless the program
 * has frozen objects itself: thawing ours would thaw its. (What CPython 3.12 freezes at its
 * own start is thawed with ours.) */
int lc_pyheap_freeze(lc_pyheap_state *out);

/* Undoes it, whatever the program did meanwhile. Keeps an exception that is set. */
void lc_pyheap_restore(const lc_pyheap_state *state);

#endif
