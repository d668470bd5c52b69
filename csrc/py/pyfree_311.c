/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11 and 3.12. Tuples and floats hang in chains beside a count: an empty chain
 * that counts as full gives nothing and takes nothing. Lists, dicts and the keys of dicts
 * lie in arrays below their count, which can't be empty and full at once: what a
 * deallocator has put there is released right after it.
 */
#include "pyfree.h"

#include <Python.h>
#include <stdbool.h>

#include "internal/pycore_interp.h" /* PyInterpreterState */
#include "pyframe.h"

/* A type whose deallocator is wrapped while the lists are shut. */
typedef struct {
    PyTypeObject *type;
    destructor original; /* The type's own. */
    destructor ours;
} wrapped;

static PyInterpreterState *interpreter; /* The main one; NULL: layouts not as known. */
static bool is_shut;

/* Releases what lies in the arrays, as a full collection does. */
static void
drain(void)
{
    struct _Py_list_state *lists = &interpreter->list;
    while (lists->numfree > 0) {
        PyObject_GC_Del(lists->free_list[--lists->numfree]);
    }
    struct _Py_dict_state *dicts = &interpreter->dict_state;
    while (dicts->numfree > 0) {
        PyObject_GC_Del(dicts->free_list[--dicts->numfree]);
    }
    while (dicts->keys_numfree > 0) {
        PyObject_Free(dicts->keys_free_list[--dicts->keys_numfree]);
    }
}

/* The type has its own deallocator back meanwhile: the interpreter compares the two to
 * keep deeply nested containers from exhausting the C stack. */
static void
deallocate(const wrapped *w, PyObject *self)
{
    bool outermost = w->type->tp_dealloc == w->ours && lc_pyframe_thread() != NULL;
    if (outermost) {
        w->type->tp_dealloc = w->original;
    }
    w->original(self);
    if (outermost && is_shut) {
        w->type->tp_dealloc = w->ours;
        drain();
    }
}

static void list_dealloc(PyObject *self);
static void dict_dealloc(PyObject *self);

static wrapped list = {&PyList_Type, NULL, list_dealloc};
static wrapped dict = {&PyDict_Type, NULL, dict_dealloc};

static void
list_dealloc(PyObject *self)
{
    deallocate(&list, self);
}

static void
dict_dealloc(PyObject *self)
{
    deallocate(&dict, self);
}

static void
wrap(wrapped *w)
{
    if (w->type->tp_dealloc != w->ours) {
        w->original = w->type->tp_dealloc;
        w->type->tp_dealloc = w->ours;
    }
}

static void
unwrap(wrapped *w)
{
    if (w->type->tp_dealloc == w->ours) { /* Nobody wrapped it after us. */
        w->type->tp_dealloc = w->original;
    }
}

int
lc_pyfree_prepare(void)
{
    PyInterpreterState *main = PyInterpreterState_Main();
    PyObject *l = PyList_New(0);
    PyObject *d = PyDict_New();
    PyObject *t = PyTuple_New(1);
    PyObject *f = PyFloat_FromDouble(0.5);
    bool made = l != NULL && d != NULL && t != NULL && f != NULL;
    int lists = main->list.numfree;
    int dicts = main->dict_state.numfree;
    int tuples = main->tuple.numfree[0];
    int floats = main->float_state.numfree;
    Py_XDECREF(l);
    Py_XDECREF(d);
    Py_XDECREF(t);
    Py_XDECREF(f);
    if (!made) {
        return -1;
    }
    if (main->list.numfree == lists + 1 && dicts + 1 == main->dict_state.numfree &&
        main->tuple.numfree[0] == tuples + 1 &&
        main->float_state.numfree == floats + 1 &&
        (PyObject *)main->list.free_list[lists] == l &&
        (PyObject *)main->dict_state.free_list[dicts] == d &&
        (PyObject *)main->tuple.free_list[0] == t &&
        (PyObject *)main->float_state.free_list == f) {
        interpreter = main;
    }
    return 0;
}

/* Turns an empty chain's count from `from` to `to`. */
static void
turn(const void *chain, int *count, int from, int to)
{
    if (chain == NULL && *count == from) {
        *count = to;
    }
}

void
lc_pyfree_shut(void)
{
    if (interpreter == NULL) {
        return;
    }
    is_shut = true;
    struct _Py_tuple_state *tuples = &interpreter->tuple;
    for (int i = 0; i < PyTuple_NFREELISTS; i++) {
        turn(tuples->free_list[i], &tuples->numfree[i], 0, PyTuple_MAXFREELIST);
    }
    struct _Py_float_state *floats = &interpreter->float_state;
    turn(floats->free_list, &floats->numfree, 0, PyFloat_MAXFREELIST);
    wrap(&list);
    wrap(&dict);
    drain();
}

void
lc_pyfree_open(void)
{
    if (!is_shut) {
        return;
    }
    is_shut = false;
    unwrap(&list);
    unwrap(&dict);
    struct _Py_tuple_state *tuples = &interpreter->tuple;
    for (int i = 0; i < PyTuple_NFREELISTS; i++) {
        turn(tuples->free_list[i], &tuples->numfree[i], PyTuple_MAXFREELIST, 0);
    }
    struct _Py_float_state *floats = &interpreter->float_state;
    turn(floats->free_list, &floats->numfree, PyFloat_MAXFREELIST, 0);
}
