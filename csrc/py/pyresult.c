/* SPDX-License-Identifier: MIT */
#include "pyresult.h"

#include <string.h> /* strlen */

#include "../core/mem.h"
#include "../os/objects.h"
#include "pyframe.h"

/* The frames that sites refer to, numbered in the order they are first needed. */
typedef struct {
    const lc_pysite *site; /* Borrowed. */
    int32_t *numbers; /* Owned; by frame number of the table, -1: not needed yet. */
    PyObject *list; /* Owned; of tuples. */
} frame_list;

static PyObject *
text(const char *utf8)
{
    return PyUnicode_DecodeUTF8(utf8, (Py_ssize_t)strlen(utf8), "surrogatepass");
}

/* (file, function, line, end_line, column, end_column) */
static PyObject *
frame_tuple(const lc_pysite_place *place)
{
    PyObject *file = text(place->file);
    PyObject *function = text(place->function);
    PyObject *tuple = NULL;
    if (file != NULL && function != NULL) {
        tuple = Py_BuildValue("(OOiiii)", file, function, place->line, place->end_line,
                              place->column, place->end_column);
    }
    Py_XDECREF(file);
    Py_XDECREF(function);
    return tuple;
}

/* Appends `item` (stolen, may be NULL) to a list. */
static int
append(PyObject *list, PyObject *item)
{
    int status = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return status;
}

/* Sets `dict[key] = value` (stolen, may be NULL). */
static int
set(PyObject *dict, const char *key, PyObject *value)
{
    int status = value == NULL ? -1 : PyDict_SetItemString(dict, key, value);
    Py_XDECREF(value);
    return status;
}

/* The index of a frame in the list; -1 with an exception set. */
static Py_ssize_t
frame_index(frame_list *frames, uint32_t frame)
{
    if (frames->numbers[frame] < 0) {
        lc_pysite_place place = lc_pysite_place_of(frames->site, frame);
        Py_ssize_t index = PyList_GET_SIZE(frames->list);
        if (append(frames->list, frame_tuple(&place)) < 0) {
            return -1;
        }
        frames->numbers[frame] = (int32_t)index;
    }
    return frames->numbers[frame];
}

/* The frame indices of a node's path, root first; sets *cut when outer frames are gone. */
static PyObject *
path_tuple(frame_list *frames, const lc_calltree *tree, uint32_t node, bool *cut)
{
    Py_ssize_t depth = 0;
    uint32_t n = node;
    for (; n >= LC_CALLTREE_FIXED; n = lc_calltree_parent(tree, n)) {
        depth++;
    }
    *cut = n == LC_CALLTREE_CUT;
    PyObject *path = PyTuple_New(depth);
    if (path == NULL) {
        return NULL;
    }
    for (n = node; depth > 0; n = lc_calltree_parent(tree, n)) {
        depth--;
        Py_ssize_t index = frame_index(frames, lc_calltree_frame(tree, n));
        PyObject *number = index < 0 ? NULL : PyLong_FromSsize_t(index);
        if (number == NULL) {
            Py_DECREF(path);
            return NULL;
        }
        PyTuple_SET_ITEM(path, depth, number);
    }
    return path;
}

/* The addresses of a native stack, outermost first; empty for a node that is none, and
 * *node goes to the one of the Python stack. */
static PyObject *
native_tuple(lc_recorder *recorder, uint32_t *node)
{
    uint32_t number;
    uint32_t depth = 0;
    const uintptr_t *addresses = NULL;
    if (lc_recorder_is_stack(recorder, *node, &number)) {
        addresses = lc_stacks_at(lc_recorder_stacks(recorder), number, &depth);
        *node = lc_calltree_parent(lc_recorder_tree(recorder), *node);
    }
    PyObject *tuple = PyTuple_New(depth);
    for (uint32_t i = 0; tuple != NULL && i < depth; i++) {
        PyObject *address = PyLong_FromUnsignedLongLong(addresses[i]);
        if (address == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, address);
    }
    return tuple;
}

