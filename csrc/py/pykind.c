/* SPDX-License-Identifier: MIT */
#include "pykind.h"

#include <string.h> /* memcmp */

enum {
    UNWRITTEN = 1,   /* A step that nobody writes. */
    NAMESPACE = 2,   /* From an instance to its dict. */
    ROUNDABOUT = 12, /* A step that says little: into a frame, code, a class's bases. */
    OF_A_CLASS = 40, /* From an instance to its class, from a class to another. */
};

lc_status
lc_pykind_init(lc_pykind_table *self, PyObject *harness)
{
    self->harness = harness;
    return lc_pairs_init(&self->seen);
}

void
lc_pykind_clear(lc_pykind_table *self)
{
    lc_pairs_clear(&self->seen);
}

/* Exact strings only: a subclass could answer for itself. */
static PyObject *
string_at(PyObject *namespace, const char *wanted)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (namespace == NULL || !PyDict_Check(namespace)) {
        return NULL;
    }
    while (PyDict_Next(namespace, &at, &key, &value)) {
        if (PyUnicode_CheckExact(key) &&
            PyUnicode_CompareWithASCIIString(key, wanted) == 0) {
            return value != NULL && PyUnicode_CheckExact(value) ? value : NULL;
        }
    }
    return NULL;
}

bool
lc_pykind_names_harness(const lc_pykind_table *self, PyObject *namespace,
                        const char *key)
{
    PyObject *name = string_at(namespace, key);
    if (name == NULL || !PyUnicode_IS_ASCII(name)) {
        return false;
    }
    const char *text = (const char *)PyUnicode_1BYTE_DATA(name);
    size_t length = (size_t)PyUnicode_GET_LENGTH(name);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(self->harness); i++) {
        PyObject *package = PyTuple_GET_ITEM(self->harness, i);
        size_t size = (size_t)PyUnicode_GET_LENGTH(package);
        if (PyUnicode_IS_ASCII(package) && size <= length &&
            memcmp(text, PyUnicode_1BYTE_DATA(package), size) == 0 &&
            (size == length || text[size] == '.')) {
            return true;
        }
    }
    return false;
}

static lc_pykind
kind_of(const lc_pykind_table *self, PyTypeObject *type)
{
    if (PyType_HasFeature(type, Py_TPFLAGS_TYPE_SUBCLASS)) {
        return LC_PYKIND_TYPE;
    }
    if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) &&
        lc_pykind_names_harness(self, type->tp_dict, "__module__")) {
        return LC_PYKIND_HARNESS;
    }
    if (type == &PyCode_Type) {
        return LC_PYKIND_CODE;
    }
    if (!PyType_IS_GC(type) || type->tp_traverse == NULL) {
        return LC_PYKIND_LEAF;
    }
    if (PyType_HasFeature(type, Py_TPFLAGS_DICT_SUBCLASS)) {
        return LC_PYKIND_DICT;
    }
    if (PyType_IsSubtype(type, &PyModule_Type)) {
        return LC_PYKIND_MODULE;
    }
    if (type == &PyFunction_Type) {
        return LC_PYKIND_FUNCTION;
    }
    if (type == &PyCell_Type) {
        return LC_PYKIND_CELL;
    }
    if (type == &PyFrame_Type || type == &PyTraceBack_Type) {
        return LC_PYKIND_FRAME;
    }
    return LC_PYKIND_PLAIN;
}

lc_status
lc_pykind_get(lc_pykind_table *self, PyTypeObject *type, lc_pykind *out, bool *is_new)
{
    uint32_t known = lc_pairs_find(&self->seen, (uint64_t)(uintptr_t)type, 0);
    *is_new = known == LC_PAIRS_NONE;
    if (!*is_new) {
        *out = (lc_pykind)known;
        return LC_OK;
    }
    *out = kind_of(self, type);
    return lc_pairs_put(&self->seen, (uint64_t)(uintptr_t)type, 0, (uint32_t)*out);
}

uint32_t
lc_pykind_cost(PyObject *from, lc_pykind from_kind, PyObject *to, lc_pykind to_kind)
{
    if (from_kind == LC_PYKIND_MODULE) {
        /* What has no name in a module often has one in another. */
        return PyModule_GetDict(from) == to ? UNWRITTEN : ROUNDABOUT;
    }
    switch (to_kind) {
    case LC_PYKIND_TYPE:
        if (from_kind == LC_PYKIND_TYPE || (PyObject *)Py_TYPE(from) == to) {
            return OF_A_CLASS;
        }
        break;
    case LC_PYKIND_MODULE:
    case LC_PYKIND_FRAME:
    case LC_PYKIND_CODE:
        return ROUNDABOUT;
    case LC_PYKIND_DICT:
        if (from_kind == LC_PYKIND_TYPE) {
            return UNWRITTEN;
        }
        if (from_kind == LC_PYKIND_FUNCTION) {
            return ROUNDABOUT; /* Most often its globals. */
        }
        if (from_kind == LC_PYKIND_PLAIN) {
            return NAMESPACE;
        }
        break;
    default:
        if (from_kind == LC_PYKIND_TYPE && PyTuple_CheckExact(to)) {
            return ROUNDABOUT; /* Its bases or its order of resolution. */
        }
        break;
    }
    return from_kind == LC_PYKIND_CELL ? UNWRITTEN : LC_PYKIND_STEP;
}
