/* SPDX-License-Identifier: MIT
 *
 * The pass that every pywide_3XX.c shares. That file defines before including this:
 *
 *     generation_of(interpreter, i)   the i-th list of tracked objects, youngest first
 */
static PyInterpreterState *interpreter; /* NULL: its lists lie where we don't look. */
static PyTypeObject *deque; /* Owned for ever. */

/* A list of the collector's is a ring with its head in it. */
static bool
is_ring(PyGC_Head *head)
{
    PyGC_Head *next = _PyGCHead_NEXT(head);
    PyGC_Head *last = _PyGCHead_PREV(head);
    return next != NULL && last != NULL && _PyGCHead_PREV(next) == head &&
           _PyGCHead_NEXT(last) == head;
}

int
lc_pywide_prepare(void)
{
    PyObject *module = PyImport_ImportModule("collections");
    PyObject *type = NULL;
    PyObject *newest = NULL;
    int status = -1;
    if (module == NULL) {
        goto done;
    }
    type = PyObject_GetAttrString(module, "deque");
    newest = PyList_New(0);
    if (type == NULL || newest == NULL) {
        goto done;
    }
    status = 0;
    PyInterpreterState *main = PyInterpreterState_Main();
    bool known = PyType_Check(type) &&
                 _PyGCHead_PREV(generation_of(main, 0)) == _Py_AS_GC(newest);
    for (int i = 0; i < LISTS && known; i++) {
        known = is_ring(generation_of(main, i));
    }
    if (known && deque == NULL) {
        deque = (PyTypeObject *)Py_NewRef(type);
        interpreter = main;
    }

done:
    Py_XDECREF(module);
    Py_XDECREF(type);
    Py_XDECREF(newest);
    return status;
}

/* Addresses that the pass before met, in order: only to have the processor fetch what
 * probably comes next, because a walk along pointers is nearly all waiting. Most may be
 * dead by now, and nothing is ever read there. */
static struct {
    PyGC_Head **at; /* Owned for ever; `room` of them. */
    size_t count;
    size_t room;
} trail;

enum {
    AHEAD = 24,        /* Objects to fetch before they are needed. */
    STEP = 64,         /* Objects between two looks whether the trail still fits. */
    REACH = 64 * STEP, /* Entries to search where it does not: what died in between. */
    FIRST_ROOM = 1 << 15,
};

/* Where on the trail `at` stands, from `place` on; `place` if nowhere near. */
static size_t
find(const PyGC_Head *at, size_t place)
{
    for (size_t i = place; i < trail.count && i < place + REACH; i++) {
        if (trail.at[i] == at) {
            return i;
        }
    }
    return place;
}

static void
grow_trail(void)
{
    size_t room = trail.room == 0 ? FIRST_ROOM : trail.room * 2;
    void *at = lc_mem_resize(trail.at, room, sizeof *trail.at);
    if (at != NULL) { /* Else the pass is slower. */
        trail.at = at;
        trail.room = room;
    }
}

bool
lc_pywide_counts_entries(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_LIST_SUBCLASS) || type == deque ||
           (type->tp_basicsize >= deque->tp_basicsize && PyType_IsSubtype(type, deque));
}

bool
lc_pywide_read(int64_t most, lc_pywide_counts *out)
{
    if (interpreter == NULL) {
        return false;
    }
    size_t count = 0;
    size_t ahead = AHEAD; /* Of `count`, on the trail. */
    int64_t references = 0;
    const PyTypeObject *last = NULL;
    bool counted = false;
    size_t limit = most > 0 ? (size_t)most : SIZE_MAX;
    /* The oldest first: what is new then comes last, where it does not shift the rest. */
    for (int i = LISTS - 1; i >= 0; i--) {
        PyGC_Head *head = generation_of(interpreter, i);
        for (PyGC_Head *at = _PyGCHead_PREV(head); at != head;
             at = _PyGCHead_PREV(at)) {
            if (count == limit) {
                return false;
            }
            if (count % STEP == 0) {
                ahead = find(at, count) - count + AHEAD;
            }
            if (count + ahead < trail.count) {
                const char *soon = (const char *)trail.at[count + ahead];
                __builtin_prefetch(soon);
                __builtin_prefetch(soon + sizeof(PyGC_Head) + sizeof(PyObject));
            }
            if (count == trail.room) {
                grow_trail();
            }
            if (count < trail.room) {
                trail.at[count] = at;
            }
            count++;
            PyObject *object = (PyObject *)(at + 1);
            PyTypeObject *type = Py_TYPE(object);
            if (type != last) {
                last = type;
                counted = lc_pywide_counts_entries(type);
            }
            if (counted) {
                references += Py_SIZE(object);
            }
        }
    }
    trail.count = count < trail.room ? count : trail.room;
    *out = (lc_pywide_counts){(int64_t)count, references};
    return true;
}

bool
lc_pywide_read_new(int64_t most, lc_pywide_counts *out)
{
    lc_pywide_counts counts = {0, 0};
    if (interpreter == NULL || !lc_pyapart_entries(&counts.references)) {
        return lc_pywide_read(most, out);
    }
    for (int i = 0; i < LISTS - 1; i++) {
        PyGC_Head *head = generation_of(interpreter, i);
        for (PyGC_Head *at = _PyGCHead_NEXT(head); at != head;
             at = _PyGCHead_NEXT(at)) {
            PyObject *object = (PyObject *)(at + 1);
            counts.objects++;
            if (lc_pywide_counts_entries(Py_TYPE(object))) {
                counts.references += Py_SIZE(object);
            }
        }
    }
    *out = counts;
    return true;
}
