/* SPDX-License-Identifier: MIT */
#include "pyfresh.h"

#include <string.h> /* memcpy */

#include "internal/pycore_gc.h" /* PyGC_Head */

#include "../core/graph.h"
#include "pywide.h"

/* Calls `visit` for each object that the collector tracks, until it returns less than 0. */
static int
each_tracked(int (*visit)(PyObject *object, void *context), void *context)
{
    PyGC_Head *head;
    for (int i = 0; (head = lc_pywide_list(i)) != NULL; i++) {
        for (PyGC_Head *at = _PyGCHead_NEXT(head); at != head;
             at = _PyGCHead_NEXT(at)) {
            if (visit((PyObject *)(at + 1), context) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int
count_one(PyObject *object, void *context)
{
    (void)object;
    ++*(size_t *)context;
    return 0;
}

static int
write_one(PyObject *object, void *context)
{
    char **to = context;
    uint64_t address = (uint64_t)(uintptr_t)object;
    memcpy(*to, &address, sizeof address);
    *to += sizeof address;
    return 0;
}

PyObject *
lc_pyfresh_addresses(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    size_t count = 0;
    (void)each_tracked(count_one, &count);
    /* Not tracked itself, and made before the addresses are read. */
    PyObject *out =
        PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(count * sizeof(uint64_t)));
    if (out != NULL) {
        char *to = PyBytes_AS_STRING(out);
        (void)each_tracked(write_one, &to);
    }
    return out;
}

typedef struct {
    const lc_graph *known;
    PyObject *list; /* NULL: only count. */
    Py_ssize_t count;
    Py_ssize_t room;
} finding;

static int
find_one(PyObject *object, void *context)
{
    finding *to = context;
    if (object == to->list ||
        lc_graph_find(to->known, (uint64_t)(uintptr_t)object) != LC_GRAPH_NONE) {
        return 0;
    }
    if (to->list != NULL && to->count < to->room) {
        PyList_SET_ITEM(to->list, to->count, Py_NewRef(object));
    }
    to->count++;
    return 0;
}

PyObject *
lc_pyfresh_since(PyObject *module, PyObject *addresses)
{
    (void)module;
    if (!PyBytes_CheckExact(addresses) ||
        PyBytes_GET_SIZE(addresses) % (Py_ssize_t)sizeof(uint64_t) != 0) {
        PyErr_SetString(PyExc_TypeError, "give what addresses() returned");
        return NULL;
    }
    lc_graph *known;
    PyObject *list = NULL;
    size_t count = (size_t)PyBytes_GET_SIZE(addresses) / sizeof(uint64_t);
    lc_status status = lc_graph_new(count, &known);
    for (size_t i = 0; i < count && status == LC_OK; i++) {
        uint64_t address;
        uint32_t node;
        memcpy(&address, PyBytes_AS_STRING(addresses) + i * sizeof address,
               sizeof address);
        status = lc_graph_add(known, address, &node);
    }
    if (status != LC_OK) {
        lc_graph_free(known);
        return PyErr_NoMemory();
    }
    /* Nothing may die between the count and the list. */
    finding found = {.known = known};
    int enabled = PyGC_Disable();
    (void)each_tracked(find_one, &found);
    list = PyList_New(found.count);
    if (list != NULL) {
        found = (finding){.known = known, .list = list, .room = found.count};
        (void)each_tracked(find_one, &found);
    }
    if (enabled) {
        PyGC_Enable();
    }
    lc_graph_free(known);
    return list;
}
