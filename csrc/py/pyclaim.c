/* SPDX-License-Identifier: MIT */
#include "pyclaim.h"

#include "internal/pycore_gc.h" /* PyGC_Head */

#include "../core/graph.h"
#include "../core/mem.h"
#include "pyclock.h"
#include "pyedges.h"
#include "pykind.h"
#include "pyroots.h"
#include "pywide.h"

enum {
    LOOKS = 1 << 10,   /* Objects between two looks at the clock. */
    WIDEST =
        1 << 14,  /* Bytes of an object that are looked at; types have some 1,000. */
    WORD = sizeof(uintptr_t),
};

#ifdef Py_TPFLAGS_PREHEADER /* 3.12 and later. */
static const unsigned long WORDS_BEFORE = Py_TPFLAGS_PREHEADER;
#else
static const unsigned long WORDS_BEFORE = Py_TPFLAGS_MANAGED_DICT;
#endif

/* A reference count that an object can have. */
static const Py_ssize_t REFERENCES_MAX = (Py_ssize_t)1 << 40;

typedef struct {
    lc_claims *claims;     /* Borrowed. */
    lc_graph *seen; /* Owned. Objects that refer to others; tracked ones first. */
    lc_pykind_table kinds; /* Owned. Every type that was met. */
    uint32_t *queue; /* Owned. Blocks that have an owner, to be looked through. */
    uint32_t queued;
    size_t looked;
    double until; /* Seconds, monotonic. */
    lc_status status;
} walk;

/* Bytes of a type's objects that lie before their address, in the same block. */
static size_t
before(PyTypeObject *type)
{
    return (PyType_IS_GC(type) ? sizeof(PyGC_Head) : 0) +
           (PyType_HasFeature(type, WORDS_BEFORE) ? 2 * sizeof(PyObject *) : 0);
}

static bool
out_of_time(walk *self)
{
    return ++self->looked % LOOKS == 0 && lc_pyclock_now() > self->until;
}

static int visit(PyObject *object, void *context);

/* The kind of a type's objects. A type that is met is an object too. */
static lc_status
kind_of(walk *self, PyTypeObject *type, lc_pykind *out)
{
    bool is_new;
    lc_status status = lc_pykind_get(&self->kinds, type, out, &is_new);
    if (status == LC_OK && is_new && visit((PyObject *)type, self) != 0) {
        status = self->status;
    }
    return status;
}

static void
take(walk *self, uint32_t index, lc_claims_state state)
{
    lc_claims_at(self->claims, index)->state = state;
    self->queue[self->queued++] = index; /* Once a block: it was loose. */
}

/* Notes the block of an object, if it is in question. */
static void
claim(walk *self, PyObject *object, lc_pykind kind)
{
    uint32_t index = lc_claims_find(self->claims, (uintptr_t)object);
    if (index == LC_CLAIMS_NONE) {
        return;
    }
    lc_claims_block *block = lc_claims_at(self->claims, index);
    size_t start = before(Py_TYPE(object));
    if (block->state == LC_CLAIMS_LOOSE &&
        block->address + start == (uintptr_t)object) {
        block->type = (uintptr_t)Py_TYPE(object);
        block->start = (uint32_t)start;
        block->deaf = kind == LC_PYKIND_LEAF;
        take(self, index, LC_CLAIMS_OBJECT);
    }
}

static int
visit(PyObject *object, void *context)
{
    walk *self = context;
    if (Py_REFCNT(object) <= 0) {
        return 0; /* On a free list, which a traverse may show. */
    }
    lc_pykind kind, ignored;
    uint32_t node;
    self->status = kind_of(self, Py_TYPE(object), &kind);
    if (self->status == LC_OK) {
        claim(self, object, kind);
        if (kind != LC_PYKIND_LEAF) {
            self->status = lc_graph_add(self->seen, (uint64_t)(uintptr_t)object, &node);
        }
    }
    if (self->status == LC_OK && kind == LC_PYKIND_TYPE) {
        bool is_new;
        self->status =
            lc_pykind_get(&self->kinds, (PyTypeObject *)object, &ignored, &is_new);
    }
    return self->status == LC_OK ? 0 : -1;
}

static int
visit_root(PyObject *object, const lc_pyroots_place *place, void *context)
{
    (void)place;
    return visit(object, context);
}

