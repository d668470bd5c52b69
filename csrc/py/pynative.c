/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "pynative.h"

#include <dlfcn.h>
#include <string.h> /* strlen */

#include "../core/mem.h"
#include "../os/backtrace.h"
#include "../os/shim.h"
#include "pyhook.h"
#include "pyrecord.h"
#include "pytally.h"

/* Requests of the object allocator for room; smaller ones are chunks of Python's stacks,
 * which are somebody's. */
enum { ROOM = 1 << 18 };

static PyObjectArenaAllocator rooms; /* What stood below. */

static void *
room_alloc(void *ctx, size_t size)
{
    lc_pyrecord_nested += size >= ROOM;
    void *room = rooms.alloc(ctx, size);
    lc_pyrecord_nested -= size >= ROOM;
    return room;
}

static void
room_free(void *ctx, void *room, size_t size)
{
    lc_pyrecord_nested += size >= ROOM;
    rooms.free(ctx, room, size);
    lc_pyrecord_nested -= size >= ROOM;
}

/* Whenever the object allocator maps room for more blocks, none of these has come. */
static void
leave_out_rooms(void)
{
    if (rooms.alloc == NULL) {
        PyObject_GetArenaAllocator(&rooms);
        PyObjectArenaAllocator ours = {rooms.ctx, room_alloc, room_free};
        PyObject_SetArenaAllocator(&ours);
    }
}

PyObject *
lc_pynative_blocks(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return PyLong_FromLongLong(lc_pytally_live());
}

/* (file, offset, symbol, build id) */
static PyObject *
place_tuple(uintptr_t address, lc_objects_place *place)
{
    if (!lc_objects_find(address, place)) {
        Py_RETURN_NONE;
    }
    const char *symbol = place->symbol == NULL ? "" : place->symbol;
    PyObject *file = PyUnicode_DecodeFSDefault(place->file);
    PyObject *name =
        PyUnicode_DecodeUTF8(symbol, (Py_ssize_t)strlen(symbol), "replace");
    PyObject *build_id = PyBytes_FromStringAndSize((const char *)place->build_id,
                                                   (Py_ssize_t)place->build_id_size);
    PyObject *tuple = NULL;
    if (file != NULL && name != NULL && build_id != NULL) {
        tuple = Py_BuildValue("(OKOO)", file, (unsigned long long)place->offset, name,
                              build_id);
    }
    Py_XDECREF(file);
    Py_XDECREF(name);
    Py_XDECREF(build_id);
    return tuple;
}

PyObject *
lc_pynative_places(PyObject *module, PyObject *addresses)
{
    (void)module;
    PyObject *all = PySequence_Tuple(addresses);
    lc_objects_place *place = lc_mem_calloc(1, sizeof *place);
    PyObject *list = PyList_New(0);
    if (place == NULL) {
        PyErr_NoMemory();
    }
    if (all == NULL || place == NULL || list == NULL) {
        goto fail;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(all); i++) {
        unsigned long long address =
            PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(all, i));
        PyObject *one =
            PyErr_Occurred() ? NULL : place_tuple((uintptr_t)address, place);
        int status = one == NULL ? -1 : PyList_Append(list, one);
        Py_XDECREF(one);
        if (status < 0) {
            goto fail;
        }
    }
    Py_DECREF(all);
    lc_mem_free(place);
    return list;

fail:
    Py_XDECREF(all);
    Py_XDECREF(list);
    lc_mem_free(place);
    return NULL;
}

PyObject *
lc_pynative_listen(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    static const lc_shim_ear ear = {
        .came = lc_pyrecord_native_came,
        .went = lc_pyrecord_native_went,
        .mapped = lc_pyrecord_native_mapped,
        .unmapped = lc_pyrecord_native_unmapped,
    };
    lc_shim_listen_function *listen;
    /* POSIX's way to turn what dlsym returns into a function. */
    *(void **)&listen = dlsym(RTLD_DEFAULT, LC_SHIM_LISTEN);
    if (listen == NULL) {
        Py_RETURN_FALSE;
    }
    if (lc_pyrecord_share() != LC_OK) {
        return PyErr_NoMemory();
    }
    lc_pyhook_prepare();
    const lc_objects_range ours[2] = {
        lc_objects_range_of(*(void **)&listen),
        lc_objects_range_of(&ear),
    };
    void *python = dlsym(RTLD_DEFAULT, "_PyEval_EvalFrameDefault");
    (void)lc_backtrace_prepare(ours, lc_objects_range_of(python));
    leave_out_rooms();
    listen(&ear);
    Py_RETURN_TRUE;
}
