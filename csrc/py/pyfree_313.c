/* SPDX-License-Identifier: MIT
 *
 * CPython 3.13: a count of -1 switches a list off, as the interpreter does at its end.
 */
#include "pyfree.h"

#include <Python.h>
#include <stdbool.h>

#include "internal/pycore_interp.h" /* PyInterpreterState */

enum { EMPTY = 0, OFF = -1 };

static struct _Py_object_freelists *lists; /* NULL: layouts not as known. */
static bool is_shut;

int
lc_pyfree_prepare(void)
{
    struct _Py_object_freelists *found =
        &PyInterpreterState_Main()->object_state.freelists;
    PyObject *l = PyList_New(0);
    PyObject *d = PyDict_New();
    PyObject *t = PyTuple_New(1);
    PyObject *f = PyFloat_FromDouble(0.5);
    bool made = l != NULL && d != NULL && t != NULL && f != NULL;
    int list_count = found->lists.numfree;
    int dict_count = found->dicts.numfree;
    int tuple_count = found->tuples.numfree[0];
    int float_count = found->floats.numfree;
    Py_XDECREF(l);
    Py_XDECREF(d);
    Py_XDECREF(t);
    Py_XDECREF(f);
    if (!made) {
        return -1;
    }
    if (found->lists.numfree == list_count + 1 &&
        found->dicts.numfree == dict_count + 1 &&
        found->tuples.numfree[0] == tuple_count + 1 &&
        found->floats.numfree == float_count + 1 &&
        (PyObject *)found->lists.items[list_count] == l &&
        (PyObject *)found->dicts.items[dict_count] == d &&
        (PyObject *)found->tuples.items[0] == t &&
        (PyObject *)found->floats.items == f) {
        lists = found;
    }
    return 0;
}

static void
turn(int *count, int from, int to)
{
    if (*count == from) {
        *count = to;
    }
}

static void
turn_all(int from, int to)
{
    turn(&lists->floats.numfree, from, to);
    for (int i = 0; i < PyTuple_NFREELISTS; i++) {
        turn(&lists->tuples.numfree[i], from, to);
    }
    turn(&lists->lists.numfree, from, to);
    turn(&lists->dicts.numfree, from, to);
    turn(&lists->dictkeys.numfree, from, to);
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
