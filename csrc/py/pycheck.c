/* SPDX-License-Identifier: MIT */
#include "pycheck.h"

#include "pydrive.h"
#include "pyloop.h"
#include "pyowners.h"
#include "pyprobes.h"
#include "pyresult.h"

typedef struct {
    PyObject_HEAD
    lc_pyloop *loop; /* Owned. */
    bool busy; /* A method works on the loop; the program's code may run in it. */
} Check;

static int
check_names(PyObject *counted)
{
    for (Py_ssize_t i = 0; counted != NULL && i < PyTuple_GET_SIZE(counted); i++) {
        if (!PyDict_CheckExact(PyTuple_GET_ITEM(counted, i))) {
            PyErr_SetString(PyExc_TypeError, "counted must be a tuple of dicts");
            return -1;
        }
    }
    return 0;
}

static int
check_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {
        "mode",
        "rate",
        "max_seconds",
        "iterations",
        "first_window",
        "windows",
        "seed",
        "shut_free_lists",
        "wide",
        "max_objects",
        "earlier_slope",
        "earlier_runs",
        "earlier_metric",
        "counted",
        "probes",
        "part",
        NULL,
    };
    Check *self = (Check *)op;
    int mode = LC_GROWTH_ADAPTIVE;
    double rate = 0.75;
    double max_seconds = 0.0;
    int iterations = 0;
    int first_window = 0;
    int windows = 3;
    unsigned long long seed = 1;
    int shut = true;
    int wide = false;
    long long max_objects = 1000000;
    double earlier_slope = 0.0;
    int earlier_runs = 0;
    int earlier_metric = 0;
    PyObject *counted = NULL;
    PyObject *probes = NULL;
    int part = LC_GROWTH_WHOLE;
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "|$iddiiiKppLdiiO!O!i:Check", names, &mode, &rate,
            &max_seconds, &iterations, &first_window, &windows, &seed, &shut, &wide,
            &max_objects, &earlier_slope, &earlier_runs, &earlier_metric, &PyTuple_Type,
            &counted, &PyTuple_Type, &probes, &part) ||
        check_names(counted) < 0 || lc_pyprobes_check(probes) < 0) {
        return -1;
    }
    if (self->loop != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "a Check can't be initialised twice");
        return -1;
    }
    if (mode < LC_GROWTH_ADAPTIVE || mode > LC_GROWTH_FIXED) {
        PyErr_Format(PyExc_ValueError, "mode %d is out of range", mode);
        return -1;
    }
    if (part < LC_GROWTH_WHOLE || part > LC_GROWTH_TRACE_ONLY ||
        (part != LC_GROWTH_WHOLE && mode != LC_GROWTH_ADAPTIVE)) {
        PyErr_Format(PyExc_ValueError, "mode %d has no part %d", mode, part);
        return -1;
    }
    lc_growth_settings settings = {
        .mode = (lc_growth_mode)mode,
        .part = (lc_growth_part)part,
        .rate = rate,
        .warmup_max = 8,
        .first_window = first_window,
        .windows = windows,
        .iterations = iterations,
        .seed = seed,
        .wide = wide != 0,
        .earlier_slope = earlier_slope,
        .earlier_runs = earlier_runs,
        .earlier_metric = earlier_metric,
    };
    lc_pyloop_settings limits = {
        .max_seconds = max_seconds,
        .max_objects = max_objects,
        .shut = shut != 0,
        .counted = counted,
        .probes = probes,
    };
    self->loop = lc_pyloop_new(&settings, &limits);
    return self->loop == NULL ? -1 : 0;
}

static void
check_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    lc_pyloop_free(((Check *)op)->loop);
    type->tp_free(op);
    Py_DECREF(type);
}

/* The loop, if it may be used now. Not by the body, by a finaliser that a collection of
 * ours calls, or by another thread meanwhile. */
static lc_pyloop *
usable(Check *self)
{
    if (self->loop == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "this Check was never initialised");
        return NULL;
    }
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "this Check is at work already");
        return NULL;
    }
    return self->loop;
}

