/* SPDX-License-Identifier: MIT */
#include "pyowners.h"

#include "../core/claims.h"
#include "../core/mem.h"
#include "../core/pairs.h"
#include "pyclaim.h"
#include "pyresult.h"
#include "pyroots.h"

enum { SAMPLE = 24, FIRST_GROUPS = 64 };
enum { NO_SITE = UINT32_MAX }; /* Apart: it makes its enum unsigned. */

/* Blocks of one site in one state with objects of one type. */
typedef struct {
    uint32_t site;
    lc_claims_state state;
    PyTypeObject *type; /* Borrowed; NULL: no object. */
    Py_ssize_t count;
    Py_ssize_t inner;         /* Of them, to which something deaf points. */
    PyTypeObject *by; /* Borrowed; of the first thing deaf that does; or NULL. */
    Py_ssize_t references; /* The least that one of them counts; -1: not counted. */
    PyObject *sample[SAMPLE]; /* Borrowed; only of LC_CLAIMS_OBJECT. */
    int sampled;
} group;

typedef struct {
    lc_claims *claims; /* Owned. */
    uint32_t *sites; /* Owned; a node's index among the sites, or NO_SITE. */
    uint32_t nodes;
    group *groups; /* Owned; `room` of them. */
    size_t count;
    size_t room;
    lc_pairs known; /* Owned. (type, site and state) -> index of the group. */
} finding;

/* The numbers that the sites of a result have (pyresult.c), where blocks grew. */
static lc_status
number_sites(const lc_pyloop_evidence *e, finding *self)
{
    self->nodes = lc_calltree_count(lc_recorder_tree(e->recorder));
    self->sites = lc_mem_calloc((size_t)self->nodes + 1, sizeof *self->sites);
    if (self->sites == NULL) {
        return LC_NOMEM;
    }
    uint32_t last = (uint32_t)e->mark_count - 1;
    uint32_t site = 0;
    for (uint32_t node = 0; node < self->nodes; node++) {
        self->sites[node] = NO_SITE;
        lc_ledger_entry first =
            lc_recorder_at(e->recorder, LC_RECORDER_OBJECT, 0, node);
        lc_ledger_entry final =
            lc_recorder_at(e->recorder, LC_RECORDER_OBJECT, last, node);
        if (lc_pyresult_is_site(&first, &final)) {
            self->sites[node] = final.blocks > first.blocks ? site : NO_SITE;
            site++;
        }
    }
    return LC_OK;
}

static lc_status
add_block(uintptr_t address, lc_block block, void *context)
{
    finding *self = context;
    if (block.node >= self->nodes || self->sites[block.node] == NO_SITE) {
        return LC_OK;
    }
    return lc_claims_add(self->claims, address, block.size, self->sites[block.node]);
}

static group *
group_of(finding *self, const lc_claims_block *block)
{
    uint32_t salt = block->site * 4 + (uint32_t)block->state;
    uint32_t index = lc_pairs_find(&self->known, block->type, salt);
    if (index != LC_PAIRS_NONE) {
        return &self->groups[index];
    }
    if (self->count == self->room) {
        size_t room = self->room == 0 ? FIRST_GROUPS : self->room * 2;
        group *groups = lc_mem_resize(self->groups, room, sizeof *groups);
        if (groups == NULL) {
            return NULL;
        }
        self->groups = groups;
        self->room = room;
    }
    if (lc_pairs_put(&self->known, block->type, salt, (uint32_t)self->count) != LC_OK) {
        return NULL;
    }
    group *new = &self->groups[self->count++];
    *new = (group){.site = block->site,
                   .state = block->state,
                   .type = (PyTypeObject *)block->type,
                   .references = -1};
    return new;
}

/* The type of the object to which the memory belongs that points to an inner block. */
static PyTypeObject *
pointer_of(const finding *self, const lc_claims_block *block)
{
    for (int steps = 0; steps < FIRST_GROUPS && block->by != LC_CLAIMS_NONE; steps++) {
        block = lc_claims_at(self->claims, block->by);
        if (block->type != 0) {
            return (PyTypeObject *)block->type;
        }
    }
    return NULL;
}

