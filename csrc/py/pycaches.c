/* SPDX-License-Identifier: MIT */
#include "pycaches.h"

#include "pyloaded.h"

static PyObject *also; /* Tuple of callables, owned; NULL: none. */
static PyObject *kind; /* Of a function under functools.lru_cache; owned for ever. */
/* "cache_clear", likewise: one made anew for each call would stay in the cache of types. */
static PyObject *clear;

int
lc_pycaches_prepare(void)
{
    if (kind == NULL) {
        clear = PyUnicode_InternFromString("cache_clear");
        if (clear == NULL) {
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
    PyObject *names = lc_pyloaded_names("urllib.parse");
    PyObject *cached = names == NULL ? NULL : PyDict_GetItemString(names, "urlsplit");
    if (cached != NULL && (PyObject *)Py_TYPE(cached) == kind) {
        Py_INCREF(cached);
        Py_XDECREF(PyObject_CallMethodNoArgs(cached, clear));
        Py_DECREF(cached);
    }
    Py_XDECREF(names);
    PyErr_Clear();
    PyObject *callables = Py_XNewRef(also); /* A call may change it. */
    for (Py_ssize_t i = 0; callables != NULL && i < PyTuple_GET_SIZE(callables); i++) {
        Py_XDECREF(PyObject_CallNoArgs(PyTuple_GET_ITEM(callables, i)));
        PyErr_Clear();
    }
    Py_XDECREF(callables);
}

void
lc_pycaches_also(PyObject *callables)
{
    PyObject *before = also;
    also = Py_NewRef(callables);
    Py_XDECREF(before);
}
