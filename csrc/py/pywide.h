/* SPDX-License-Identifier: MIT
 *
 * The wide metrics: one pass over every object that the cycle collector tracks, frozen
 * ones included.
 *
 *     objects      how many there are
 *     references   entries of all lists and deques, subclasses included
 *
 * `kept.append(None)` makes no block and no object, but an entry. Dicts and sets are left
 * out on purpose: a new key needs a block, unless the key exists already, and of those
 * there are finitely many.
 *
 * Where the frozen lists and deques stand apart (pyapart.h), a look that counts objects
 * only where they are new costs nothing in proportion to the heap.
 *
 * A pass takes no reference and runs no Python code. It remembers the addresses that it
 * met (8 bytes an object, in memory of ours), which makes the next one two to four times as
 * fast. Still it is not for nothing, so it has a limit; the caller says so where it is met.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYWIDE_H
#define LC_PY_PYWIDE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t objects;
    int64_t references;
} lc_pywide_counts;

/* Tries where this interpreter keeps its objects. 0, or -1 with an exception set. */
int lc_pywide_prepare(void);

/* Fills `out`. False, and nothing in `out`: there are more than `most` objects (0: no
 * limit), or this interpreter keeps them elsewhere. */
bool lc_pywide_read(int64_t most, lc_pywide_counts *out);

/* The same, but `objects` are those that are tracked and not frozen, where the frozen lists
 * stand apart; all of them where not, so that one can't be less than the other. */
bool lc_pywide_read_new(int64_t most, lc_pywide_counts *out);

/* The head (PyGC_Head) of the i-th list of tracked objects, from 0 on, the frozen one
 * included; NULL: there are no more, or this interpreter keeps them elsewhere. */
void *lc_pywide_list(int i);

#endif
