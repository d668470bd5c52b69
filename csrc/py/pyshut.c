/* SPDX-License-Identifier: MIT */
#include "pyshut.h"

#include <Python.h>

#include "pyfree.h"
#include "pyheap.h"

static PyObject *callbacks; /* The list that the collector goes by; owned for ever. */
static PyObject *callback;  /* Ours, likewise. */

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
    if (callback != NULL) {
        return 0;
    }
    PyObject *gc = PyImport_ImportModule("gc");
    callbacks = gc == NULL ? NULL : PyObject_GetAttrString(gc, "callbacks");
    Py_XDECREF(gc);
    callback = callbacks == NULL ? NULL : PyCFunction_New(&definition, NULL);
    return callback == NULL ? -1 : 0;
}

/* Where ours is in the list; -1: nowhere. */
static Py_ssize_t
place(void)
{
    Py_ssize_t at = PyList_CheckExact(callbacks) ? PyList_GET_SIZE(callbacks) : 0;
    while (--at >= 0 && PyList_GET_ITEM(callbacks, at) != callback) {
    }
    return at;
}

int
lc_pyshut_collect(void)
{
    if (PyList_CheckExact(callbacks) && place() < 0 &&
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
    Py_ssize_t at = place();
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
