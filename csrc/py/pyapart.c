/* SPDX-License-Identifier: MIT */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "pyapart.h"

#include "internal/pycore_gc.h"     /* _PyGCHead_NEXT */
#include "internal/pycore_interp.h" /* PyInterpreterState */

#include "pyentry.h"
#include "pyrings.h"
#include "pytrail.h"

static bool able; /* Else nothing is set apart. */

static PyGC_Head *first;  /* The posts; their lists are owned for ever. */
static PyGC_Head *second;
static PyGC_Head *third;
static lc_pytrail entries_trail;
static bool sorted; /* As of `collections`. */
static bool frozen; /* A check is open. */
static int64_t collections; /* Of everything, when the last check closed. */
static int64_t sortings;

static struct _gc_runtime_state *
collector(void)
{
    return &PyInterpreterState_Main()->gc;
}

static PyGC_Head *
frozen_ring(void)
{
    return &collector()->permanent_generation.head;
}

static PyGC_Head *
make_post(void)
{
    PyObject *post = PyList_New(0);
    return post == NULL ? NULL : _Py_AS_GC(post);
}

int
lc_pyapart_prepare(void)
{
    able = lc_pyrings_append();
    if (able && third == NULL) {
        first = first == NULL ? make_post() : first;
        second = second == NULL ? make_post() : second;
        third = first == NULL || second == NULL ? NULL : make_post();
    }
    return able && third == NULL ? -1 : 0;
}

static void
join(PyGC_Head *left, PyGC_Head *right)
{
    _PyGCHead_SET_NEXT(left, right);
    _PyGCHead_SET_PREV(right, left);
}

/* Takes the objects from `from` to `to` out of their ring and puts them before `place`. */
static void
move(PyGC_Head *from, PyGC_Head *to, PyGC_Head *place)
{
    join(_PyGCHead_PREV(from), _PyGCHead_NEXT(to));
    join(_PyGCHead_PREV(place), from);
    join(to, place);
}

/* Sets apart what lies between `at` and `end`, which are not gone through themselves.
 * False: `most` objects were gone through, or a post stood in the way. */
static bool
sort(PyGC_Head *at, const PyGC_Head *end, int64_t most)
{
    const PyTypeObject *last = NULL;
    bool moves = false;
    at = _PyGCHead_NEXT(at);
    for (int64_t count = 0; at != end; count++) {
        if (at == first || at == second || at == third || (most > 0 && count == most)) {
            return false;
        }
        PyGC_Head *next = _PyGCHead_NEXT(at);
        PyTypeObject *type = Py_TYPE((PyObject *)(at + 1));
        if (type != last) {
            last = type;
            moves = lc_pyentry_counts(type);
        }
        if (moves) {
            move(at, at, third);
        }
        at = next;
    }
    return true;
}

/* Sorts what came to a ring that was in order. False: it is not. */
static bool
sort_new(PyGC_Head *ring, int64_t most)
{
    if (!sort(ring, first, most) || !sort(third, ring, most)) {
        return false;
    }
    if (_PyGCHead_NEXT(ring) != first) {
        move(first, first, _PyGCHead_NEXT(ring));
    }
    if (_PyGCHead_NEXT(third) != ring) {
        move(second, third, ring);
    }
    return true;
}

static bool
sort_all(PyGC_Head *ring, int64_t most)
{
    sortings++;
    if (_PyGCHead_NEXT(ring) != first) {
        move(first, first, _PyGCHead_NEXT(ring));
    }
    move(second, second, ring);
    move(third, third, ring);
    return sort(first, second, most);
}

bool
lc_pyapart_open(int64_t most)
{
    if (!able) {
        return false;
    }
    PyGC_Head *ring = frozen_ring();
    bool known = lc_pyapart_is_ready();
    frozen = true;
    sorted = (known && sort_new(ring, most)) || sort_all(ring, most);
    return sorted;
}

/* The ring begins and ends as `open` left it. */
static bool
is_in_place(void)
{
    PyGC_Head *ring = frozen_ring();
    return sorted && _PyGCHead_NEXT(ring) == first && _PyGCHead_PREV(ring) == third;
}

bool
lc_pyapart_entries(int64_t *out)
{
    sorted = is_in_place(); /* Once out of order, it stays so until the next `open`. */
    if (!sorted) {
        return false;
    }
    int64_t entries = 0;
    lc_pytrail_begin(&entries_trail);
    for (PyGC_Head *at = _PyGCHead_NEXT(second); at != third; at = _PyGCHead_NEXT(at)) {
        lc_pytrail_meet(&entries_trail, at);
        entries += Py_SIZE((PyObject *)(at + 1));
    }
    lc_pytrail_end(&entries_trail);
    *out = entries;
    return true;
}

void
lc_pyapart_close(void)
{
    if (able) {
        sorted = is_in_place();
        frozen = false;
        collections = lc_pyrings_collections();
    }
}

bool
lc_pyapart_is_ready(void)
{
    const struct _gc_runtime_state *gc = collector();
    return sorted && !frozen && !gc->collecting &&
           lc_pyrings_collections() == collections;
}

void
lc_pyapart_leave_out(PyObject *list)
{
    if (_PyObject_GC_IS_TRACKED(list)) {
        move(_Py_AS_GC(list), _Py_AS_GC(list), second);
    }
}

int64_t
lc_pyapart_sortings(void)
{
    return sortings;
}