/* (path, cut, book, blocks at each mark, bytes at each mark, native stack) */
static PyObject *
site_tuple(const lc_pyloop_evidence *e, frame_list *frames, lc_recorder_book book,
           uint32_t node)
{
    PyObject *tuple = NULL;
    bool cut;
    uint32_t outer = node;
    PyObject *native = native_tuple(e->recorder, &outer);
    PyObject *path = path_tuple(frames, lc_recorder_tree(e->recorder), outer, &cut);
    PyObject *blocks = PyList_New(e->mark_count);
    PyObject *bytes = PyList_New(e->mark_count);
    if (native == NULL || path == NULL || blocks == NULL || bytes == NULL) {
        goto done;
    }
    for (int32_t i = 0; i < e->mark_count; i++) {
        lc_ledger_entry entry = lc_recorder_at(e->recorder, book, (uint32_t)i, node);
        PyObject *n = PyLong_FromLongLong(entry.blocks);
        PyObject *b = PyLong_FromLongLong(entry.bytes);
        PyList_SET_ITEM(blocks, i, n);
        PyList_SET_ITEM(bytes, i, b);
        if (n == NULL || b == NULL) {
            goto done;
        }
    }
    tuple = Py_BuildValue("(OOiOOO)", path, cut ? Py_True : Py_False, (int)book, blocks,
                          bytes, native);

done:
    Py_XDECREF(native);
    Py_XDECREF(path);
    Py_XDECREF(blocks);
    Py_XDECREF(bytes);
    return tuple;
}

bool
lc_pyresult_is_site(const lc_ledger_entry *first, const lc_ledger_entry *last)
{
    return first->blocks != last->blocks || first->bytes != last->bytes;
}

