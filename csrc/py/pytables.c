/* SPDX-License-Identifier: MIT */
#include "pytables.h"

#include <Python.h>
#include <stdbool.h>

#include "pyloaded.h"

enum { NAMES_MAX = 4 }; /* Of one module. */
enum { ENTRIES_MAX = 1 << 16 }; /* Free ones of a dict; a larger one stays as it is. */

static const struct {
    const char *module;
    const char *names[NAMES_MAX];
} TABLES[] = {
    {"threading", {"_active", "_limbo", "_dangling", "_shutdown_locks"}},
    {"concurrent.futures.thread", {"_threads_queues"}},
    {"asyncio.tasks", {"_all_tasks", "_scheduled_tasks", "_eager_tasks"}},
};

/* A set's intersection with itself: new table, same members, whole or not at all. By the
 * operator, whose call makes no tuple, so that none is left in the free lists. */
static void
compact_set(PyObject *set)
{
    Py_XDECREF(PyNumber_InPlaceAnd(set, set));
}

/* An entry that was deleted is not used again, so the same key, put in and taken out, fills
 * any table, and the dict makes a new one from its members. */
static void
compact_dict(PyObject *dict)
{
    const void *before = ((PyDictObject *)dict)->ma_keys;
    int status = PyDict_Contains(dict, Py_None) == 0 ? 0 : -1;
    for (int i = 0; status == 0 && i < ENTRIES_MAX; i++) {
        status = PyDict_SetItem(dict, Py_None, Py_None);
        if (status == 0) {
            status = PyDict_DelItem(dict, Py_None);
        }
        if (((PyDictObject *)dict)->ma_keys != before) {
            return;
        }
    }
}

/* False, and nothing is done: it is neither a set nor a dict, or a subclass of one. */
static bool
compact_own(PyObject *table)
{
    if (PySet_CheckExact(table)) {
        compact_set(table);
        return true;
    }
    if (PyDict_CheckExact(table)) {
        compact_dict(table);
        return true;
    }
    return false;
}

/* `owner`: a set, a dict, or a weak one of either, whose members are in one of its own. */
static void
compact(PyObject *owner)
{
    if (!compact_own(owner)) {
        PyObject *used = PyObject_GetAttrString(owner, "_iterating");
        PyObject *data = PyObject_GetAttrString(owner, "data");
        bool idle = used != NULL && PySet_CheckExact(used) && PySet_GET_SIZE(used) == 0;
        if (idle && data != NULL) {
            (void)compact_own(data);
        }
        Py_XDECREF(data);
        Py_XDECREF(used);
    }
    PyErr_Clear();
}

void
lc_pytables_compact(void)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(TABLES); i++) {
        PyObject *names = lc_pyloaded_names(TABLES[i].module);
        for (int j = 0; names != NULL && j < NAMES_MAX && TABLES[i].names[j] != NULL;
             j++) {
            PyObject *owner =
                PyDict_GetItemString(names, TABLES[i].names[j]); /* Borrowed. */
            if (owner != NULL) {
                Py_INCREF(owner);
                compact(owner);
                Py_DECREF(owner);
            }
        }
        Py_XDECREF(names);
    }
}
