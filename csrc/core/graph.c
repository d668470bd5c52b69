/* SPDX-License-Identifier: MIT */
#include "graph.h"

#include "mem.h"

/* `state` of a node: its cost in the low bits, and these. */
#define FAR UINT32_C(0x0FFFFFFF)   /* The cost of what was not reached. */
#define OUT UINT32_C(0x80000000)   /* It came out. */
#define START UINT32_C(0x40000000) /* `parent` is its label. */
#define FIXED UINT32_C(0x20000000) /* No edge that leads to it changes anything. */

typedef struct {
    uint64_t key;
    uint32_t parent; /* Of a start its label. */
    uint32_t state;
} node_record;

typedef struct {
    uint32_t *nodes; /* Owned; `room` of them. */
    size_t first;    /* Not yet taken out. */
    size_t count;
    size_t room;
} bucket;

enum {
    BUCKETS = LC_GRAPH_COST_MAX + 1, /* A power of two. */
    FIRST_SLOTS = 64,                /* Likewise. */
    FIRST_NODES = 64,
};

struct lc_graph {
    node_record *nodes; /* Owned; `room` of them. */
    size_t count;
    size_t room;
    uint64_t *slots; /* Owned: part of the key's hash and number + 1; 0: empty. */
    size_t mask;     /* Slots - 1. */
    uint32_t now;    /* The cost that the walk has come to. */
    bucket buckets[BUCKETS];
};

/* Addresses of one page stay together, in their order: what is allocated together is most
 * often visited together, and eight slots share a line of the cache. */
static uint64_t
hash_of(uint64_t key)
{
    uint64_t page = (key >> 12) * UINT64_C(0x9E3779B97F4A7C15);
    return (page ^ (page >> 32)) + ((key >> 4) & 0xFF) + (key << 60);
}

static uint64_t
slot_of(uint64_t hash, size_t node)
{
    return (hash & UINT64_C(0xFFFFFFFF00000000)) | (uint64_t)(node + 1);
}

lc_status
lc_graph_new(size_t expected, lc_graph **out)
{
    lc_graph *self = lc_mem_calloc(1, sizeof *self);
    *out = NULL;
    if (self == NULL) {
        return LC_NOMEM;
    }
    size_t slots = FIRST_SLOTS;
    while (slots / 4 * 3 < expected && slots < SIZE_MAX / 2) {
        slots *= 2;
    }
    self->slots = lc_mem_calloc(slots, sizeof *self->slots);
    self->mask = slots - 1;
    if (self->slots == NULL) {
        lc_graph_free(self);
        return LC_NOMEM;
    }
    *out = self;
    return LC_OK;
}

void
lc_graph_free(lc_graph *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        lc_mem_free(self->buckets[i].nodes);
    }
    lc_mem_free(self->slots);
    lc_mem_free(self->nodes);
    lc_mem_free(self);
}

/* The slot of `key`, or the empty one where it belongs. */
static size_t
probe(const lc_graph *self, uint64_t key, uint64_t hash)
{
    size_t i = (size_t)hash & self->mask;
    for (;; i = (i + 1) & self->mask) {
        uint64_t slot = self->slots[i];
        if (slot == 0) {
            return i;
        }
        if (((slot ^ hash) >> 32) == 0 && self->nodes[(uint32_t)slot - 1].key == key) {
            return i;
        }
    }
}

static lc_status
grow_slots(lc_graph *self)
{
    size_t count = (self->mask + 1) * 2;
    uint64_t *slots = lc_mem_calloc(count, sizeof *slots);
    if (slots == NULL) {
        return LC_NOMEM;
    }
    for (size_t node = 0; node < self->count; node++) {
        uint64_t hash = hash_of(self->nodes[node].key);
        size_t i = (size_t)hash & (count - 1);
        while (slots[i] != 0) {
            i = (i + 1) & (count - 1);
        }
        slots[i] = slot_of(hash, node);
    }
    lc_mem_free(self->slots);
    self->slots = slots;
    self->mask = count - 1;
    return LC_OK;
}

static lc_status
grow_nodes(lc_graph *self)
{
    size_t room = self->room == 0 ? FIRST_NODES : self->room + self->room / 2;
    node_record *nodes = lc_mem_resize(self->nodes, room, sizeof *nodes);
    if (nodes == NULL) {
        return LC_NOMEM;
    }
    self->nodes = nodes;
    self->room = room;
    return LC_OK;
}

lc_status
lc_graph_add(lc_graph *self, uint64_t key, uint32_t *node)
{
    uint64_t hash = hash_of(key);
    size_t i = probe(self, key, hash);
    if (self->slots[i] != 0) {
        *node = (uint32_t)self->slots[i] - 1;
        return LC_OK;
    }
    if (self->count >= LC_GRAPH_NONE - 1) {
        return LC_FULL;
    }
    if (self->count == self->room && grow_nodes(self) != LC_OK) {
        return LC_NOMEM;
    }
    if (self->count + 1 > (self->mask + 1) / 4 * 3) {
        if (grow_slots(self) != LC_OK) {
            return LC_NOMEM;
        }
        i = probe(self, key, hash);
    }
    self->nodes[self->count] =
        (node_record){.key = key, .parent = LC_GRAPH_NONE, .state = FAR};
    self->slots[i] = slot_of(hash, self->count);
    *node = (uint32_t)self->count++;
    return LC_OK;
}

