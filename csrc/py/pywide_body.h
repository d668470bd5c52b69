/* SPDX-License-Identifier: MIT
 *
 * The pass that every pywide_3XX.c shares. That file defines before including this:
 *
 *     generation_of(interpreter, i)   the i-th list of tracked objects, youngest first
 */
static PyInterpreterState *interpreter; /* NULL: its lists lie where we don't look. */

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
    if (lc_pyentry_prepare() < 0) {
        return -1;
    }
    PyObject *newest = PyList_New(0);
    if (newest == NULL) {
        return -1;
    }
    PyInterpreterState *main = PyInterpreterState_Main();
    bool known = _PyGCHead_PREV(generation_of(main, 0)) == _Py_AS_GC(newest);
    for (int i = 0; i < LISTS && known; i++) {
        known = is_ring(generation_of(main, i));
    }
    if (known) {
        interpreter = main;
    }
    Py_DECREF(newest);
    return 0;
}

static lc_pytrail trail; /* Of lc_pywide_read. */

bool
lc_pywide_read(int64_t most, lc_pywide_counts *out)
{
    if (interpreter == NULL) {
        return false;
    }
    int64_t count = 0;
    int64_t references = 0;
    const PyTypeObject *last = NULL;
    bool counted = false;
    lc_pytrail_begin(&trail);
    /* The oldest first: what is new then comes last, where it does not shift the rest. */
    for (int i = LISTS - 1; i >= 0; i--) {
        PyGC_Head *head = generation_of(interpreter, i);
        for (PyGC_Head *at = _PyGCHead_PREV(head); at != head;
             at = _PyGCHead_PREV(at)) {
            if (most > 0 && count == most) {
                return false;
            }
            count++;
            lc_pytrail_meet(&trail, at);
            PyObject *object = (PyObject *)(at + 1);
            PyTypeObject *type = Py_TYPE(object);
            if (type != last) {
                last = type;
                counted = lc_pyentry_counts(type);
            }
            if (counted) {
                references += Py_SIZE(object);
            }
        }
    }
    lc_pytrail_end(&trail);
    *out = (lc_pywide_counts){count, references};
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
            if (lc_pyentry_counts(Py_TYPE(object))) {
                counts.references += Py_SIZE(object);
            }
        }
    }
    *out = counts;
    return true;
}