/* Adds every node whose live blocks or bytes differ between the first and last mark. */
static int
add_sites(const lc_pyloop_evidence *e, PyObject *sites, PyObject *frame_tuples)
{
    int status = -1;
    uint32_t places = lc_pysite_count(e->site);
    frame_list frames = {
        .site = e->site,
        .numbers = lc_mem_calloc((size_t)places + 1, sizeof *frames.numbers),
        .list = frame_tuples,
    };
    if (frames.numbers == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (uint32_t i = 0; i < places; i++) {
        frames.numbers[i] = -1;
    }
    uint32_t nodes = lc_calltree_count(lc_recorder_tree(e->recorder));
    uint32_t last = (uint32_t)e->mark_count - 1;
    for (lc_recorder_book book = 0; book < LC_RECORDER_BOOKS; book++) {
        for (uint32_t node = 0; node < nodes; node++) {
            lc_ledger_entry first = lc_recorder_at(e->recorder, book, 0, node);
            lc_ledger_entry final = lc_recorder_at(e->recorder, book, last, node);
            if (!lc_pyresult_is_site(&first, &final)) {
                continue;
            }
            if (append(sites, site_tuple(e, &frames, book, node)) < 0) {
                goto done;
            }
        }
    }
    status = 0;

done:
    lc_mem_free(frames.numbers);
    return status;
}

static PyObject *
int_list(const int32_t *values, int32_t count)
{
    PyObject *list = PyList_New(count);
    for (int32_t i = 0; list != NULL && i < count; i++) {
        PyObject *number = PyLong_FromLong(values[i]);
        if (number == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, number);
    }
    return list;
}

/* What each probe said; None where they were not asked. */
static PyObject *
probe_tuple(const lc_pyloop_reading *reading, int32_t count)
{
    if (!reading->probed) {
        return Py_NewRef(Py_None);
    }
    PyObject *tuple = PyTuple_New(count);
    for (int32_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *number = PyLong_FromLongLong(reading->probes[i]);
        if (number == NULL) {
            Py_CLEAR(tuple);
            break;
        }
        PyTuple_SET_ITEM(tuple, i, number);
    }
    return tuple;
}

static PyObject *
reading_list(const lc_pyloop_evidence *e)
{
    PyObject *list = PyList_New(0);
    for (int32_t i = 0; list != NULL && i < e->reading_count; i++) {
        const lc_pyloop_reading *r = &e->readings[i];
        PyObject *tuple = Py_BuildValue(
            "(iiLLLLLN)", (int)r->phase, (int)r->runs, (long long)r->blocks,
            (long long)r->raw, (long long)r->objects, (long long)r->references,
            (long long)r->counts, probe_tuple(r, e->probe_count));
        if (append(list, tuple) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

PyObject *
lc_pyresult_build(const lc_pyloop_evidence *e)
{
    const lc_growth_result *judged = &e->judged;
    PyObject *sites = PyList_New(0);
    PyObject *frames = PyList_New(0);
    PyObject *dict = PyDict_New();
    if (sites == NULL || frames == NULL || dict == NULL ||
        (e->recorder != NULL && e->mark_count > 0 && add_sites(e, sites, frames) < 0)) {
        goto fail;
    }
    /* What was unloaded since the trace began may have had any of the addresses. */
    bool sound = e->recorder == NULL ||
                 lc_stacks_era(lc_recorder_stacks(e->recorder)) == lc_objects_unloads();
    long long untracked = e->recorder == NULL ? 0 : lc_recorder_untracked(e->recorder);
    long long unplaced = e->recorder == NULL ? 0 : lc_recorder_unplaced(e->recorder);
    if (set(dict, "verdict", PyLong_FromLong(judged->verdict)) < 0 ||
        set(dict, "why", PyLong_FromLong(judged->why)) < 0 ||
        set(dict, "metric", PyLong_FromLong(judged->metric)) < 0 ||
        set(dict, "slope", PyFloat_FromDouble(judged->slope)) < 0 ||
        set(dict, "exact", PyBool_FromLong(judged->exact)) < 0 ||
        set(dict, "bound", PyFloat_FromDouble(judged->bound)) < 0 ||
        set(dict, "judged", PyLong_FromLong(judged->judged)) < 0 ||
        set(dict, "runs", PyLong_FromLong(judged->runs)) < 0 ||
        set(dict, "windows", PyLong_FromLong(judged->windows)) < 0 ||
        set(dict, "readings", reading_list(e)) < 0 ||
        set(dict, "marks", int_list(e->marks, e->mark_count)) < 0 ||
        set(dict, "window_ends", int_list(e->window_ends, e->window_count)) < 0 ||
        PyDict_SetItemString(dict, "sites", sites) < 0 ||
        PyDict_SetItemString(dict, "frames", frames) < 0 ||
        set(dict, "wide", PyBool_FromLong(e->wide)) < 0 ||
        set(dict, "native_sound", PyBool_FromLong(sound)) < 0 ||
        set(dict, "native_unplaced", PyLong_FromLongLong(unplaced)) < 0 ||
        set(dict, "dropped", PyLong_FromLongLong(e->dropped)) < 0 ||
        set(dict, "untracked_frees", PyLong_FromLongLong(untracked)) < 0) {
        goto fail;
    }
    Py_DECREF(sites);
    Py_DECREF(frames);
    return dict;

fail:
    Py_XDECREF(sites);
    Py_XDECREF(frames);
    Py_XDECREF(dict);
    return NULL;
}

PyObject *
lc_pyresult_stack(void)
{
    PyThreadState *thread = lc_pyframe_thread();
    if (thread == NULL) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the sampler does not recognise the running thread");
        return NULL;
    }
    PyObject *list = PyList_New(0);
    lc_pysite *site = lc_pysite_new();
    PyCodeObject **codes = lc_mem_calloc(LC_PYFRAME_MAX, sizeof *codes);
    int *offsets = lc_mem_calloc(LC_PYFRAME_MAX, sizeof *offsets);
    if (list == NULL || site == NULL || codes == NULL || offsets == NULL) {
        Py_CLEAR(list);
        PyErr_NoMemory();
        goto done;
    }
    int depth = lc_pyframe_codes(thread, LC_PYFRAME_MAX, codes, offsets);
    for (int i = 0; i < depth; i++) {
        uint32_t owner, frame;
        if (lc_pysite_intern(site, codes[i], offsets[i], &owner, &frame) != LC_OK) {
            Py_CLEAR(list);
            PyErr_NoMemory();
            goto done;
        }
        lc_pysite_place place = lc_pysite_place_of(site, frame);
        if (append(list, frame_tuple(&place)) < 0) {
            Py_CLEAR(list);
            goto done;
        }
    }

done:
    lc_mem_free(codes);
    lc_mem_free(offsets);
    lc_pysite_free(site);
    return list;
}
