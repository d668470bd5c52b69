/* SPDX-License-Identifier: MIT */
#include "pyfilters.h"

#include <stdbool.h>

#include "pyloaded.h"

static PyObject *ours; /* The list of one filter; owned for ever, as are the texts. */
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
    filters = PyUnicode_InternFromString("filters");
    text = PyUnicode_InternFromString("leakcheck");
    if (filters == NULL || text == NULL) {
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
    PyObject *names = lc_pyloaded_names("warnings");
    PyObject *kept = names == NULL ? NULL : PyDict_GetItemWithError(names, filters);
    if (kept != NULL && PyList_CheckExact(kept)) {
        Py_INCREF(kept);
        if (PyDict_SetItem(names, filters, ours) == 0) {
            (void)PyErr_WarnExplicitObject(PyExc_Warning, text, text, 1, NULL, NULL);
            PyErr_Clear();
            (void)PyDict_SetItem(names, filters, kept);
        }
        Py_DECREF(kept);
    }
    Py_XDECREF(names);
    PyErr_Clear();
}
