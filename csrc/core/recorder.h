/* SPDX-License-Identifier: MIT
 *
 * What the allocator hooks talk to: three books of live blocks over one call tree.
 *
 *     LC_RECORDER_OBJECT   blocks of the object and mem domains
 *     LC_RECORDER_RAW      blocks of the raw domain
 *     LC_RECORDER_NATIVE   what the C library gave to others than Python's allocators
 *
 * A block is always released through the domain that made it, so the books never need
 * each other. Each has its own block table and ledger.
 *
 * Invariant: per book, the ledger's blocks now add up to the table's count. The net count
 * is that, plus the blocks dropped, less the releases of blocks the book does not know
 * (made before it began, or dropped). The NATIVE book does not count those: memory that
 * libraries took before is released at any time.
 *
 * Thread rule: the OBJECT book belongs to whoever holds the interpreter lock, the RAW book
 * may be used by any thread at any time and has a lock of its own. The tree and the NATIVE
 * book have none: their user has one for both (py/pyrecord.h), since a native block needs
 * each and a lock is a third of what it costs. What asks all books takes that lock as well.
 * No function fails the caller: what can't be recorded is counted as dropped.
 */
#ifndef LC_CORE_RECORDER_H
#define LC_CORE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "calltree.h"
#include "ledger.h"
#include "stacks.h"
#include "status.h"

typedef enum {
    LC_RECORDER_OBJECT,
    LC_RECORDER_RAW,
    LC_RECORDER_NATIVE,
    LC_RECORDER_BOOKS,
} lc_recorder_book;

typedef struct lc_recorder lc_recorder;

/* Returns an empty recorder owned by the caller, or NULL. */
lc_recorder *lc_recorder_new(void);
void lc_recorder_free(lc_recorder *self);

/* The tree; owned by the recorder. */
lc_calltree *lc_recorder_tree(lc_recorder *self);

/* The native stacks that nodes of the tree stand for, likewise. */
lc_stacks *lc_recorder_stacks(lc_recorder *self);

/* The node below `parent` of a native stack, or `parent` itself where memory or the number
 * of stacks does not allow for one more. Whoever may use the tree may call. And how often
 * that was so. */
uint32_t lc_recorder_below(lc_recorder *self, uint32_t parent,
                           const uintptr_t *addresses, uint32_t depth);
int64_t lc_recorder_unplaced(const lc_recorder *self);

/* True for a node of a native stack, which has no children; fills its number. */
bool lc_recorder_is_stack(const lc_recorder *self, uint32_t node, uint32_t *number);

/* A block came to life at `node` (LC_CALLTREE_NONE: its place is not known; dropped). */
void lc_recorder_put(lc_recorder *self, lc_recorder_book book, const void *block,
                     size_t size, uint32_t node);

/* A block is about to be released. Fills `out` and returns true when the book knew it. */
bool lc_recorder_take(lc_recorder *self, lc_recorder_book book, const void *block,
                      uint32_t *node, size_t *size);

/* A taken block is alive after all (a resize that failed): as if never taken. */
void lc_recorder_restore(lc_recorder *self, lc_recorder_book book, const void *block,
                         size_t size, uint32_t node, bool known);

/* A native block came or went that could not be recorded: counted as dropped. From any
 * thread, and from a signal handler. */
void lc_recorder_miss(lc_recorder *self);

/* Copies the ledgers into a mark. LC_NOMEM: the mark is missing and counted as dropped. */
lc_status lc_recorder_mark(lc_recorder *self);
uint32_t lc_recorder_marks(const lc_recorder *self);

/* A node's live blocks and bytes of one book at a mark. */
lc_ledger_entry lc_recorder_at(const lc_recorder *self, lc_recorder_book book,
                               uint32_t mark, uint32_t node);

/* Change in live blocks since the recorder began, known and unknown ones together. */
int64_t lc_recorder_net(lc_recorder *self, lc_recorder_book book);

/* Blocks live now that the book has seen. */
size_t lc_recorder_live(lc_recorder *self, lc_recorder_book book);

/* Calls `visit` for every live block of a book: see lc_blocks_each. */
lc_status lc_recorder_each(lc_recorder *self, lc_recorder_book book,
                           lc_status (*visit)(uintptr_t address, lc_block block,
                                              void *context),
                           void *context);

/* Releases of blocks the books did not know; blocks and marks not recorded. */
int64_t lc_recorder_untracked(lc_recorder *self);
int64_t lc_recorder_dropped(lc_recorder *self);

/* Bytes of our own memory in the block tables. */
size_t lc_recorder_footprint(lc_recorder *self);

/* Lets a forked child go on when another thread of the parent held a lock. */
void lc_recorder_unlock_after_fork(lc_recorder *self);

bool lc_recorder_check(lc_recorder *self);

#endif
