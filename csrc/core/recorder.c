/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <stdatomic.h>

#include "mem.h"

typedef struct {
    lc_blocks *blocks;  /* Owned. */
    lc_ledger ledger;   /* Owned. */
    int64_t untracked;  /* Releases of blocks this book had never seen. */
    int64_t dropped;    /* Blocks that came to life and could not be recorded. */
    atomic_flag busy;   /* The lock; of RAW only. */
} book;

/* Frames of the tree from here on are native stacks; keys likewise, which no address of a
 * program reaches. */
#define STACK_FRAME (UINT32_C(1) << 31)
#define STACK_KEY (UINT64_C(1) << 63)

struct lc_recorder {
    lc_calltree *tree; /* Owned. */
    lc_stacks *stacks; /* Owned; used like the tree. */
    int64_t unplaced; /* See lc_recorder_below; likewise. */
    book books[LC_RECORDER_BOOKS];
    int64_t missing_marks; /* Under the interpreter lock. */
    atomic_int_fast64_t missed; /* See lc_recorder_miss. */
};

/* The raw domain is used without the interpreter lock. What happens inside is nearly always
 * a handful of memory accesses, so waiting threads spin: while a table grows or a mark is
 * copied, as long as that takes. */
static inline void
lock(lc_recorder *self, lc_recorder_book which)
{
    if (which == LC_RECORDER_RAW) {
        atomic_flag *busy = &self->books[which].busy;
        while (atomic_flag_test_and_set_explicit(busy, memory_order_acquire)) {
        }
    }
}

static inline void
unlock(lc_recorder *self, lc_recorder_book which)
{
    if (which == LC_RECORDER_RAW) {
        atomic_flag_clear_explicit(&self->books[which].busy, memory_order_release);
    }
}

lc_recorder *
lc_recorder_new(void)
{
    lc_recorder *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->tree = lc_calltree_new();
    self->stacks = lc_stacks_new();
    bool ok = self->tree != NULL && self->stacks != NULL;
    for (int i = 0; i < LC_RECORDER_BOOKS; i++) {
        atomic_flag_clear(&self->books[i].busy);
        lc_ledger_init(&self->books[i].ledger);
        self->books[i].blocks = lc_blocks_new();
        ok = ok && self->books[i].blocks != NULL;
    }
    if (!ok) {
        lc_recorder_free(self);
        return NULL;
    }
    return self;
}

void
lc_recorder_free(lc_recorder *self)
{
    if (self != NULL) {
        for (int i = 0; i < LC_RECORDER_BOOKS; i++) {
            lc_blocks_free(self->books[i].blocks);
            lc_ledger_clear(&self->books[i].ledger);
        }
        lc_calltree_free(self->tree);
        lc_stacks_free(self->stacks);
        lc_mem_free(self);
    }
}

lc_calltree *
lc_recorder_tree(lc_recorder *self)
{
    return self->tree;
}

lc_stacks *
lc_recorder_stacks(lc_recorder *self)
{
    return self->stacks;
}

uint32_t
lc_recorder_below(lc_recorder *self, uint32_t parent, const uintptr_t *addresses,
                  uint32_t depth)
{
    uint32_t number;
    if (depth == 0 || parent == LC_CALLTREE_NONE) {
        return parent;
    }
    if (lc_stacks_intern(self->stacks, addresses, depth, &number) != LC_OK) {
        self->unplaced++;
        return parent;
    }
    uint64_t key = STACK_KEY | number;
    uint32_t node = lc_calltree_find(self->tree, parent, key);
    if (node == LC_CALLTREE_NONE &&
        lc_calltree_put(self->tree, parent, key, STACK_FRAME | number,
                        LC_CALLTREE_NO_OWNER, &node) != LC_OK) {
        self->unplaced++;
        return parent;
    }
    return node;
}

int64_t
lc_recorder_unplaced(const lc_recorder *self)
{
    return self->unplaced;
}

bool
lc_recorder_is_stack(const lc_recorder *self, uint32_t node, uint32_t *number)
{
    if (node < LC_CALLTREE_FIXED) {
        return false;
    }
    uint32_t frame = lc_calltree_frame(self->tree, node);
    *number = frame & ~STACK_FRAME;
    return (frame & STACK_FRAME) != 0;
}

/* Records one block in a book whose lock is held. */
static inline void
put_locked(book *b, const void *block, size_t size, uint32_t node)
{
    /* LC_CALLTREE_NONE is above the largest node as well. */
    if (node > LC_BLOCKS_NODE_MAX ||
        (node >= b->ledger.room && lc_ledger_reserve(&b->ledger, node + 1) != LC_OK)) {
        b->dropped++;
        return;
    }
    /* The ledger gets the size that the table will give back, so that both agree. */
    uint64_t bytes = size < LC_BLOCKS_SIZE_MAX ? size : LC_BLOCKS_SIZE_MAX;
    lc_block value = {.node = node, .size = bytes};
    lc_block old;
    if (lc_blocks_put(b->blocks, (uintptr_t)block, value, &old) != LC_OK) {
        b->dropped++;
        return;
    }
    lc_ledger_add(&b->ledger, node, 1, (int64_t)bytes);
    if (old.node != LC_BLOCKS_NO_NODE) {
        /* Its release went past us: by another interpreter, or free() on a raw block. */
        lc_ledger_add(&b->ledger, old.node, -1, -(int64_t)old.size);
    }
}

