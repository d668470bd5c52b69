/* SPDX-License-Identifier: MIT
 *
 * leakcheck._core: the method table and what import does. No logic.
 */
#include <Python.h>

#include "../core/growth_plan.h"
#include "../core/growth_series.h"
#include "../core/mem.h"
#include "pyapart.h"
#include "pycaches.h"
#include "pycheck.h"
#include "pycounts.h"
#include "pyframe.h"
#include "pyfree.h"
#include "pyfresh.h"
#include "pyheap.h"
#include "pyholders.h"
#include "pyintern.h"
#include "pylarge.h"
#include "pyloop.h"
#include "pynative.h"
#include "pyresult.h"
#include "pyshut.h"
#include "pywide.h"

static PyObject *
core_self_test(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    const char *fault = lc_pyframe_fault();
    return PyUnicode_FromString(fault == NULL ? "" : fault);
}

static PyObject *
core_stack(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return lc_pyresult_stack();
}

static PyObject *
core_active(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return PyBool_FromLong(lc_pyloop_active());
}

static PyObject *
core_interned(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    int64_t count;
    if (!lc_pyintern_count(&count)) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLongLong(count);
}

static PyObject *
core_is_interned(PyObject *module, PyObject *one)
{
    (void)module;
    return PyBool_FromLong(lc_pyintern_is_table(one));
}

static PyObject *
core_empty_also(PyObject *module, PyObject *arg)
{
    (void)module;
    if (!PyTuple_CheckExact(arg)) {
        PyErr_Format(PyExc_TypeError, "a tuple of callables is needed, not %.100s",
                     Py_TYPE(arg)->tp_name);
        return NULL;
    }
    lc_pycaches_also(arg);
    Py_RETURN_NONE;
}

static PyObject *
core_empty(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    lc_pycaches_empty();
    Py_RETURN_NONE;
}

static PyObject *
core_wide(PyObject *module, PyObject *arg)
{
    (void)module;
    int64_t most = PyLong_AsLongLong(arg);
    if (most == -1 && PyErr_Occurred()) {
        return NULL;
    }
    lc_pywide_counts counts;
    if (!lc_pywide_read(most, &counts)) {
        Py_RETURN_NONE;
    }
    return Py_BuildValue("(LL)", (long long)counts.objects,
                         (long long)counts.references);
}

static PyObject *
core_counted(PyObject *module, PyObject *names)
{
    (void)module;
    PyObject *one = PyTuple_CheckExact(names) ? names : NULL;
    for (Py_ssize_t i = 0; one != NULL && i < PyTuple_GET_SIZE(names); i++) {
        one = PyDict_CheckExact(PyTuple_GET_ITEM(names, i)) ? one : NULL;
    }
    if (one == NULL) {
        PyErr_SetString(PyExc_TypeError, "counted() takes a tuple of dicts");
        return NULL;
    }
    lc_pycounts *counts = lc_pycounts_new(names);
    PyObject *list = counts == NULL ? NULL : lc_pycounts_list(counts);
    lc_pycounts_clear(&counts);
    return list;
}

static PyObject *
core_leave_out(PyObject *module, PyObject *lists)
{
    (void)module;
    if (!PyList_CheckExact(lists)) {
        PyErr_SetString(PyExc_TypeError, "leave_out() takes a list of lists");
        return NULL;
    }
    if (!lc_pyapart_is_ready()) {
        Py_RETURN_FALSE;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(lists); i++) {
        PyObject *one = PyList_GET_ITEM(lists, i);
        if (PyList_CheckExact(one)) {
            lc_pyapart_leave_out(one);
        }
    }
    Py_RETURN_TRUE;
}

static PyObject *
core_sortings(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return PyLong_FromLongLong(lc_pyapart_sortings());
}

/* Fills `out` (owned by the caller, freed by lc_mem_free) from numbers in 0 .. `most`, or
 * any where `most` is negative. A tuple of our own: a number's __index__ may change the
 * sequence. */
