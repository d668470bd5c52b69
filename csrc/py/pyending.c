/* SPDX-License-Identifier: MIT */
#include "pyending.h"

#include <Python.h>
#include <time.h>

#include "../os/tasks.h"
#include "pyloaded.h"

/* Nanoseconds. Most threads end within the first pause; each is twice the one before. */
enum { FIRST_PAUSE = 20000, ALL_PAUSES = 300000000 };
enum { VAIN_MAX = 2 };

static int settled = 1; /* Threads after the last wait. */
static int vain; /* Waits of this check that nobody ended in. */

void
lc_pyending_wait(bool first)
{
    vain = first ? 0 : vain;
    int count = lc_tasks_count();
    bool waits = count > settled && vain < VAIN_MAX;
    long pause = FIRST_PAUSE;
    for (long waited = 0; waits && count > settled && waited < ALL_PAUSES;
         waited += pause) {
        pause *= 2;
        Py_BEGIN_ALLOW_THREADS;
        nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
        Py_END_ALLOW_THREADS;
        count = lc_tasks_count();
    }
    vain += waits && count > settled;
    settled = count;
}

/* A set's intersection with itself: new table, same members, whole or not at all. By the
 * operator, whose call makes no tuple, so that none is left in the free lists. */
static void
compact(PyObject *set)
{
    if (set != NULL && PySet_CheckExact(set)) {
        Py_XDECREF(PyNumber_InPlaceAnd(set, set));
    }
}

/* A weak set, whose members are in a set of its own. */
static void
compact_weak(PyObject *weak)
{
    PyObject *used = PyObject_GetAttrString(weak, "_iterating");
    if (used != NULL && PySet_CheckExact(used) && PySet_GET_SIZE(used) == 0) {
        PyObject *data = PyObject_GetAttrString(weak, "data");
        compact(data);
        Py_XDECREF(data);
    }
    Py_XDECREF(used);
}

void
lc_pyending_compact(void)
{
    PyObject *names = lc_pyloaded_names("threading");
    if (names != NULL) {
        compact(PyDict_GetItemString(names, "_shutdown_locks"));
        PyObject *dangling = PyDict_GetItemString(names, "_dangling"); /* Borrowed. */
        if (dangling != NULL) {
            Py_INCREF(dangling);
            compact_weak(dangling);
            Py_DECREF(dangling);
        }
        Py_DECREF(names);
    }
    PyErr_Clear();
}
