/* SPDX-License-Identifier: MIT */
#include "pysearch.h"

#include "internal/pycore_gc.h" /* PyGC_Head */

#include "../core/graph.h"
#include "../core/mem.h"
#include "pyclock.h"
#include "pyedges.h"
#include "pykind.h"
#include "pyroots.h"
#include "pywide.h"

/* Costs of starts that nobody gave, see leakcheck/measure/holding.py for the others. */
enum { COST_REGISTRY = 32, COST_STATIC_TYPE = 40 };

enum { LOOKS = 1 << 10 }; /* Objects between two looks at the clock. */

struct lc_pysearch {
    lc_graph *graph; /* Owned. The first `targets` nodes are the targets. */
    lc_pykind_table kinds; /* Owned. */
    lc_pairs leaves; /* Owned. Targets that refer to nothing: address -> node. */
    int64_t *found; /* Owned. References found to each target. */
    lc_pysearch_root *roots; /* Owned; a start's label is its index here. */
    size_t root_count;
    size_t root_room;
    size_t visited;
    double until; /* Seconds, monotonic. */
    uint32_t targets;
    uint32_t target_room;
    /* Of the object whose references are being visited. */
    PyObject *from;
    lc_pykind from_kind;
    uint32_t from_node; /* LC_GRAPH_NONE: count only, no path leads through it. */
    lc_status status;
};

static uint64_t
key_of(PyObject *object)
{
    return (uint64_t)(uintptr_t)object;
}

static PyObject *
object_of(const lc_pysearch *self, uint32_t node)
{
    return (PyObject *)(uintptr_t)lc_graph_key(self->graph, node);
}

/* Objects that the collector tracks now: how large the table will be at least. */
static size_t
tracked(void)
{
    size_t count = 0;
    PyGC_Head *head;
    for (int i = 0; (head = lc_pywide_list(i)) != NULL; i++) {
        for (PyGC_Head *at = _PyGCHead_NEXT(head); at != head;
             at = _PyGCHead_NEXT(at)) {
            count++;
        }
    }
    return count;
}

lc_status
lc_pysearch_new(PyObject *harness, double max_seconds, lc_pysearch **out)
{
    *out = NULL;
    lc_pysearch *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return LC_NOMEM;
    }
    self->until = lc_pyclock_now() + max_seconds;
    if (lc_pykind_init(&self->kinds, harness) != LC_OK ||
        lc_pairs_init(&self->leaves) != LC_OK ||
        lc_graph_new(tracked(), &self->graph) != LC_OK) {
        lc_pysearch_free(self);
        return LC_NOMEM;
    }
    *out = self;
    return LC_OK;
}

void
lc_pysearch_free(lc_pysearch *self)
{
    if (self == NULL) {
        return;
    }
    lc_graph_free(self->graph);
    lc_pykind_clear(&self->kinds);
    lc_pairs_clear(&self->leaves);
    lc_mem_free(self->found);
    lc_mem_free(self->roots);
    lc_mem_free(self);
}

static lc_status
begin(lc_pysearch *self, uint32_t node, uint32_t cost, const lc_pysearch_root *root)
{
    uint32_t label = (uint32_t)self->root_count;
    if (self->root_count == self->root_room) {
        size_t room = self->root_room == 0 ? 256 : self->root_room * 2;
        lc_pysearch_root *roots = lc_mem_resize(self->roots, room, sizeof *roots);
        if (roots == NULL) {
            return LC_NOMEM;
        }
        self->roots = roots;
        self->root_room = room;
    }
    self->roots[self->root_count++] = *root;
    return lc_graph_start(self->graph, node, cost, label);
}

/* The kind of an object's type. A static type has no holder: it is a root when first met. */
static lc_status
kind_of(lc_pysearch *self, PyObject *object, lc_pykind *out)
{
    PyTypeObject *type = Py_TYPE(object);
    bool is_new;
    lc_status status = lc_pykind_get(&self->kinds, type, out, &is_new);
    if (status == LC_OK && is_new && !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        const lc_pysearch_root root = {.origin = LC_PYSEARCH_STATIC_TYPE, .local = -1};
        uint32_t node;
        status = lc_graph_add(self->graph, key_of((PyObject *)type), &node);
        if (status == LC_OK) {
            status = begin(self, node, COST_STATIC_TYPE, &root);
        }
    }
    return status;
}