/* Interned strings are the interpreter's, which hides them on some versions. */
static bool
is_interned(PyObject *object)
{
    return PyUnicode_CheckExact(object) && PyUnicode_CHECK_INTERNED(object);
}

static lc_status
add_to_group(finding *self, lc_claims_block *block)
{
    PyObject *object =
        block->type == 0 ? NULL : (PyObject *)(block->address + block->start);
    if (object != NULL && block->state == LC_CLAIMS_LOOSE && is_interned(object)) {
        block->state = LC_CLAIMS_OWNED;
    }
    group *to = group_of(self, block);
    if (to == NULL) {
        return LC_NOMEM;
    }
    to->count++;
    if (block->inner && to->inner++ == 0) {
        to->by = pointer_of(self, block);
    }
    if (object != NULL && lc_pyroots_is_counted(object) &&
        (to->references < 0 || Py_REFCNT(object) < to->references)) {
        to->references = Py_REFCNT(object);
    }
    if (block->state == LC_CLAIMS_OBJECT && to->sampled < SAMPLE) {
        to->sample[to->sampled++] = object;
    }
    return LC_OK;
}

static PyObject *
tuple_of(const group *one)
{
    PyObject *sample = PyList_New(one->sampled);
    if (sample == NULL) {
        return NULL;
    }
    for (int i = 0; i < one->sampled; i++) {
        PyList_SET_ITEM(sample, i, Py_NewRef(one->sample[i]));
    }
    PyObject *type = one->type == NULL ? Py_None : (PyObject *)one->type;
    PyObject *by = one->by == NULL ? Py_None : (PyObject *)one->by;
    return Py_BuildValue("(IiOnnOnN)", one->site, (int)one->state, type, one->count,
                         one->inner, by, one->references, sample);
}

static PyObject *
answer_of(const finding *self)
{
    PyObject *list = PyList_New((Py_ssize_t)self->count);
    for (size_t i = 0; list != NULL && i < self->count; i++) {
        PyObject *tuple = tuple_of(&self->groups[i]);
        if (tuple == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, tuple);
    }
    return list;
}

static lc_status
find(const lc_pyloop_evidence *e, PyObject *none, double max_seconds, finding *self)
{
    lc_status status = lc_pairs_init(&self->known);
    self->claims = lc_claims_new();
    if (self->claims == NULL) {
        return LC_NOMEM;
    }
    if (status == LC_OK) {
        status = number_sites(e, self);
    }
    if (status == LC_OK) {
        status = lc_recorder_each(e->recorder, LC_RECORDER_OBJECT, add_block, self);
    }
    if (status == LC_OK) {
        lc_claims_seal(self->claims);
        status = lc_pyclaim_all(self->claims, none, max_seconds);
    }
    for (uint32_t i = 0; status == LC_OK && i < lc_claims_count(self->claims); i++) {
        status = add_to_group(self, lc_claims_at(self->claims, i));
    }
    return status;
}

PyObject *
lc_pyowners_find(const lc_pyloop_evidence *e, double max_seconds)
{
    if (e->recorder == NULL || e->mark_count == 0) {
        return PyList_New(0);
    }
    PyObject *none = PyTuple_New(0);
    if (none == NULL) {
        return NULL;
    }
    finding self = {.claims = NULL};
    PyObject *answer = NULL;
    /* Nothing may die between the walk and the answer. */
    int enabled = PyGC_Disable();
    switch (find(e, none, max_seconds, &self)) {
    case LC_OK:
        answer = answer_of(&self);
        break;
    case LC_FULL:
        answer = Py_NewRef(Py_None);
        break;
    default:
        PyErr_NoMemory();
        break;
    }
    if (enabled) {
        PyGC_Enable();
    }
    lc_claims_free(self.claims);
    lc_pairs_clear(&self.known);
    lc_mem_free(self.sites);
    lc_mem_free(self.groups);
    Py_DECREF(none);
    return answer;
}