static int
numbers(PyObject *sequence, int64_t most, int64_t **out, Py_ssize_t *count)
{
    PyObject *tuple = PySequence_Tuple(sequence);
    if (tuple == NULL) {
        return -1;
    }
    int status = -1;
    *count = PyTuple_GET_SIZE(tuple);
    *out = lc_mem_calloc((size_t)*count + 1, sizeof **out);
    if (*out == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t i = 0; i < *count; i++) {
        int64_t value = PyLong_AsLongLong(PyTuple_GET_ITEM(tuple, i));
        if (value == -1 && PyErr_Occurred()) {
            goto done;
        }
        if (most >= 0 && (value < 0 || value > most)) {
            PyErr_Format(PyExc_ValueError, "%lld is not in 0 .. %lld", (long long)value,
                         (long long)most);
            goto done;
        }
        (*out)[i] = value;
    }
    status = 0;

done:
    Py_DECREF(tuple);
    return status;
}

static int32_t *
narrow(const int64_t *values, Py_ssize_t count)
{
    int32_t *out = lc_mem_calloc((size_t)count + 1, sizeof *out);
    for (Py_ssize_t i = 0; out != NULL && i < count; i++) {
        out[i] = (int32_t)values[i];
    }
    return out;
}

static PyObject *
core_judge_series(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *runs_arg, *counts_arg, *ends_arg;
    double rate;
    if (!PyArg_ParseTuple(args, "OOOd:judge_series", &runs_arg, &counts_arg, &ends_arg,
                          &rate)) {
        return NULL;
    }
    int64_t *runs = NULL, *counts = NULL, *ends = NULL;
    int32_t *runs32 = NULL, *ends32 = NULL;
    Py_ssize_t run_count, count_count, end_count;
    PyObject *answer = NULL;
    if (numbers(runs_arg, INT32_MAX, &runs, &run_count) < 0 ||
        numbers(counts_arg, -1, &counts, &count_count) < 0 ||
        numbers(ends_arg, INT32_MAX, &ends, &end_count) < 0) {
        goto done;
    }
    if (run_count != count_count || run_count > INT32_MAX || end_count > run_count) {
        PyErr_SetString(PyExc_ValueError, "runs, counts and window ends do not fit");
        goto done;
    }
    if (!(rate > 0 && rate <= 1)) {
        PyErr_SetString(PyExc_ValueError, "the rate must be above 0 and at most 1");
        goto done;
    }
    for (Py_ssize_t i = 1; i < run_count; i++) {
        if (runs[i] <= runs[i - 1]) {
            PyErr_SetString(PyExc_ValueError, "runs must be rising");
            goto done;
        }
    }
    for (Py_ssize_t i = 0; i < end_count; i++) {
        if (ends[i] >= run_count || (i > 0 && ends[i] <= ends[i - 1])) {
            PyErr_SetString(PyExc_ValueError,
                            "window ends must be rising mark indices");
            goto done;
        }
    }
    runs32 = narrow(runs, run_count);
    ends32 = narrow(ends, end_count);
    if (runs32 == NULL || ends32 == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    lc_growth_result judged;
    lc_growth_series_judge(runs32, counts, (int32_t)run_count, ends32,
                           (int32_t)end_count, rate, &judged);
    answer = Py_BuildValue("(idO)", (int)judged.verdict, judged.slope,
                           judged.exact ? Py_True : Py_False);

done:
    lc_mem_free(runs);
    lc_mem_free(counts);
    lc_mem_free(ends);
    lc_mem_free(runs32);
    lc_mem_free(ends32);
    return answer;
}

static PyMethodDef methods[] = {
    {"self_test", core_self_test, METH_NOARGS,
     PyDoc_STR("Empty, or how this interpreter's layout differs from the build's.")},
    {"stack", core_stack, METH_NOARGS,
     PyDoc_STR("The running Python stack as the hooks read it, innermost first.")},
    {"active", core_active, METH_NOARGS,
     PyDoc_STR("A check is running in this process.")},
    {"interned", core_interned, METH_NOARGS,
     PyDoc_STR("How many strings are interned, or None.")},
    {"is_interned", core_is_interned, METH_O,
     PyDoc_STR("Whether it is the interpreter's own dict of interned strings.")},
    {"wide", core_wide, METH_O,
     PyDoc_STR("(gc objects, entries of lists and deques); None: above the limit.")},
    {"empty_also", core_empty_also, METH_O,
     PyDoc_STR("Have each reading call these first.")},
    {"empty", core_empty, METH_NOARGS,
     PyDoc_STR("Empty the caches that a reading does.")},
    {"leave_out", core_leave_out, METH_O,
     PyDoc_STR("Count entries of those lists no more, until sortings() rises.")},
    {"sortings", core_sortings, METH_NOARGS,
     PyDoc_STR("How often all lists were set apart anew.")},
    {"holders", (PyCFunction)(void (*)(void))lc_pyholders_find,
     METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Paths from roots to objects, and the references to them.")},
    {"addresses", lc_pyfresh_addresses, METH_NOARGS,
     PyDoc_STR("Where the objects are that the collector tracks.")},
    {"fresh", lc_pyfresh_since, METH_O,
     PyDoc_STR("The objects that the collector tracks besides those.")},
    {"local_of", lc_pyholders_local, METH_VARARGS,
     PyDoc_STR("The local variable by which a frame or generator holds a value.")},
    {"counted", core_counted, METH_O,
     PyDoc_STR("The objects whose reference counts a Check adds up.")},
    {"native_blocks", lc_pynative_blocks, METH_NOARGS,
     PyDoc_STR("Native blocks that came minus those that went.")},
    {"native_listen", lc_pynative_listen, METH_NOARGS,
     PyDoc_STR("Have the preloaded shim tell of native blocks; false: there is none.")},
    {"native_places", lc_pynative_places, METH_O,
     PyDoc_STR("Which object holds each code address, and where in it.")},
    {"judge_series", core_judge_series, METH_VARARGS,
     PyDoc_STR("(verdict, slope, exact) of one site's series.")},
    {NULL, NULL, 0, NULL},
};

static int
core_exec(PyObject *module)
{
    if (Py_Version >> 16 != PY_VERSION_HEX >> 16) {
        PyErr_SetString(PyExc_ImportError,
                        "leakcheck was built for another Python version; reinstall it "
                        "with this interpreter");
        return -1;
    }
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(
            PyExc_ImportError,
            "leakcheck measures the main interpreter only; import it there");
        return -1;
    }
    lc_pyframe_prepare();
    if (lc_pyheap_prepare() < 0 || lc_pyfree_prepare() < 0 || lc_pyshut_prepare() < 0 ||
        lc_pylarge_prepare() < 0 || lc_pywide_prepare() < 0 ||
        lc_pyapart_prepare() < 0 || lc_pycheck_register(module) < 0) {
        return -1;
    }
    if (PyModule_AddIntConstant(module, "MODE_ADAPTIVE", LC_GROWTH_ADAPTIVE) < 0 ||
        PyModule_AddIntConstant(module, "MODE_CONFIRM", LC_GROWTH_CONFIRM) < 0 ||
        PyModule_AddIntConstant(module, "MODE_FIXED", LC_GROWTH_FIXED) < 0 ||
        PyModule_AddIntConstant(module, "PART_WHOLE", LC_GROWTH_WHOLE) < 0 ||
        PyModule_AddIntConstant(module, "PART_SCREEN", LC_GROWTH_SCREEN_ONLY) < 0 ||
        PyModule_AddIntConstant(module, "PART_TRACE", LC_GROWTH_TRACE_ONLY) < 0) {
        return -1;
    }
    PyObject *examined = PyFloat_FromDouble(lc_growth_plan_rate_examined);
    int status = PyModule_AddObjectRef(module, "RATE_EXAMINED", examined);
    Py_XDECREF(examined);
    return status;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)core_exec},
#ifdef Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "leakcheck._core",
    .m_doc = PyDoc_STR("leakcheck's sampler."),
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

/* Declared, because the interpreter looks it up by name and no header does. */
PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC
PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
