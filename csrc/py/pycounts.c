/* SPDX-License-Identifier: MIT */
#include "pycounts.h"

#include "../core/mem.h"
#include "../core/pairs.h"
#include "pyroots.h"

struct lc_pycounts {
    PyObject **objects; /* Owned, and each of the `count` in it. */
    size_t count;
};

/* Whether references to an object of that type, in that place, say something. */
static bool
is_shared_by_value(PyObject *op)
{
    return PyUnicode_CheckExact(op) || PyLong_Check(op) || PyFloat_CheckExact(op) ||
           PyComplex_CheckExact(op) || PyBytes_CheckExact(op) || op == Py_None ||
           op == Py_Ellipsis || op == Py_NotImplemented ||
           (PyTuple_CheckExact(op) && PyTuple_GET_SIZE(op) == 0);
}

static lc_status
add(lc_pycounts *self, lc_pairs *seen, PyObject *op)
{
    uint64_t key = (uint64_t)(uintptr_t)op;
    if (self->count == LC_PYCOUNTS_MOST || !lc_pyroots_is_counted(op) ||
        lc_pairs_find(seen, key, 0) != LC_PAIRS_NONE) {
        return LC_OK;
    }
    if (lc_pairs_put(seen, key, 0, 0) != LC_OK) {
        return LC_NOMEM;
    }
    self->objects[self->count++] = Py_NewRef(op);
    return LC_OK;
}

/* A name of the interpreter's, such as __builtins__. */
static bool
is_hidden(PyObject *name)
{
    return !PyUnicode_CheckExact(name) || PyUnicode_GET_LENGTH(name) < 1 ||
           (PyUnicode_READ_CHAR(name, 0) == '_' && PyUnicode_GET_LENGTH(name) > 1 &&
            PyUnicode_READ_CHAR(name, 1) == '_');
}

static lc_status
add_values(lc_pycounts *self, lc_pairs *seen, PyObject *names)
{
    PyObject *name, *value;
    Py_ssize_t at = 0;
    lc_status status = LC_OK;
    while (status == LC_OK && PyDict_Next(names, &at, &name, &value)) {
        if (is_hidden(name) || is_shared_by_value(value) || PyModule_Check(value)) {
            continue;
        }
        status = add(self, seen, value);
        if (status == LC_OK && PyType_HasFeature(Py_TYPE(value), Py_TPFLAGS_HEAPTYPE)) {
            status = add(self, seen, (PyObject *)Py_TYPE(value));
        }
    }
    return status;
}

lc_pycounts *
lc_pycounts_new(PyObject *namespaces)
{
    lc_pairs seen;
    lc_pycounts *self = lc_mem_calloc(1, sizeof *self);
    lc_status status = lc_pairs_init(&seen);
    if (self != NULL) {
        self->objects = lc_mem_calloc(LC_PYCOUNTS_MOST, sizeof(PyObject *));
    }
    if (self == NULL || self->objects == NULL) {
        status = LC_NOMEM;
    }
    for (Py_ssize_t i = 0; status == LC_OK && i < PyTuple_GET_SIZE(namespaces); i++) {
        status = add_values(self, &seen, PyTuple_GET_ITEM(namespaces, i));
    }
    lc_pairs_clear(&seen);
    if (status != LC_OK) {
        lc_pycounts_clear(&self);
        PyErr_NoMemory();
        return NULL;
    }
    return self;
}

void
lc_pycounts_clear(lc_pycounts **place)
{
    PyObject *type, *value, *traceback;
    lc_pycounts *self = *place;
    *place = NULL;
    if (self == NULL) {
        return;
    }
    PyErr_Fetch(&type, &value, &traceback);
    for (size_t i = 0; i < self->count; i++) {
        Py_DECREF(self->objects[i]);
    }
    PyErr_Restore(type, value, traceback);
    lc_mem_free(self->objects);
    lc_mem_free(self);
}

int64_t
lc_pycounts_sum(const lc_pycounts *self)
{
    int64_t sum = 0;
    for (size_t i = 0; self != NULL && i < self->count; i++) {
        sum += (int64_t)Py_REFCNT(self->objects[i]);
    }
    return sum;
}

PyObject *
lc_pycounts_list(const lc_pycounts *self)
{
    PyObject *list = PyList_New((Py_ssize_t)self->count);
    for (size_t i = 0; list != NULL && i < self->count; i++) {
        PyList_SET_ITEM(list, (Py_ssize_t)i, Py_NewRef(self->objects[i]));
    }
    return list;
}
