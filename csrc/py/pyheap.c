/* SPDX-License-Identifier: MIT */
#include "pyheap.h"

#include "pycaches.h"
#include "pyfilters.h"
#include "pytables.h"

static PyObject *get_blocks;       /* sys.getallocatedblocks; owned for ever. */
static PyObject *gc_collect;       /* gc.collect and so on, likewise. */
static PyObject *gc_freeze;
static PyObject *gc_unfreeze;
static PyObject *gc_freeze_count;
static PyObject *text_stream;  /* io.TextIOWrapper, likewise. */
static PyObject *gc_callbacks; /* The list that the collector goes by, likewise. */
static PyObject *put_aside;    /* What was in it, while we collect; else empty. */

/* CPython 3.12 freezes what exists at the end of its own start-up (375 objects in 3.12.1);
 * a program that freezes by itself freezes its whole heap, which is thousands. */
#if PY_VERSION_HEX >> 16 == 0x030C
enum { FROZEN_AT_START_MAX = 1000 };
#else
enum { FROZEN_AT_START_MAX = 0 };
#endif

enum { COLLECTIONS_MAX = 3 };

static PyObject *
attribute(const char *module, const char *name)
{
    PyObject *m = PyImport_ImportModule(module);
    PyObject *a = m == NULL ? NULL : PyObject_GetAttrString(m, name);
    Py_XDECREF(m);
    return a;
}

int
lc_pyheap_prepare(void)
{
    if (gc_freeze_count != NULL) {
        return 0;
    }
    if (lc_pycaches_prepare() < 0 || lc_pyfilters_prepare() < 0) {
        return -1;
    }
    get_blocks = attribute("sys", "getallocatedblocks");
    gc_collect = attribute("gc", "collect");
    gc_freeze = attribute("gc", "freeze");
    gc_unfreeze = attribute("gc", "unfreeze");
    gc_freeze_count = attribute("gc", "get_freeze_count");
    text_stream = attribute("io", "TextIOWrapper");
    gc_callbacks = attribute("gc", "callbacks");
    put_aside = PyList_New(0);
    if (get_blocks == NULL || gc_collect == NULL || gc_freeze == NULL ||
        gc_unfreeze == NULL || gc_freeze_count == NULL || text_stream == NULL ||
        gc_callbacks == NULL || put_aside == NULL) {
        return -1;
    }
    return 0;
}

/* Calls a function of no arguments that returns a number. */
static int
ask(PyObject *function, int64_t *out)
{
    PyObject *answer = PyObject_CallNoArgs(function);
    if (answer == NULL) {
        return -1;
    }
    *out = PyLong_AsLongLong(answer);
    Py_DECREF(answer);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

int
lc_pyheap_blocks(int64_t *out)
{
    return ask(get_blocks, out);
}

/* A stream keeps each piece of text until it has 8 KiB of them, which would look like
 * references that grow. What stands in for one is left alone: it may count its calls. */
static void
pass_on(const char *name)
{
    PyObject *stream = PySys_GetObject(name); /* Borrowed. */
    if (stream == NULL || (PyObject *)Py_TYPE(stream) != text_stream) {
        return;
    }
    Py_INCREF(stream);
    PyObject *none = PyObject_CallMethod(stream, "flush", NULL);
    if (none == NULL) { /* Closed, or its pipe is. */
        PyErr_Clear();
    }
    Py_XDECREF(none);
    Py_DECREF(stream);
}

PyObject *
lc_pyheap_callbacks(void)
{
    return PyList_CheckExact(gc_callbacks) ? gc_callbacks : NULL;
}

/* Puts all that is in one list before all that is in the other. */
static int
move_all(PyObject *from, PyObject *to)
{
    Py_ssize_t count = PyList_GET_SIZE(from);
    if (count == 0) {
        return 0;
    }
    return PyList_SetSlice(to, 0, 0, from) < 0 ? -1
                                               : PyList_SetSlice(from, 0, count, NULL);
}

/* The program's callbacks are Python code that runs when a collection has just emptied the
 * free lists, and leaves in them what it drops. Our collections are none of its own. */
static int
collect_unheard(void)
{
    PyObject *callbacks = lc_pyheap_callbacks();
    if (callbacks != NULL && move_all(callbacks, put_aside) < 0) {
        return -1;
    }
    int64_t found = 1;
    int status = 0;
    for (int i = 0; i < COLLECTIONS_MAX && status == 0 && found != 0; i++) {
        status = ask(gc_collect, &found);
    }
    if (callbacks != NULL && move_all(put_aside, callbacks) < 0) {
        return -1;
    }
    return status;
}

int
lc_pyheap_collect(void)
{
    pass_on("stdout");
    pass_on("stderr");
    lc_pycaches_empty();
    lc_pyfilters_forget();
    if (collect_unheard() < 0) {
        return -1;
    }
    lc_pytables_compact();
    PyType_ClearCache();
    return 0;
}

/* Whoever looks at the frames below his own, as a warning does to find whose it is, makes
 * an object of each, which stays as long as the frame: in every check anew, for the frames
 * that run it are new. */
static void
make_frames_objects(void)
{
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get());
    while (frame != NULL) {
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = back;
    }
}

int
lc_pyheap_freeze(lc_pyheap_state *out)
{
    int64_t already;
    *out = (lc_pyheap_state){
        .frozen = false, .enabled = PyGC_IsEnabled() != 0, .pace = lc_pypace_get()};
    make_frames_objects();
    if (ask(gc_freeze_count, &already) < 0) {
        return -1;
    }
    if (already <= FROZEN_AT_START_MAX) {
        PyObject *none = PyObject_CallNoArgs(gc_freeze);
        if (none == NULL) {
            return -1;
        }
        Py_DECREF(none);
        out->frozen = true;
    }
    return 0;
}

void
lc_pyheap_restore(const lc_pyheap_state *state)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (state->frozen) {
        PyObject *none = PyObject_CallNoArgs(gc_unfreeze);
        if (none == NULL) {
            PyErr_Clear();
        }
        Py_XDECREF(none);
        lc_pypace_set(state->pace);
    }
    if (state->enabled) {
        PyGC_Enable();
    }
    else {
        PyGC_Disable();
    }
    PyErr_Restore(type, value, traceback);
}