/* tp_traverse passes over the keys of a dict whose keys are all strings. */
static int
visit_keys(PyObject *dict, walk *self)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(dict, &at, &key, &value)) {
        if (visit(key, self) != 0) {
            return -1;
        }
    }
    return 0;
}

static PyObject *
object_at(const walk *self, uint32_t node)
{
    return (PyObject *)(uintptr_t)lc_graph_key(self->seen, node);
}

/* The first step; `tracked` is how many of the objects seen the collector tracks. */
static lc_status
ask_objects(walk *self, uint32_t *tracked)
{
    PyGC_Head *head;
    for (int i = 0; (head = lc_pywide_list(i)) != NULL; i++) {
        for (PyGC_Head *at = _PyGCHead_NEXT(head); at != head;
             at = _PyGCHead_NEXT(at)) {
            uint32_t node;
            lc_status status =
                lc_graph_add(self->seen, (uint64_t)(uintptr_t)(at + 1), &node);
            if (status != LC_OK) {
                return status;
            }
        }
    }
    *tracked = lc_graph_count(self->seen);
    if (lc_pyroots_registries(visit_root, self) != 0 ||
        lc_pyroots_threads(visit_root, self) != 0) {
        return self->status;
    }
    /* What a visit adds comes last and has its turn. */
    for (uint32_t node = 0; node < lc_graph_count(self->seen); node++) {
        PyObject *object = object_at(self, node);
        lc_pykind kind;
        if (out_of_time(self)) {
            return LC_FULL;
        }
        if (visit(object, self) != 0 ||
            (self->status = kind_of(self, Py_TYPE(object), &kind)) != LC_OK ||
            lc_pyedges_visit(object, kind, visit, self) != 0 ||
            (kind == LC_PYKIND_DICT && visit_keys(object, self) != 0)) {
            return self->status;
        }
    }
    return LC_OK;
}

/* Whether an object of that type, by its own words, takes no more than `room` bytes. */
static bool
fits(PyObject *op, PyTypeObject *type, size_t room)
{
    size_t count; /* Of parts that vary, and what each takes. */
    size_t each;
    size_t fixed = (size_t)type->tp_basicsize;
    if (type == &PyUnicode_Type && room >= sizeof(PyASCIIObject)) {
        if (!PyUnicode_IS_COMPACT(op)) {
            return fixed <= room;
        }
        bool ascii = PyUnicode_IS_ASCII(op);
        fixed = ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
        count = (size_t)PyUnicode_GET_LENGTH(op);
        each = (size_t)PyUnicode_KIND(op);
    }
    else if (type == &PyBytes_Type || type == &PyTuple_Type) {
        count = room >= fixed ? (size_t)Py_SIZE(op) : 0;
        each = (size_t)type->tp_itemsize;
    }
    else {
        return fixed <= room;
    }
    return fixed <= room && count < room && fixed + count * each <= room;
}

/* The type of the object that a block's first words are those of; else NULL. */
static PyTypeObject *
type_in(const walk *self, const lc_claims_block *block, size_t *start)
{
    for (*start = 0;
         *start + sizeof(PyObject) <= block->size && *start <= 2 * sizeof(PyGC_Head);
         *start += sizeof(PyGC_Head)) {
        PyObject *op = (PyObject *)(block->address + *start);
        PyTypeObject *type = Py_TYPE(op);
        if (lc_pairs_find(&self->kinds.seen, (uint64_t)(uintptr_t)type, 0) !=
                LC_PAIRS_NONE &&
            before(type) == *start && Py_REFCNT(op) > 0 &&
            Py_REFCNT(op) < REFERENCES_MAX && fits(op, type, block->size - *start)) {
            return type;
        }
    }
    return NULL;
}

static void
note_type(const walk *self, lc_claims_block *block)
{
    size_t start;
    PyTypeObject *type = type_in(self, block, &start);
    if (type != NULL) {
        block->type = (uintptr_t)type;
        block->start = (uint32_t)start;
    }
}

typedef struct {
    uint32_t index; /* Of the block that is looked through; LC_CLAIMS_NONE: none. */
    bool deaf;
    bool takes; /* What it points into becomes owned. */
} reader;

static void
read_words(walk *self, uintptr_t from, uintptr_t to, reader by)
{
    for (uintptr_t at = from; at + WORD <= to; at += WORD) {
        uint32_t index = lc_claims_find(self->claims, *(const uintptr_t *)at);
        if (index == LC_CLAIMS_NONE || index == by.index) {
            continue;
        }
        lc_claims_block *block = lc_claims_at(self->claims, index);
        if (by.deaf && !block->inner) {
            block->inner = true;
            block->by = by.index;
        }
        if (by.takes && block->state == LC_CLAIMS_LOOSE) {
            note_type(self, block);
            block->deaf = by.deaf || block->type != 0;
            block->by = by.index;
            take(self, index, LC_CLAIMS_OWNED);
        }
    }
}

