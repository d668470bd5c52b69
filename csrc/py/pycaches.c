/* SPDX-License-Identifier: MIT */
#include "pycaches.h"

static PyObject *also; /* Tuple of callables, owned; NULL: none. */
static PyObject *kind; /* Of a function under functools.lru_cache; owned for ever. */
/* Names, likewise: one made anew for each call would stay in the cache of types. */
static PyObject *module;   /* "urllib.parse" */
static PyObject *function; /* "urlsplit" */
static PyObject *clear;    /* "cache_clear" */

int
lc_pycaches_prepare(void)
{
    if (kind == NULL) {
        module = PyUnicode_InternFromString("urllib.parse");
        function = PyUnicode_InternFromString("urlsplit");
        clear = PyUnicode_InternFromString("cache_clear");
        if (module == NULL || function == NULL || clear == NULL) {
            return -1;
        }
        PyObject *functools = PyImport_ImportModule("functools");
        kind = functools == NULL
                   ? NULL
                   : PyObject_GetAttrString(functools, "_lru_cache_wrapper");
        Py_XDECREF(functools);
    }
    return kind == NULL ? -1 : 0;
}

void
lc_pycaches_empty(void)
{
    PyObject *error[3];
    PyErr_Fetch(&error[0], &error[1], &error[2]);
    PyObject *loaded = PyImport_GetModule(module);
    if (loaded != NULL && PyModule_CheckExact(loaded)) {
        PyObject *names = PyModule_GetDict(loaded); /* Borrowed, as what is in it. */
        PyObject *cached = PyDict_GetItemWithError(names, function);
        if (cached != NULL && (PyObject *)Py_TYPE(cached) == kind) {
            Py_INCREF(cached);
            Py_XDECREF(PyObject_CallMethodNoArgs(cached, clear));
            Py_DECREF(cached);
        }
    }
    Py_XDECREF(loaded);
    PyErr_Clear();
    PyObject *callables = Py_XNewRef(also); /* A call may change it. */
    for (Py_ssize_t i = 0; callables != NULL && i < PyTuple_GET_SIZE(callables); i++) {
        Py_XDECREF(PyObject_CallNoArgs(PyTuple_GET_ITEM(callables, i)));
        PyErr_Clear();
    }
    Py_XDECREF(callables);
    PyErr_Restore(error[0], error[1], error[2]);
}

void
lc_pycaches_also(PyObject *callables)
{
    PyObject *before = also;
    also = Py_NewRef(callables);
    Py_XDECREF(before);
}
