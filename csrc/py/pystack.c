/* SPDX-License-Identifier: MIT */
#include "pystack.h"

#include "../core/mem.h"
#include "pyframe.h"

struct lc_pystack {
    lc_calltree *tree; /* Borrowed. */
    lc_pysite *site;   /* Borrowed. */
    const void *base;  /* The frame that drives the loop; never dereferenced. */
    int depth;         /* Levels of the last stack that are known to be right. */
    bool cut;          /* The last stack was too deep and began at LC_CALLTREE_CUT. */
    int turn;          /* Which of `keys` holds the last stack. */
    uintptr_t keys[2][LC_PYFRAME_MAX];     /* Innermost first. */
    uint32_t nodes[LC_PYFRAME_MAX + 1];    /* Outermost first; [0] is a root. */
    PyCodeObject *codes[LC_PYFRAME_MAX];   /* Scratch of `intern`; borrowed. */
    int offsets[LC_PYFRAME_MAX];           /* Scratch of `intern`; bytes. */
};

lc_pystack *
lc_pystack_new(lc_calltree *tree, lc_pysite *site, const void *base)
{
    lc_pystack *self = lc_mem_calloc(1, sizeof *self);
    if (self != NULL) {
        self->tree = tree;
        self->site = site;
        self->base = base;
        self->nodes[0] = LC_CALLTREE_ROOT;
    }
    return self;
}

void
lc_pystack_free(lc_pystack *self)
{
    lc_mem_free(self);
}

/* Makes nodes for the levels from `level` on, at least one of which has a new key. */
static lc_status
intern(lc_pystack *self, PyThreadState *thread, const uintptr_t *now, int depth,
       int level)
{
    lc_pyframe_codes(thread, depth - level, self->codes, self->offsets);
    for (; level < depth; level++) {
        int inner = depth - 1 - level;
        uint32_t parent = self->nodes[level];
        uint32_t node = lc_calltree_find(self->tree, parent, now[inner]);
        if (node == LC_CALLTREE_NONE) {
            uint32_t owner, frame;
            lc_status status = lc_pysite_intern(self->site, self->codes[inner],
                                                self->offsets[inner], &owner, &frame);
            if (status == LC_OK) {
                status = lc_calltree_put(self->tree, parent, now[inner], frame, owner,
                                         &node);
            }
            if (status != LC_OK) {
                return status;
            }
        }
        self->nodes[level + 1] = node;
    }
    return LC_OK;
}

/* Outermost levels of `now` that equal those of the last stack. */
static int
common_levels(const lc_pystack *self, const uintptr_t *now, int depth)
{
    const uintptr_t *last = self->keys[self->turn];
    int most = depth < self->depth ? depth : self->depth;
    int level = 0;
    while (level < most && now[depth - 1 - level] == last[self->depth - 1 - level]) {
        level++;
    }
    return level;
}

uint32_t
lc_pystack_node(lc_pystack *self, PyThreadState *thread)
{
    uintptr_t *now = self->keys[1 - self->turn];
    lc_pyframe_extent stack =
        lc_pyframe_walk(thread, self->base, self->keys[self->turn], now);
    int depth = stack.depth;
    if (stack.cut != self->cut) {
        self->cut = stack.cut;
        self->depth = 0;
        self->nodes[0] = stack.cut ? LC_CALLTREE_CUT : LC_CALLTREE_ROOT;
    }
    int level;
    if (depth == self->depth) {
        if (stack.changed == 0) {
            return self->nodes[depth];
        }
        level = depth - stack.changed;
    }
    else {
        level = common_levels(self, now, depth);
    }
    self->turn = 1 - self->turn;
    self->depth = depth;
    for (; level < depth; level++) {
        uint32_t node =
            lc_calltree_find(self->tree, self->nodes[level], now[depth - 1 - level]);
        if (node == LC_CALLTREE_NONE) {
            if (intern(self, thread, now, depth, level) != LC_OK) {
                self->depth = 0;
                return LC_CALLTREE_NONE;
            }
            break;
        }
        self->nodes[level + 1] = node;
    }
    return self->nodes[depth];
}

void
lc_pystack_retire(lc_pystack *self, PyCodeObject *code)
{
    uint32_t owner;
    if (lc_pysite_retire(self->site, code, &owner)) {
        lc_calltree_forget(self->tree, owner);
        self->depth = 0;
    }
}