/* Reads an object but for its links in the collector's lists. */
static void
read_object(walk *self, uintptr_t from, uintptr_t object, uintptr_t to, reader by)
{
    PyTypeObject *type = Py_TYPE((PyObject *)object);
    if (PyType_IsSubtype(type, &_PyWeakref_RefType)) {
        return; /* What it points to is not held. */
    }
    uintptr_t links = PyType_IS_GC(type) ? object - sizeof(PyGC_Head) : object;
    read_words(self, from, links, by);
    read_words(self, object, to, by);
}

/* Where the pointers of an object end that has letters or digits behind them, which may look
 * like some; `end` for any other. */
static uintptr_t
end_of_pointers(const lc_claims_block *block, uintptr_t end)
{
    PyObject *op = (PyObject *)(block->address + block->start);
    if (PyUnicode_CheckExact(op)) {
        size_t fixed = !PyUnicode_IS_COMPACT(op) ? sizeof(PyUnicodeObject)
                       : PyUnicode_IS_ASCII(op)  ? 0
                                                 : sizeof(PyCompactUnicodeObject);
        return (uintptr_t)op + fixed;
    }
    bool plain =
        PyBytes_CheckExact(op) || PyLong_CheckExact(op) || PyFloat_CheckExact(op);
    return plain ? (uintptr_t)op : end;
}

static void
read_block(walk *self, uint32_t index, bool takes)
{
    const lc_claims_block *block = lc_claims_at(self->claims, index);
    reader by = {.index = index, .deaf = block->deaf, .takes = takes};
    uintptr_t end = block->address + (uintptr_t)block->size;
    if (block->type != 0) {
        read_object(self, block->address, block->address + block->start,
                    end_of_pointers(block, end), by);
    }
    else {
        read_words(self, block->address, end, by);
    }
}

/* The second step. */
static lc_status
ask_memory(walk *self, uint32_t tracked)
{
    const reader by = {.index = LC_CLAIMS_NONE, .takes = true};
    for (uint32_t node = 0; node < tracked; node++) {
        if (out_of_time(self)) {
            return LC_FULL;
        }
        uintptr_t object = (uintptr_t)object_at(self, node);
        PyTypeObject *type = Py_TYPE((PyObject *)object);
        size_t size = (size_t)type->tp_basicsize;
        read_object(self, object - before(type), object,
                    object + (size < WIDEST ? size : WIDEST), by);
    }
    for (uint32_t i = 0; i < self->queued; i++) {
        if (out_of_time(self)) {
            return LC_FULL;
        }
        read_block(self, self->queue[i], true);
    }
    return LC_OK;
}

/* The third step. */
static lc_status
look_at_loose(walk *self)
{
    for (uint32_t i = 0; i < lc_claims_count(self->claims); i++) {
        lc_claims_block *block = lc_claims_at(self->claims, i);
        if (out_of_time(self)) {
            return LC_FULL;
        }
        if (block->state == LC_CLAIMS_LOOSE) {
            note_type(self, block);
            block->deaf = true;
            read_block(self, i, false);
        }
    }
    return LC_OK;
}

lc_status
lc_pyclaim_all(lc_claims *claims, PyObject *none, double max_seconds)
{
    walk self = {.claims = claims, .until = lc_pyclock_now() + max_seconds};
    uint32_t tracked = 0;
    lc_status status = lc_pykind_init(&self.kinds, none);
    if (status == LC_OK) {
        status = lc_graph_new(0, &self.seen);
    }
    self.queue = lc_mem_calloc((size_t)lc_claims_count(claims) + 1, sizeof *self.queue);
    if (self.queue == NULL) {
        status = LC_NOMEM;
    }
    if (status == LC_OK) {
        status = ask_objects(&self, &tracked);
    }
    if (status == LC_OK) {
        status = ask_memory(&self, tracked);
    }
    if (status == LC_OK) {
        status = look_at_loose(&self);
    }
    lc_graph_free(self.seen);
    lc_pykind_clear(&self.kinds);
    lc_mem_free(self.queue);
    return status;
}
