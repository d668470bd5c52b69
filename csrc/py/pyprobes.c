/* SPDX-License-Identifier: MIT */
#include "pyprobes.h"

int
lc_pyprobes_check(PyObject *probes)
{
    if (lc_pyprobes_count(probes) > LC_GROWTH_PROBES_MAX) {
        PyErr_Format(PyExc_ValueError, "%zd probes are too many; there may be %d",
                     PyTuple_GET_SIZE(probes), (int)LC_GROWTH_PROBES_MAX);
        return -1;
    }
    for (int32_t i = 0; i < lc_pyprobes_count(probes); i++) {
        if (!PyCallable_Check(PyTuple_GET_ITEM(probes, i))) {
            PyErr_SetString(PyExc_TypeError, "probes must be a tuple of callables");
            return -1;
        }
    }
    return 0;
}

int32_t
lc_pyprobes_count(PyObject *probes)
{
    if (probes == NULL) {
        return 0;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(probes);
    return count > INT32_MAX ? INT32_MAX : (int32_t)count;
}

int
lc_pyprobes_read(PyObject *probes, int64_t out[LC_GROWTH_PROBES_MAX])
{
    for (int32_t i = 0; i < lc_pyprobes_count(probes); i++) {
        PyObject *number = PyObject_CallNoArgs(PyTuple_GET_ITEM(probes, i));
        long long count = number == NULL ? -1 : PyLong_AsLongLong(number);
        Py_XDECREF(number);
        if (count == -1 && PyErr_Occurred()) {
            return -1;
        }
        out[i] = count;
    }
    return 0;
}
