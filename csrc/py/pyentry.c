/* SPDX-License-Identifier: MIT */
#include "pyentry.h"

static PyTypeObject *deque; /* Owned for ever. */

int
lc_pyentry_prepare(void)
{
    if (deque != NULL) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("collections");
    PyObject *type = module == NULL ? NULL : PyObject_GetAttrString(module, "deque");
    Py_XDECREF(module);
    if (type != NULL && !PyType_Check(type)) {
        PyErr_SetString(PyExc_TypeError, "collections.deque is no type");
        Py_CLEAR(type);
    }
    deque = (PyTypeObject *)type;
    return type == NULL ? -1 : 0;
}

bool
lc_pyentry_counts(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_LIST_SUBCLASS) || type == deque ||
           (type->tp_basicsize >= deque->tp_basicsize && PyType_IsSubtype(type, deque));
}
