/* SPDX-License-Identifier: MIT */
#include "pyholders.h"

#include "../core/mem.h"
#include "pyroots.h"
#include "pysearch.h"

enum { HEAD = 40, TAIL = 24 }; /* Objects of a long path that are shown. */

/* The sequences of one call. All but `harness` may change only between calls. */
typedef struct {
    PyObject *targets; /* All owned: list or tuple. */
    PyObject *roots;
    PyObject *closed;
    PyObject *harness; /* Tuple. */
    double max_seconds;
} arguments;

static void
release(arguments *args)
{
    Py_CLEAR(args->targets);
    Py_CLEAR(args->roots);
    Py_CLEAR(args->closed);
    Py_CLEAR(args->harness);
}

static int
check_roots(PyObject *roots)
{
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(roots); i++) {
        PyObject *root = PySequence_Fast_GET_ITEM(roots, i);
        if (!PyTuple_CheckExact(root) || PyTuple_GET_SIZE(root) != 2 ||
            !PyLong_CheckExact(PyTuple_GET_ITEM(root, 1))) {
            PyErr_Format(
                PyExc_TypeError,
                "root %zd is no pair of an object and its cost, a whole number", i);
            return -1;
        }
        long cost = PyLong_AsLong(PyTuple_GET_ITEM(root, 1));
        if (cost < 0 || cost > 63) {
            PyErr_Clear();
            PyErr_Format(PyExc_ValueError, "the cost of root %zd is not in 0 .. 63", i);
            return -1;
        }
    }
    return 0;
}

static int
check_harness(PyObject *harness)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(harness); i++) {
        if (!PyUnicode_CheckExact(PyTuple_GET_ITEM(harness, i))) {
            PyErr_SetString(PyExc_TypeError, "the harness is named by strings");
            return -1;
        }
    }
    return 0;
}

static int
parse(PyObject *args, PyObject *keywords, arguments *out)
{
    static char *names[] = {"targets", "roots",       "closed",
                            "harness", "max_seconds", NULL};
    PyObject *targets, *roots, *closed, *harness;
    *out = (arguments){.max_seconds = 0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OO$OO!d:holders", names, &targets,
                                     &roots, &closed, &PyTuple_Type, &harness,
                                     &out->max_seconds)) {
        return -1;
    }
    out->targets = PySequence_Fast(targets, "targets must be a list or a tuple");
    out->roots = PySequence_Fast(roots, "roots must be a list or a tuple");
    out->closed = PySequence_Fast(closed, "closed must be a list or a tuple");
    out->harness = Py_NewRef(harness);
    if (out->targets == NULL || out->roots == NULL || out->closed == NULL ||
        check_roots(out->roots) < 0 || check_harness(out->harness) < 0) {
        release(out);
        return -1;
    }
    if (!(out->max_seconds > 0)) {
        PyErr_SetString(PyExc_ValueError, "max_seconds must be above 0");
        release(out);
        return -1;
    }
    return 0;
}

/* Names everything to the search, in the order that it asks for. */
static lc_status
prepare(lc_pysearch *search, const arguments *args, uint32_t *nodes)
{
    lc_status status = LC_OK;
    PyObject *ours[] = {args->targets, args->roots, args->closed, args->harness};
    for (Py_ssize_t i = 0;
         status == LC_OK && i < PySequence_Fast_GET_SIZE(args->targets); i++) {
        status = lc_pysearch_target(search, PySequence_Fast_GET_ITEM(args->targets, i),
                                    &nodes[i]);
    }
    for (size_t i = 0; status == LC_OK && i < sizeof ours / sizeof *ours; i++) {
        status = lc_pysearch_close(search, ours[i]);
    }
    for (Py_ssize_t i = 0;
         status == LC_OK && i < PySequence_Fast_GET_SIZE(args->closed); i++) {
        status = lc_pysearch_close(search, PySequence_Fast_GET_ITEM(args->closed, i));
    }
    for (Py_ssize_t i = 0; status == LC_OK && i < PySequence_Fast_GET_SIZE(args->roots);
         i++) {
        PyObject *pair = PySequence_Fast_GET_ITEM(args->roots, i);
        status = lc_pysearch_close(search, pair);
        if (status == LC_OK) {
            long cost = PyLong_AsLong(PyTuple_GET_ITEM(pair, 1));
            status = lc_pysearch_start(search, PyTuple_GET_ITEM(pair, 0),
                                       (uint32_t)cost, (size_t)i);
        }
    }
    return status;
}

