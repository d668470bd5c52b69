/* SPDX-License-Identifier: MIT */
#include "pyshut.h"

#include <Python.h>

#include "pyfree.h"
#include "pyheap.h"

static PyObject *callback; /* Owned for ever. */

static PyObject *
collected(PyObject *ignored, PyObject *arguments)
{
    (void)ignored;
    (void)arguments;
    lc_pyfree_shut();
    Py_RETURN_NONE;
}

static PyMethodDef definition = {
    "leakcheck_keeps_free_lists_shut", collected, METH_VARARGS,
    "While a trace runs: what dies is not handed out again."};

int
lc_pyshut_prepare(void)
{
    if (callback == NULL) {
        callback = PyCFunction_New(&definition, NULL);
    }
    return callback == NULL ? -1 : 0;
}

/* Where ours is in the list; -1: nowhere. */
static Py_ssize_t
place(PyObject *callbacks)
{
    Py_ssize_t at = callbacks != NULL ? PyList_GET_SIZE(callbacks) : 0;
    while (--at >= 0 && PyList_GET_ITEM(callbacks, at) != callback) {
    }
    return at;
}

int
lc_pyshut_collect(void)
{
    PyObject *callbacks = lc_pyheap_callbacks();
    if (callbacks != NULL && place(callbacks) < 0 &&
        PyList_Insert(callbacks, 0, callback) < 0) {
        return -1;
    }
    int status = lc_pyheap_collect();
    lc_pyfree_shut();
    return status;
}

void
lc_pyshut_end(void)
{
    lc_pyfree_open();
    PyObject *callbacks = lc_pyheap_callbacks();
    Py_ssize_t at = place(callbacks);
    if (at >= 0) {
        PyObject *type;
        PyObject *value;
        PyObject *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (PyList_SetSlice(callbacks, at, at + 1, NULL) < 0) {
            PyErr_Clear();
        }
        PyErr_Restore(type, value, traceback);
    }
}
