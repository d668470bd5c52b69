/* SPDX-License-Identifier: MIT */
#include "pyfilters.h"

#include <stdbool.h>

static PyObject *ours; /* The list of one filter; owned for ever, as are the names. */
static PyObject *module; /* "warnings" */
static PyObject *filters; /* "filters" */
static PyObject *text; /* Of the warning and its file. */
/* Each context has filters of its own, which are asked before the module's, and which might
 * show what is to be ignored: from CPython 3.14 on, where asked for. */
static bool by_context;

int
lc_pyfilters_prepare(void)
{
    if (ours != NULL) {
        return 0;
    }
    module = PyUnicode_InternFromString("warnings");
    filters = PyUnicode_InternFromString("filters");
    text = PyUnicode_InternFromString("leakcheck");
    if (module == NULL || filters == NULL || text == NULL) {
        return -1;
    }
    PyObject *flags = PySys_GetObject("flags"); /* Borrowed. */
    PyObject *flag =
        flags == NULL ? NULL : PyObject_GetAttrString(flags, "context_aware_warnings");
    by_context = flag != NULL && PyObject_IsTrue(flag) == 1;
    Py_XDECREF(flag);
    PyErr_Clear();
    ours = Py_BuildValue("[(sOOOi)]", "ignore", Py_None, PyExc_Warning, Py_None, 0);
    return ours == NULL ? -1 : 0;
}

void
lc_pyfilters_forget(void)
{
    if (by_context) {
        return;
    }
    PyObject *error[3];
    PyErr_Fetch(&error[0], &error[1], &error[2]);
    PyObject *warnings = PyImport_GetModule(module);
    if (warnings != NULL && PyModule_CheckExact(warnings)) {
        PyObject *names = PyModule_GetDict(warnings); /* Borrowed. */
        PyObject *kept = PyDict_GetItemWithError(names, filters);
        if (kept != NULL && PyList_CheckExact(kept)) {
            Py_INCREF(kept);
            if (PyDict_SetItem(names, filters, ours) == 0) {
                (void)PyErr_WarnExplicitObject(PyExc_Warning, text, text, 1, NULL,
                                               NULL);
                PyErr_Clear();
                (void)PyDict_SetItem(names, filters, kept);
            }
            Py_DECREF(kept);
        }
    }
    Py_XDECREF(warnings);
    PyErr_Clear();
    PyErr_Restore(error[0], error[1], error[2]);
}
