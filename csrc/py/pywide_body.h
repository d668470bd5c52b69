/* SPDX-License-Identifier: MIT
 *
 * The pass that every pywide_3XX.c shares. That file defines before including this:
 *
 *     generation_of(interpreter, i)      the i-th of the lists of tracked objects, i < LISTS,
 *                                        youngest first
 */
static PyInterpreterState
    *interpreter; /* NULL: its lists are not where we know them. */
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

/* What one end of the pass remembers: whether objects of the type seen last have entries.
 * Neighbours are mostly alike. */
typedef struct {
    const PyTypeObject *type;
    bool counted;
} walker;

static inline void
visit(walker *self, PyGC_Head *at, lc_pywide_counts *counts)
{
    PyObject *object = (PyObject *)(at + 1);
    PyTypeObject *type = Py_TYPE(object);
    if (type != self->type) {
        self->type = type;
        self->counted = PyType_HasFeature(type, Py_TPFLAGS_LIST_SUBCLASS) ||
                        type == deque ||
                        (type->tp_basicsize >= deque->tp_basicsize &&
                         PyType_IsSubtype(type, deque));
    }
    counts->objects++;
    if (self->counted) {
        counts->references += Py_SIZE(object);
    }
}

/* Goes from both ends until they meet: what takes time is to wait for the address of the
 * next object, and so two are waited for at once. */
static bool
count_list(PyGC_Head *head, int64_t most, lc_pywide_counts *counts)
{
    walker forward = {NULL, false};
    walker backward = {NULL, false};
    PyGC_Head *front = _PyGCHead_NEXT(head);
    PyGC_Head *back = _PyGCHead_PREV(head);
    bool more = front != head;
    while (more && counts->objects <= most) {
        visit(&forward, front, counts);
        if (front == back) {
            break;
        }
        visit(&backward, back, counts);
        front = _PyGCHead_NEXT(front);
        more = front != back;
        back = _PyGCHead_PREV(back);
    }
    return counts->objects <= most;
}

bool
lc_pywide_read(int64_t most, lc_pywide_counts *out)
{
    lc_pywide_counts counts = {0, 0};
    bool whole = interpreter != NULL;
    for (int i = 0; i < LISTS && whole; i++) {
        whole = count_list(generation_of(interpreter, i),
                           most > 0 ? most : INT64_MAX - 1, &counts);
    }
    if (whole) {
        *out = counts;
    }
    return whole;
}
