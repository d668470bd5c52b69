/* SPDX-License-Identifier: MIT
 *
 * Lists and deques apart from all other frozen objects, so that adding up their entries is
 * no walk over the heap.
 *
 * The ring of frozen objects is put in this order, with three empty lists of ours as posts:
 *
 *     first post | all else | second post | lists and deques | third post
 *
 * Thawing and freezing append whole rings, so between two checks the order stays, and what
 * is new lies before the first post or after the third: setting it apart costs what was
 * made since. Only a collection of everything mixes the objects; then the ring is gone
 * through once. An object that dies leaves its ring by itself, so no reference is taken and
 * none can dangle. The collector and Python's code see a different order and nothing else.
 *
 * A list that only says what became of other tests can be left out: it is put among all
 * else, where it stays until everything is sorted anew.
 *
 * Thread rule: under the interpreter lock. No Python code runs.
 */
#ifndef LC_PY_PYAPART_H
#define LC_PY_PYAPART_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes the posts. 0, or -1 with an exception set. */
int lc_pyapart_prepare(void);

/* Right after a freeze of ours. False: there are more than `most` objects to go through
 * (0: no limit), or this interpreter keeps its objects elsewhere. */
bool lc_pyapart_open(int64_t most);

/* Entries of the lists and deques that are frozen. False: the ring is no longer as `open`
 * left it, because the program froze or thawed. */
bool lc_pyapart_entries(int64_t *out);

/* Right before the thaw; nothing to do without `open`. */
void lc_pyapart_close(void);

/* Whether what is left out now will be at the next `open`: no check is open, and the ring
 * is still as the last one left it, thawed. */
bool lc_pyapart_is_ready(void);

/* Leaves a list out; only while lc_pyapart_is_ready. */
void lc_pyapart_leave_out(PyObject *list);

/* How often everything was sorted, which takes back in what was left out. */
int64_t lc_pyapart_sortings(void);

#endif
