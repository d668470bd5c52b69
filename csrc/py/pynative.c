/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "pynative.h"

#include <dlfcn.h>

#include "../os/shim.h"
#include "pyhook.h"
#include "pyrecord.h"

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
    return PyLong_FromLongLong(lc_pyrecord_native_live());
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
    lc_pyhook_prepare();
    leave_out_rooms();
    lc_pyrecord_share();
    listen(&ear);
    Py_RETURN_TRUE;
}
