/* SPDX-License-Identifier: MIT
 *
 * Per call-tree node: live blocks and bytes now, and at every mark.
 *
 *            node 0   node 1   node 2  ...
 *     now    [n, B]   [n, B]   [n, B]        changed by every block that comes or goes
 *     mark 0 [n, B]   [n, B]                 a copy; nodes made later read as 0 here
 *     mark 1 [n, B]   [n, B]   [n, B]
 *
 * A mark copies one row: its cost follows the number of nodes, never that of blocks.
 *
 * Thread rule: none of its own; the recorder says who may call.
 */
#ifndef LC_CORE_LEDGER_H
#define LC_CORE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

typedef struct {
    int64_t blocks; /* Live blocks. */
    int64_t bytes;  /* Their sizes. */
} lc_ledger_entry;

/* Open to the recorder so that an addition can be inlined on the hot path. */
typedef struct {
    lc_ledger_entry *now; /* Owned; `room` of them, by node id. */
    uint32_t room;
    uint32_t marks;      /* Marks taken. */
    uint32_t marks_room; /* Room for marks. */
    struct lc_ledger_row *rows;  /* Owned; one per mark. */
} lc_ledger;

/* Makes `self` empty. Never fails. */
void lc_ledger_init(lc_ledger *self);
void lc_ledger_clear(lc_ledger *self);

/* Makes room for node ids below `nodes`. LC_NOMEM: unchanged. */
lc_status lc_ledger_reserve(lc_ledger *self, uint32_t nodes);

/* Copies what is now into a new mark. LC_NOMEM: no mark was added. */
lc_status lc_ledger_mark(lc_ledger *self);

/* Takes the last mark back; there must be one. */
void lc_ledger_unmark(lc_ledger *self);

/* The entry of `node` at `mark` (under marks); zeros when it was not known yet. */
lc_ledger_entry lc_ledger_at(const lc_ledger *self, uint32_t mark, uint32_t node);

/* Adds blocks and bytes to a node for which room is reserved. */
static inline void
lc_ledger_add(lc_ledger *self, uint32_t node, int64_t blocks, int64_t bytes)
{
    self->now[node].blocks += blocks;
    self->now[node].bytes += bytes;
}

#endif