static PyObject *
check_drive(PyObject *op, PyObject *args)
{
    Check *self = (Check *)op;
    PyObject *body;
    PyObject *progress = Py_None;
    if (!PyArg_ParseTuple(args, "O|O:drive", &body, &progress)) {
        return NULL;
    }
    if (!PyCallable_Check(body)) {
        PyErr_Format(PyExc_TypeError, "the body must be callable, not %.100s",
                     Py_TYPE(body)->tp_name);
        return NULL;
    }
    lc_pyloop *loop = usable(self);
    if (loop == NULL) {
        return NULL;
    }
    self->busy = true;
    int status = lc_pydrive_all(loop, body, progress == Py_None ? NULL : progress);
    self->busy = false;
    if (status < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
check_next(PyObject *op, PyObject *ignored)
{
    (void)ignored;
    Check *self = (Check *)op;
    lc_pyloop *loop = usable(self);
    if (loop == NULL) {
        return NULL;
    }
    int32_t runs;
    self->busy = true;
    int more = lc_pyloop_next(loop, NULL, &runs);
    self->busy = false;
    if (more < 0) {
        return NULL;
    }
    return PyLong_FromLong(more == 0 ? -1 : runs);
}

static PyObject *
check_read(PyObject *op, PyObject *ignored)
{
    (void)ignored;
    Check *self = (Check *)op;
    lc_pyloop *loop = usable(self);
    if (loop == NULL) {
        return NULL;
    }
    self->busy = true;
    int status = lc_pyloop_read(loop);
    self->busy = false;
    if (status < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
check_close(PyObject *op, PyObject *ignored)
{
    (void)ignored;
    lc_pyloop *loop = usable((Check *)op);
    if (loop == NULL) {
        return NULL;
    }
    lc_pyloop_close(loop);
    Py_RETURN_NONE;
}

/* The loop, if it may be asked what it found. */
static const lc_pyloop *
ended(Check *self)
{
    const lc_pyloop *loop = usable(self);
    if (loop != NULL && !lc_pyloop_closed(loop)) {
        PyErr_SetString(PyExc_RuntimeError, "the check is not decided or closed yet");
        return NULL;
    }
    return loop;
}

static PyObject *
check_result(PyObject *op, PyObject *ignored)
{
    (void)ignored;
    const lc_pyloop *loop = ended((Check *)op);
    if (loop == NULL) {
        return NULL;
    }
    lc_pyloop_evidence evidence = lc_pyloop_evidence_of(loop);
    return lc_pyresult_build(&evidence);
}

static PyObject *
check_owners(PyObject *op, PyObject *arg)
{
    double max_seconds = PyFloat_AsDouble(arg);
    if (max_seconds == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    if (!(max_seconds > 0)) {
        PyErr_SetString(PyExc_ValueError, "max_seconds must be above 0");
        return NULL;
    }
    const lc_pyloop *loop = ended((Check *)op);
    if (loop == NULL) {
        return NULL;
    }
    lc_pyloop_evidence evidence = lc_pyloop_evidence_of(loop);
    return lc_pyowners_find(&evidence, max_seconds);
}

static PyMethodDef methods[] = {
    {"drive", check_drive, METH_VARARGS,
     PyDoc_STR("Run the whole check of a callable.")},
    {"next", check_next, METH_NOARGS,
     PyDoc_STR("Runs to do before read; -1: decided.")},
    {"read", check_read, METH_NOARGS,
     PyDoc_STR("Collect, read the counters and feed them.")},
    {"close", check_close, METH_NOARGS, PyDoc_STR("Undo everything. Idempotent.")},
    {"result", check_result, METH_NOARGS, PyDoc_STR("The verdict and the evidence.")},
    {"owners", check_owners, METH_O,
     PyDoc_STR("What lies in the blocks that grew; None: the time ran out.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("One check of one body.")},
    {Py_tp_init, (void *)check_init},
    {Py_tp_dealloc, (void *)check_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_new, (void *)PyType_GenericNew},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "leakcheck._core.Check",
    .basicsize = sizeof(Check),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};

int
lc_pycheck_register(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &spec, NULL);
    int status = type == NULL ? -1 : PyModule_AddType(module, (PyTypeObject *)type);
    Py_XDECREF(type);
    return status;
}
