/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14 and later: one struct for all kinds, switched off by a size of -1.
 */
#include "pyfree.h"

#include <Python.h>
#include <stdbool.h>

#include "internal/pycore_interp.h" /* PyInterpreterState */

enum { EMPTY = 0, OFF = -1 };

static struct _Py_freelists *lists; /* NULL: layouts not as known. */
static bool is_shut;

int
lc_pyfree_prepare(void)
{
    struct _Py_freelists *found = &PyInterpreterState_Main()->object_state.freelists;
    PyObject *l = PyList_New(0);
    PyObject *d = PyDict_New();
    PyObject *f = PyFloat_FromDouble(0.5);
    bool made = l != NULL && d != NULL && f != NULL;
    Py_ssize_t list_count = found->lists.size;
    Py_ssize_t dict_count = found->dicts.size;
    Py_ssize_t float_count = found->floats.size;
    Py_XDECREF(l);
    Py_XDECREF(d);
    Py_XDECREF(f);
    if (!made) {
        return -1;
    }
    if (found->lists.size == list_count + 1 && found->dicts.size == dict_count + 1 &&
        found->floats.size == float_count + 1 && found->lists.freelist == l &&
        found->dicts.freelist == d && found->floats.freelist == f) {
        lists = found;
    }
    return 0;
}

/* The struct is nothing but lists, one after the other. */
static void
turn_all(Py_ssize_t from, Py_ssize_t to)
{
    struct _Py_freelist *all = (struct _Py_freelist *)lists;
    for (size_t i = 0; i < sizeof *lists / sizeof *all; i++) {
        if (all[i].size == from) {
            all[i].size = to;
        }
    }
}

void
lc_pyfree_shut(void)
{
    if (lists != NULL) {
        is_shut = true;
        turn_all(EMPTY, OFF);
    }
}

void
lc_pyfree_open(void)
{
    if (is_shut) {
        is_shut = false;
        turn_all(OFF, EMPTY);
    }
}