/* What begins a path: how, and what more is to be said of it. */
static PyObject *
origin_of(const lc_pysearch_root *root)
{
    switch (root->origin) {
    case LC_PYSEARCH_GIVEN:
        return Py_BuildValue("(sn)", "given", (Py_ssize_t)root->index);
    case LC_PYSEARCH_FRAME: {
        PyObject *names = root->code->co_localsplusnames;
        PyObject *name =
            root->local >= 0 ? PyTuple_GET_ITEM(names, root->local) : Py_None;
        return Py_BuildValue("(skOO)", "frame", root->thread, (PyObject *)root->code,
                             name);
    }
    case LC_PYSEARCH_THREAD:
        return Py_BuildValue("(sks)", "thread", root->thread, root->name);
    case LC_PYSEARCH_INTERPRETER:
        return Py_BuildValue("(ss)", "interpreter", root->name);
    default:
        return Py_BuildValue("(s)", "static type");
    }
}

/* (origin, objects from the root to the target, objects left out after the first HEAD). */
static PyObject *
chain_of(const lc_pysearch *search, uint32_t node)
{
    size_t length = lc_pysearch_length(search, node);
    if (length == 0) {
        Py_RETURN_NONE;
    }
    size_t skipped = length > HEAD + TAIL ? length - HEAD - TAIL : 0;
    PyObject *objects = PyTuple_New((Py_ssize_t)(length - skipped));
    PyObject *origin = NULL;
    if (objects == NULL) {
        return NULL;
    }
    for (size_t i = length; i-- > 0;) {
        if (i < HEAD || i >= HEAD + skipped) {
            size_t place = i < HEAD ? i : i - skipped;
            PyTuple_SET_ITEM(objects, (Py_ssize_t)place,
                             Py_NewRef(lc_pysearch_object(search, node)));
        }
        if (i > 0) {
            node = lc_pysearch_before(search, node);
        }
    }
    origin = origin_of(lc_pysearch_root_of(search, node));
    if (origin == NULL) {
        Py_DECREF(objects);
        return NULL;
    }
    return Py_BuildValue("(NNn)", origin, objects, (Py_ssize_t)skipped);
}

/* What an object counts itself, -1 where that says nothing. */
static PyObject *
count_of(PyObject *object)
{
    return PyLong_FromSsize_t(lc_pyroots_is_counted(object) ? Py_REFCNT(object) : -1);
}

/* Puts `item` into a list of the answer; false: there is none. */
static bool
put(PyObject *list, Py_ssize_t i, PyObject *item)
{
    if (item != NULL) {
        PyList_SET_ITEM(list, i, item);
    }
    return item != NULL;
}

static PyObject *
answer_of(const lc_pysearch *search, const uint32_t *nodes, Py_ssize_t count, bool cut)
{
    PyObject *lists[] = {PyList_New(count), PyList_New(count), PyList_New(count)};
    bool made = lists[0] != NULL && lists[1] != NULL && lists[2] != NULL;
    /* All counts before the first chain: chains refer to what they show. */
    for (Py_ssize_t i = 0; i < count && made; i++) {
        made = put(lists[2], i, count_of(lc_pysearch_object(search, nodes[i])));
    }
    for (Py_ssize_t i = 0; i < count && made; i++) {
        made =
            put(lists[0], i, chain_of(search, nodes[i])) &&
            put(lists[1], i, PyLong_FromLongLong(lc_pysearch_found(search, nodes[i])));
    }
    if (!made) {
        Py_XDECREF(lists[0]);
        Py_XDECREF(lists[1]);
        Py_XDECREF(lists[2]);
        return NULL;
    }
    return Py_BuildValue("(NNNNn)", lists[0], lists[1], lists[2], PyBool_FromLong(cut),
                         (Py_ssize_t)lc_pysearch_visited(search));
}

PyObject *
lc_pyholders_local(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *owner, *value;
    if (!PyArg_ParseTuple(args, "OO:local_of", &owner, &value)) {
        return NULL;
    }
    PyObject *name = lc_pyroots_local_name(owner, value);
    return Py_NewRef(name == NULL ? Py_None : name);
}

PyObject *
lc_pyholders_find(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    arguments given;
    if (parse(args, keywords, &given) < 0) {
        return NULL;
    }
    /* Nothing may die between the search and the answer. */
    int enabled = PyGC_Disable();
    Py_ssize_t count = PySequence_Fast_GET_SIZE(given.targets);
    uint32_t *nodes = lc_mem_calloc((size_t)count + 1, sizeof *nodes);
    lc_pysearch *search = NULL;
    PyObject *answer = NULL;
    lc_status status = LC_NOMEM;
    if (nodes != NULL) {
        status = lc_pysearch_new(given.harness, given.max_seconds, &search);
    }
    if (status == LC_OK) {
        status = prepare(search, &given, nodes);
    }
    if (status == LC_OK) {
        status = lc_pysearch_run(search);
    }
    if (status == LC_OK || status == LC_FULL) {
        answer = answer_of(search, nodes, count, status == LC_FULL);
    }
    else {
        PyErr_NoMemory();
    }
    lc_pysearch_free(search);
    lc_mem_free(nodes);
    if (enabled) {
        PyGC_Enable();
    }
    release(&given);
    return answer;
}