void
lc_recorder_put(lc_recorder *self, lc_recorder_book which, const void *block,
                size_t size, uint32_t node)
{
    lock(self, which);
    put_locked(&self->books[which], block, size, node);
    unlock(self, which);
}

bool
lc_recorder_take(lc_recorder *self, lc_recorder_book which, const void *block,
                 uint32_t *node, size_t *size)
{
    book *b = &self->books[which];
    lc_block value = {.node = LC_CALLTREE_NONE, .size = 0};
    lock(self, which);
    bool known = lc_blocks_take(b->blocks, (uintptr_t)block, &value) == LC_OK;
    if (known) {
        lc_ledger_add(&b->ledger, value.node, -1, -(int64_t)value.size);
    }
    else if (which != LC_RECORDER_NATIVE) {
        b->untracked++;
    }
    unlock(self, which);
    *node = value.node;
    *size = (size_t)value.size;
    return known;
}

void
lc_recorder_restore(lc_recorder *self, lc_recorder_book which, const void *block,
                    size_t size, uint32_t node, bool known)
{
    book *b = &self->books[which];
    lock(self, which);
    if (known) {
        put_locked(b, block, size, node);
    }
    else if (which != LC_RECORDER_NATIVE) {
        b->untracked--;
    }
    unlock(self, which);
}

void
lc_recorder_miss(lc_recorder *self)
{
    atomic_fetch_add_explicit(&self->missed, 1, memory_order_relaxed);
}

lc_status
lc_recorder_mark(lc_recorder *self)
{
    lc_status status = LC_OK;
    lc_recorder_book marked = 0; /* Books that have the new mark. */
    while (marked < LC_RECORDER_BOOKS && status == LC_OK) {
        lock(self, marked);
        status = lc_ledger_mark(&self->books[marked].ledger);
        unlock(self, marked);
        marked += status == LC_OK;
    }
    if (status != LC_OK) {
        self->missing_marks++;
        while (marked > 0) {
            marked--;
            lock(self, marked);
            lc_ledger_unmark(&self->books[marked].ledger);
            unlock(self, marked);
        }
    }
    return status;
}

uint32_t
lc_recorder_marks(const lc_recorder *self)
{
    return self->books[LC_RECORDER_OBJECT].ledger.marks; /* The same in each. */
}

lc_ledger_entry
lc_recorder_at(const lc_recorder *self, lc_recorder_book which, uint32_t mark,
               uint32_t node)
{
    return lc_ledger_at(&self->books[which].ledger, mark, node);
}

int64_t
lc_recorder_net(lc_recorder *self, lc_recorder_book which)
{
    lock(self, which);
    book *b = &self->books[which];
    int64_t net = (int64_t)lc_blocks_count(b->blocks) + b->dropped - b->untracked;
    unlock(self, which);
    return net;
}

size_t
lc_recorder_live(lc_recorder *self, lc_recorder_book which)
{
    lock(self, which);
    size_t live = lc_blocks_count(self->books[which].blocks);
    unlock(self, which);
    return live;
}

lc_status
lc_recorder_each(lc_recorder *self, lc_recorder_book which,
                 lc_status (*visit)(uintptr_t address, lc_block block, void *context),
                 void *context)
{
    lock(self, which);
    lc_status status = lc_blocks_each(self->books[which].blocks, visit, context);
    unlock(self, which);
    return status;
}

int64_t
lc_recorder_untracked(lc_recorder *self)
{
    int64_t sum = 0;
    for (lc_recorder_book which = 0; which < LC_RECORDER_BOOKS; which++) {
        lock(self, which);
        sum += self->books[which].untracked;
        unlock(self, which);
    }
    return sum;
}

int64_t
lc_recorder_dropped(lc_recorder *self)
{
    int64_t sum = self->missing_marks + (int64_t)atomic_load(&self->missed);
    for (lc_recorder_book which = 0; which < LC_RECORDER_BOOKS; which++) {
        lock(self, which);
        sum += self->books[which].dropped;
        unlock(self, which);
    }
    return sum;
}

size_t
lc_recorder_footprint(lc_recorder *self)
{
    size_t sum = 0;
    for (lc_recorder_book which = 0; which < LC_RECORDER_BOOKS; which++) {
        lock(self, which);
        sum += lc_blocks_footprint(self->books[which].blocks);
        unlock(self, which);
    }
    return sum;
}

void
lc_recorder_unlock_after_fork(lc_recorder *self)
{
    atomic_flag_clear(&self->books[LC_RECORDER_RAW].busy);
}

bool
lc_recorder_check(lc_recorder *self)
{
    bool sound = lc_calltree_check(self->tree) && lc_stacks_check(self->stacks);
    for (lc_recorder_book which = 0; which < LC_RECORDER_BOOKS; which++) {
        lock(self, which);
        const book *b = &self->books[which];
        int64_t live = 0;
        for (uint32_t i = 0; i < b->ledger.room; i++) {
            live += b->ledger.now[i].blocks;
        }
        sound = sound && lc_blocks_check(b->blocks) &&
                live == (int64_t)lc_blocks_count(b->blocks);
        unlock(self, which);
    }
    return sound;
}
