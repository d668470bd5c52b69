/* SPDX-License-Identifier: MIT */
#include "pyloaded.h"

PyObject *
lc_pyloaded_names(const char *module)
{
    PyObject *name = PyUnicode_FromString(module);
    PyObject *loaded = name == NULL ? NULL : PyImport_GetModule(name);
    PyObject *names = NULL;
    if (loaded != NULL && PyModule_CheckExact(loaded)) {
        names = Py_NewRef(PyModule_GetDict(loaded));
    }
    Py_XDECREF(loaded);
    Py_XDECREF(name);
    PyErr_Clear();
    return names;
}