uint32_t
lc_graph_find(const lc_graph *self, uint64_t key)
{
    uint64_t slot = self->slots[probe(self, key, hash_of(key))];
    return slot == 0 ? LC_GRAPH_NONE : (uint32_t)slot - 1;
}

static lc_status
put(lc_graph *self, uint32_t node, uint32_t cost)
{
    bucket *into = &self->buckets[cost & (BUCKETS - 1)];
    if (into->count == into->room) {
        size_t room = into->room == 0 ? FIRST_NODES : into->room * 2;
        uint32_t *nodes = lc_mem_resize(into->nodes, room, sizeof *nodes);
        if (nodes == NULL) {
            return LC_NOMEM;
        }
        into->nodes = nodes;
        into->room = room;
    }
    into->nodes[into->count++] = node;
    return LC_OK;
}

static uint32_t
at_most(uint32_t cost)
{
    return cost < LC_GRAPH_COST_MAX ? cost : LC_GRAPH_COST_MAX;
}

lc_status
lc_graph_start(lc_graph *self, uint32_t node, uint32_t cost, uint32_t label)
{
    node_record *n = &self->nodes[node];
    uint32_t least = at_most(cost);
    if (least < self->now) {
        least = self->now;
    }
    bool closed = (n->state & (FIXED | START)) == FIXED;
    bool dearer = (n->state & START) != 0 && (n->state & FAR) <= least;
    if ((n->state & OUT) != 0 || closed || dearer) {
        return LC_OK;
    }
    if (put(self, node, least) != LC_OK) {
        return LC_NOMEM;
    }
    n->parent = label;
    n->state = START | FIXED | least;
    return LC_OK;
}

void
lc_graph_close(lc_graph *self, uint32_t node)
{
    self->nodes[node].parent = LC_GRAPH_NONE;
    self->nodes[node].state = FIXED | FAR;
}

lc_status
lc_graph_reach(lc_graph *self, uint32_t from, uint32_t to, uint32_t cost)
{
    node_record *n = &self->nodes[to];
    uint32_t total = (self->nodes[from].state & FAR) + at_most(cost);
    if ((n->state & (OUT | FIXED)) != 0 || (n->state & FAR) <= total || total >= FAR) {
        return LC_OK;
    }
    if (put(self, to, total) != LC_OK) {
        return LC_NOMEM;
    }
    n->parent = from;
    n->state = total;
    return LC_OK;
}

bool
lc_graph_next(lc_graph *self, uint32_t *node)
{
    for (size_t empty = 0; empty < BUCKETS; self->now++, empty++) {
        bucket *from = &self->buckets[self->now & (BUCKETS - 1)];
        while (from->first < from->count) {
            uint32_t found = from->nodes[from->first++];
            uint32_t state = self->nodes[found].state;
            /* Else it came out already, or it is queued again for less. */
            if ((state & OUT) == 0 && (state & FAR) == self->now) {
                self->nodes[found].state = state | OUT;
                *node = found;
                return true;
            }
        }
        from->first = 0;
        from->count = 0;
    }
    self->now -= BUCKETS; /* As if not asked: what is started later begins there. */
    return false;
}

uint32_t
lc_graph_count(const lc_graph *self)
{
    return (uint32_t)self->count;
}

uint64_t
lc_graph_key(const lc_graph *self, uint32_t node)
{
    return self->nodes[node].key;
}

bool
lc_graph_is_out(const lc_graph *self, uint32_t node)
{
    return (self->nodes[node].state & OUT) != 0;
}

uint32_t
lc_graph_cost(const lc_graph *self, uint32_t node)
{
    uint32_t cost = self->nodes[node].state & FAR;
    return cost == FAR ? LC_GRAPH_NONE : cost;
}

uint32_t
lc_graph_parent(const lc_graph *self, uint32_t node)
{
    const node_record *n = &self->nodes[node];
    return (n->state & START) != 0 ? LC_GRAPH_NONE : n->parent;
}

uint32_t
lc_graph_label(const lc_graph *self, uint32_t node)
{
    const node_record *n = &self->nodes[node];
    return (n->state & START) != 0 ? n->parent : LC_GRAPH_NONE;
}

bool
lc_graph_check(const lc_graph *self)
{
    for (uint32_t node = 0; node < self->count; node++) {
        uint32_t parent = lc_graph_parent(self, node);
        if (lc_graph_find(self, self->nodes[node].key) != node) {
            return false;
        }
        if (parent != LC_GRAPH_NONE &&
            (!lc_graph_is_out(self, parent) ||
             lc_graph_cost(self, parent) > lc_graph_cost(self, node))) {
            return false;
        }
    }
    return true;
}
