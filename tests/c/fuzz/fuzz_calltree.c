/* SPDX-License-Identifier: MIT */
/* Links: calltree.c pairs.c */
/* The call tree beside lists that are searched from end to end: put, find, forget, and requests
 * for memory that fail. */
#include "calltree.h"

#include "fuzz.h"
#include "mem_fake.h"

enum { MOST = 1200, OWNERS = 600 };

typedef struct {
    uint64_t key;
    uint32_t parent;
    uint32_t node; /* LC_CALLTREE_NONE: it was forgotten. */
} edge;

typedef struct {
    uint32_t owner;
    uint32_t edge; /* Index. */
} claim;

typedef struct {
    uint32_t parent;
    uint32_t frame;
} place;

typedef struct {
    lc_calltree *tree;
    edge edges[MOST];
    uint32_t edge_count;
    claim claims[MOST]; /* Which owner an edge was put for. */
    uint32_t claim_count;
    place nodes[MOST];
    uint32_t node_count;
} world;

static uint32_t
edge_at(world *w, uint32_t parent, uint64_t key)
{
    for (uint32_t i = 0; i < w->edge_count; i++) {
        if (w->edges[i].parent == parent && w->edges[i].key == key) {
            return i;
        }
    }
    w->edges[w->edge_count] =
        (edge){.key = key, .parent = parent, .node = LC_CALLTREE_NONE};
    return w->edge_count++;
}

static uint32_t
node_at(const world *w, uint32_t parent, uint32_t frame)
{
    for (uint32_t i = LC_CALLTREE_FIXED; i < w->node_count; i++) {
        if (w->nodes[i].parent == parent && w->nodes[i].frame == frame) {
            return i;
        }
    }
    return w->node_count;
}

static void
put(world *w, uint32_t parent, uint64_t key, uint32_t frame, uint32_t owner)
{
    uint32_t out = LC_CALLTREE_NONE;
    uint32_t expected = node_at(w, parent, frame);
    uint32_t at = edge_at(w, parent, key);
    lc_status status = lc_calltree_put(w->tree, parent, key, frame, owner, &out);
    if (status != LC_OK) {
        must(status == LC_NOMEM && mem_fake_failed());
        must(lc_calltree_find(w->tree, parent, key) == w->edges[at].node);
        must(lc_calltree_count(w->tree) == w->node_count);
        return;
    }
    must(out == expected);
    if (expected == w->node_count) {
        w->nodes[w->node_count++] = (place){.parent = parent, .frame = frame};
    }
    w->edges[at].node = expected;
    if (owner != LC_CALLTREE_NO_OWNER) {
        w->claims[w->claim_count++] = (claim){.owner = owner, .edge = at};
    }
}

static void
forget(world *w, uint32_t owner)
{
    lc_calltree_forget(w->tree, owner);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->claim_count; i++) {
        if (w->claims[i].owner == owner) {
            w->edges[w->claims[i].edge].node = LC_CALLTREE_NONE;
        }
        else {
            w->claims[kept++] = w->claims[i];
        }
    }
    w->claim_count = kept;
}

static void
audit(const world *w)
{
    must(lc_calltree_check(w->tree));
    must(lc_calltree_count(w->tree) == w->node_count);
    for (uint32_t i = 0; i < w->edge_count; i++) {
        const edge *e = &w->edges[i];
        must(lc_calltree_find(w->tree, e->parent, e->key) == e->node);
    }
    for (uint32_t i = LC_CALLTREE_FIXED; i < w->node_count; i++) {
        must(lc_calltree_parent(w->tree, i) == w->nodes[i].parent);
        must(lc_calltree_frame(w->tree, i) == w->nodes[i].frame);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world w;
    input in = {data, size};
    mem_fake_fail_at(0);
    w.tree = lc_calltree_new();
    must(w.tree != NULL && lc_calltree_count(w.tree) == LC_CALLTREE_FIXED);
    w.edge_count = w.claim_count = 0;
    w.node_count = LC_CALLTREE_FIXED;
    while (in.left > 0 && w.edge_count + 1 < MOST && w.claim_count + 1 < MOST &&
           w.node_count + 1 < MOST) {
        uint8_t what = (uint8_t)number(&in, 1);
        uint32_t parent = (uint32_t)number(&in, 2) % w.node_count;
        uint64_t key = number(&in, what & 0x80 ? 8 : 1);
        uint32_t owner = (uint32_t)number(&in, what & 0x40 ? 2 : 1) % OWNERS;
        switch (what % 8) {
        case 0:
            forget(&w, owner);
            break;
        case 1:
            mem_fake_fail_at(key % 5);
            break;
        case 2:
            must(lc_calltree_find(w.tree, parent, key) ==
                 w.edges[edge_at(&w, parent, key)].node);
            break;
        case 3:
            put(&w, parent, key, (uint32_t)number(&in, 1), LC_CALLTREE_NO_OWNER);
            break;
        default:
            put(&w, parent, key, (uint32_t)number(&in, 1), owner);
            break;
        }
    }
    audit(&w);
    lc_calltree_free(w.tree);
    must(mem_fake_outstanding() == 0);
    return 0;
}
