/* SPDX-License-Identifier: MIT */
#include "calltree.h"

#include "mem.h"

enum { FIRST = 256 }; /* Nodes, and links, of a new tree. */
#define NO_LINK UINT32_MAX

typedef struct {
    uint32_t parent;
    uint32_t frame;
} node;

/* One key of one owner; free links are chained through `next` as well. */
typedef struct {
    uint64_t key;
    uint32_t parent;
    uint32_t next; /* Index of the owner's next link, or NO_LINK. */
} link;

struct lc_calltree {
    lc_pairs edges; /* (key, parent) -> node. */
    lc_pairs nodes; /* (frame, parent) -> node. */
    node *all;      /* Owned. */
    uint32_t count;
    uint32_t room;
    link *links; /* Owned. */
    uint32_t link_room;
    uint32_t link_count; /* Links ever taken from the end. */
    uint32_t free_link;  /* Head of the free links, or NO_LINK. */
    uint32_t *owners;    /* Owned; first link of each owner, or NO_LINK. */
    uint32_t owner_room;
};

lc_calltree *
lc_calltree_new(void)
{
    lc_calltree *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->free_link = NO_LINK;
    self->all = lc_mem_calloc(FIRST, sizeof *self->all);
    if (lc_pairs_init(&self->edges) != LC_OK || lc_pairs_init(&self->nodes) != LC_OK ||
        self->all == NULL) {
        lc_calltree_free(self);
        return NULL;
    }
    self->room = FIRST;
    for (uint32_t i = 0; i < LC_CALLTREE_FIXED; i++) {
        self->all[i] = (node){LC_CALLTREE_ROOT, LC_CALLTREE_NO_FRAME};
    }
    self->count = LC_CALLTREE_FIXED;
    return self;
}

void
lc_calltree_free(lc_calltree *self)
{
    if (self != NULL) {
        lc_pairs_clear(&self->edges);
        lc_pairs_clear(&self->nodes);
        lc_mem_free(self->all);
        lc_mem_free(self->links);
        lc_mem_free(self->owners);
        lc_mem_free(self);
    }
}

uint32_t
lc_calltree_find(const lc_calltree *self, uint32_t parent, uint64_t key)
{
    return lc_pairs_find(&self->edges, key, parent);
}

/* Makes room for one more node. */
static lc_status
reserve_node(lc_calltree *self)
{
    if (self->count < self->room) {
        return LC_OK;
    }
    if (self->count >= LC_CALLTREE_NODES_MAX) {
        return LC_FULL;
    }
    node *all = lc_mem_resize(self->all, (size_t)self->room * 2, sizeof *all);
    if (all == NULL) {
        return LC_NOMEM;
    }
    self->all = all;
    self->room *= 2;
    return LC_OK;
}

/* Makes sure that one link is free and that `owner` has a list. */
static lc_status
reserve_link(lc_calltree *self, uint32_t owner)
{
    if (owner == LC_CALLTREE_NO_OWNER) {
        return LC_OK;
    }
    if (owner >= LC_CALLTREE_OWNERS_MAX) {
        return LC_FULL;
    }
    if (self->free_link == NO_LINK && self->link_count == self->link_room) {
        uint32_t room = self->link_room == 0 ? FIRST : self->link_room * 2;
        link *links = lc_mem_resize(self->links, room, sizeof *links);
        if (links == NULL) {
            return LC_NOMEM;
        }
        self->links = links;
        self->link_room = room;
    }
    if (owner >= self->owner_room) {
        uint32_t room = self->owner_room == 0 ? FIRST : self->owner_room;
        while (room <= owner) {
            room *= 2;
        }
        uint32_t *owners = lc_mem_resize(self->owners, room, sizeof *owners);
        if (owners == NULL) {
            return LC_NOMEM;
        }
        for (uint32_t i = self->owner_room; i < room; i++) {
            owners[i] = NO_LINK;
        }
        self->owners = owners;
        self->owner_room = room;
    }
    return LC_OK;
}

/* Remembers that `owner` has this key; reserve_link has succeeded. */
static void
add_link(lc_calltree *self, uint32_t owner, uint32_t parent, uint64_t key)
{
    uint32_t i = self->free_link;
    if (i != NO_LINK) {
        self->free_link = self->links[i].next;
    }
    else {
        i = self->link_count++;
    }
    self->links[i] = (link){.key = key, .parent = parent, .next = self->owners[owner]};
    self->owners[owner] = i;
}

lc_status
lc_calltree_put(lc_calltree *self, uint32_t parent, uint64_t key, uint32_t frame,
                uint32_t owner, uint32_t *out)
{
    lc_status status = reserve_link(self, owner);
    if (status != LC_OK) {
        return status;
    }
    uint32_t found = lc_pairs_find(&self->nodes, frame, parent);
    bool fresh = found == LC_PAIRS_NONE;
    if (fresh) {
        status = reserve_node(self);
        if (status == LC_OK) {
            status = lc_pairs_put(&self->nodes, frame, parent, self->count);
        }
        if (status != LC_OK) {
            return status;
        }
        found = self->count;
    }
    status = lc_pairs_put(&self->edges, key, parent, found);
    if (status != LC_OK) {
        if (fresh) {
            lc_pairs_remove(&self->nodes, frame, parent);
        }
        return status;
    }
    if (fresh) {
        self->all[self->count++] = (node){.parent = parent, .frame = frame};
    }
    if (owner != LC_CALLTREE_NO_OWNER) {
        add_link(self, owner, parent, key);
    }
    *out = found;
    return LC_OK;
}

void
lc_calltree_forget(lc_calltree *self, uint32_t owner)
{
    if (owner >= self->owner_room) {
        return;
    }
    uint32_t i = self->owners[owner];
    self->owners[owner] = NO_LINK;
    while (i != NO_LINK) {
        uint32_t next = self->links[i].next;
        lc_pairs_remove(&self->edges, self->links[i].key, self->links[i].parent);
        self->links[i].next = self->free_link;
        self->free_link = i;
        i = next;
    }
}

uint32_t
lc_calltree_count(const lc_calltree *self)
{
    return self->count;
}

uint32_t
lc_calltree_parent(const lc_calltree *self, uint32_t node_id)
{
    return self->all[node_id].parent;
}

uint32_t
lc_calltree_frame(const lc_calltree *self, uint32_t node_id)
{
    return self->all[node_id].frame;
}

bool
lc_calltree_check(const lc_calltree *self)
{
    for (uint32_t i = LC_CALLTREE_FIXED; i < self->count; i++) {
        const node *n = &self->all[i];
        if (n->parent >= i || lc_pairs_find(&self->nodes, n->frame, n->parent) != i) {
            return false;
        }
    }
    return lc_pairs_check(&self->edges) && lc_pairs_check(&self->nodes);
}