/* The node of an object; LC_ABSENT: none is needed, it refers to nothing and is no target. */
static lc_status
node_of(lc_pysearch *self, PyObject *object, uint32_t *node, lc_pykind *kind)
{
    lc_status status = kind_of(self, object, kind);
    if (status != LC_OK) {
        return status;
    }
    if (*kind == LC_PYKIND_LEAF) {
        *node = lc_pairs_find(&self->leaves, key_of(object), 0);
        return *node == LC_PAIRS_NONE ? LC_ABSENT : LC_OK;
    }
    uint32_t count = lc_graph_count(self->graph);
    status = lc_graph_add(self->graph, key_of(object), node);
    if (status == LC_OK && *kind == LC_PYKIND_HARNESS && *node == count) {
        lc_graph_close(self->graph, *node);
    }
    return status;
}

lc_status
lc_pysearch_target(lc_pysearch *self, PyObject *object, uint32_t *node)
{
    if (self->targets == self->target_room) {
        uint32_t room = self->target_room == 0 ? 64 : self->target_room * 2;
        int64_t *found = lc_mem_resize(self->found, room, sizeof *found);
        if (found == NULL) {
            return LC_NOMEM;
        }
        self->found = found;
        self->target_room = room;
    }
    /* Its type becomes known only later: a static one would take a number here. */
    lc_status status = lc_graph_add(self->graph, key_of(object), node);
    if (status != LC_OK || *node < self->targets) {
        return status;
    }
    self->found[self->targets++] = 0;
    return lc_pairs_put(&self->leaves, key_of(object), 0, *node);
}

lc_status
lc_pysearch_close(lc_pysearch *self, PyObject *object)
{
    uint32_t node;
    lc_pykind kind;
    lc_status status = node_of(self, object, &node, &kind);
    if (status == LC_OK) {
        lc_graph_close(self->graph, node);
    }
    return status == LC_ABSENT ? LC_OK : status;
}

lc_status
lc_pysearch_start(lc_pysearch *self, PyObject *object, uint32_t cost, size_t index)
{
    const lc_pysearch_root root = {
        .origin = LC_PYSEARCH_GIVEN, .index = index, .local = -1};
    uint32_t node;
    lc_pykind kind;
    lc_status status = node_of(self, object, &node, &kind);
    if (status == LC_OK) {
        status = begin(self, node, cost, &root);
    }
    /* Functions lead to the dict of their module: it is no less a start than the module. */
    PyObject *dict = kind == LC_PYKIND_MODULE ? PyModule_GetDict(object) : NULL;
    if (status == LC_OK && dict != NULL &&
        (status = node_of(self, dict, &node, &kind)) == LC_OK) {
        status = begin(self, node, cost + 1, &root);
    }
    return status == LC_ABSENT ? LC_OK : status;
}

static void
count_if_wanted(lc_pysearch *self, uint32_t node)
{
    if (node < self->targets) {
        self->found[node]++;
    }
}

static int
visit_root(PyObject *object, const lc_pyroots_place *place, void *context)
{
    lc_pysearch *self = context;
    lc_pysearch_root root = {.origin = place->thread == 0 ? LC_PYSEARCH_INTERPRETER
                                                          : LC_PYSEARCH_THREAD,
                             .thread = place->thread,
                             .code = place->code,
                             .local = place->local,
                             .name = place->name};
    uint32_t node;
    lc_pykind kind;
    self->status = node_of(self, object, &node, &kind);
    if (self->status == LC_ABSENT) {
        self->status = LC_OK;
        return 0;
    }
    if (self->status != LC_OK) {
        return -1;
    }
    count_if_wanted(self, node);
    if (place->code != NULL) {
        if (lc_pykind_names_harness(&self->kinds, place->globals, "__name__")) {
            return 0;
        }
        root.origin = LC_PYSEARCH_FRAME;
    }
    self->status = begin(self, node, COST_REGISTRY, &root);
    return self->status == LC_OK ? 0 : -1;
}

