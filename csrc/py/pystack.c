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
    lc_pyframe_stack walked; /* The last stack. */
    uintptr_t levels[LC_PYFRAME_MAX]; /* Keys of `nodes`, outermost first. */
    uint32_t nodes[LC_PYFRAME_MAX + 1]; /* Outermost first; [0] is a root. */
    PyCodeObject *codes[LC_PYFRAME_MAX]; /* Scratch of `intern`; borrowed. */
    int offsets[LC_PYFRAME_MAX]; /* Scratch of `intern`; bytes. */
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
intern(lc_pystack *self, PyThreadState *thread, int depth, int level)
{
    (void)lc_pyframe_codes(thread, depth - level, self->codes, self->offsets);
    for (; level < depth; level++) {
        int inner = depth - 1 - level;
        uint32_t parent = self->nodes[level];
        uintptr_t key = self->walked.keys[inner];
        uint32_t node = lc_calltree_find(self->tree, parent, key);
        if (node == LC_CALLTREE_NONE) {
            uint32_t owner, frame;
            lc_status status = lc_pysite_intern(self->site, self->codes[inner],
                                                self->offsets[inner], &owner, &frame);
            if (status == LC_OK) {
                status = lc_calltree_put(self->tree, parent, key, frame, owner, &node);
            }
            if (status != LC_OK) {
                return status;
            }
        }
        self->levels[level] = key;
        self->nodes[level + 1] = node;
    }
    return LC_OK;
}

/* Outermost levels of the walked stack that `nodes` are right for. */
static int
common_levels(const lc_pystack *self, int depth)
{
    int most = depth < self->depth ? depth : self->depth;
    int level = 0;
    const uintptr_t *keys = self->walked.keys;
    while (level < most && keys[depth - 1 - level] == self->levels[level]) {
        level++;
    }
    return level;
}

/* The node after a walk that changed more than the innermost frame, or met a new one. */
__attribute__((noinline)) static uint32_t
look_up(lc_pystack *self, PyThreadState *thread, int changed)
{
    int depth = self->walked.depth;
    if (self->walked.cut != self->cut) {
        self->cut = self->walked.cut;
        self->depth = 0;
        self->nodes[0] = self->cut ? LC_CALLTREE_CUT : LC_CALLTREE_ROOT;
    }
    int level = depth == self->depth ? depth - changed : common_levels(self, depth);
    self->depth = depth;
    for (; level < depth; level++) {
        uintptr_t key = self->walked.keys[depth - 1 - level];
        uint32_t node = lc_calltree_find(self->tree, self->nodes[level], key);
        if (node == LC_CALLTREE_NONE) {
            if (intern(self, thread, depth, level) != LC_OK) {
                self->depth = 0;
                return LC_CALLTREE_NONE;
            }
            break;
        }
        self->levels[level] = key;
        self->nodes[level + 1] = node;
    }
    return self->nodes[depth];
}

uint32_t
lc_pystack_node(lc_pystack *self, PyThreadState *thread)
{
    int changed = lc_pyframe_walk(thread, self->base, &self->walked);
    int depth = self->walked.depth;
    if (changed <= 1 && depth == self->depth && depth > 0 &&
        self->walked.cut == self->cut) {
        if (changed == 0) {
            return self->nodes[depth];
        }
        uintptr_t key = self->walked.keys[0];
        uint32_t node = lc_calltree_find(self->tree, self->nodes[depth - 1], key);
        if (node != LC_CALLTREE_NONE) {
            self->levels[depth - 1] = key;
            self->nodes[depth] = node;
            return node;
        }
    }
    return look_up(self, thread, changed);
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