/* A free list, whose objects a traverse may show too (that of _asyncio does on 3.12 and
 * 3.13), holds nothing: its objects are dead, and what they refer to is the list. */
static bool
is_dead(PyObject *object)
{
    return Py_REFCNT(object) <= 0;
}

static int
visit_reference(PyObject *object, void *context)
{
    lc_pysearch *self = context;
    if (is_dead(object)) {
        return 0;
    }
    uint32_t node;
    lc_pykind kind;
    lc_status status = node_of(self, object, &node, &kind);
    if (status == LC_OK) {
        count_if_wanted(self, node);
        if (self->from_node != LC_GRAPH_NONE) {
            uint32_t cost = lc_pykind_cost(self->from, self->from_kind, object, kind);
            status = lc_graph_reach(self->graph, self->from_node, node, cost);
        }
    }
    if (status != LC_OK && status != LC_ABSENT) {
        self->status = status;
        return -1;
    }
    return 0;
}

/* Visits what a node refers to. */
static lc_status
visit_node(lc_pysearch *self, uint32_t node, uint32_t from)
{
    if (++self->visited % LOOKS == 0 && lc_pyclock_now() > self->until) {
        return LC_FULL;
    }
    self->from = object_of(self, node);
    self->from_node = from;
    lc_status status = kind_of(self, self->from, &self->from_kind);
    if (status == LC_OK) {
        self->status = LC_OK;
        (void)lc_pyedges_visit(self->from, self->from_kind, visit_reference, self);
        status = self->status;
    }
    return status;
}

/* Visits what no path reached: its references count too. */
static lc_status
visit_rest(lc_pysearch *self)
{
    lc_status status = LC_OK;
    PyGC_Head *head;
    uint32_t node;
    for (int i = 0; (head = lc_pywide_list(i)) != NULL; i++) {
        for (PyGC_Head *at = _PyGCHead_NEXT(head); at != head && status == LC_OK;
             at = _PyGCHead_NEXT(at)) {
            status = lc_graph_add(self->graph, key_of((PyObject *)(at + 1)), &node);
        }
    }
    /* What a visit adds comes last and has its turn. */
    for (node = 0; status == LC_OK && node < lc_graph_count(self->graph); node++) {
        if (!lc_graph_is_out(self->graph, node)) {
            status = visit_node(self, node, LC_GRAPH_NONE);
        }
    }
    return status;
}

/* Visits what the starts so far lead to. */
static lc_status
visit_reached(lc_pysearch *self)
{
    lc_status status = LC_OK;
    uint32_t node;
    while (status == LC_OK && lc_graph_next(self->graph, &node)) {
        status = visit_node(self, node, node);
    }
    return status;
}

lc_status
lc_pysearch_run(lc_pysearch *self)
{
    if (lc_pyroots_registries(visit_root, self) != 0) {
        return self->status;
    }
    lc_status status = visit_reached(self);
    /* A frame ends some time: it is a holder to name where nothing lasting is. */
    if (status == LC_OK && lc_pyroots_threads(visit_root, self) != 0) {
        status = self->status;
    }
    if (status == LC_OK) {
        status = visit_reached(self);
    }
    return status == LC_OK ? visit_rest(self) : status;
}

int64_t
lc_pysearch_found(const lc_pysearch *self, uint32_t node)
{
    return self->found[node];
}

size_t
lc_pysearch_length(const lc_pysearch *self, uint32_t node)
{
    if (lc_graph_cost(self->graph, node) == LC_GRAPH_NONE) {
        return 0;
    }
    size_t length = 1;
    for (; (node = lc_graph_parent(self->graph, node)) != LC_GRAPH_NONE; length++) {
    }
    return length;
}

uint32_t
lc_pysearch_before(const lc_pysearch *self, uint32_t node)
{
    return lc_graph_parent(self->graph, node);
}

const lc_pysearch_root *
lc_pysearch_root_of(const lc_pysearch *self, uint32_t node)
{
    return &self->roots[lc_graph_label(self->graph, node)];
}

PyObject *
lc_pysearch_object(const lc_pysearch *self, uint32_t node)
{
    return object_of(self, node);
}

size_t
lc_pysearch_visited(const lc_pysearch *self)
{
    return self->visited;
}
