/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <string.h> /* memcpy, memset */

#include "mem.h"

enum { FIRST_NODES = 256, FIRST_MARKS = 16 };

struct lc_ledger_row {
    lc_ledger_entry *entries; /* Owned; `count` of them. */
    uint32_t count;
};

void
lc_ledger_init(lc_ledger *self)
{
    memset(self, 0, sizeof *self);
}

void
lc_ledger_clear(lc_ledger *self)
{
    for (uint32_t i = 0; i < self->marks; i++) {
        lc_mem_free(self->rows[i].entries);
    }
    lc_mem_free(self->rows);
    lc_mem_free(self->now);
    lc_ledger_init(self);
}

lc_status
lc_ledger_reserve(lc_ledger *self, uint32_t nodes)
{
    if (nodes <= self->room) {
        return LC_OK;
    }
    uint32_t room = self->room == 0 ? FIRST_NODES : self->room;
    while (room < nodes) {
        room *= 2;
    }
    lc_ledger_entry *now = lc_mem_resize(self->now, room, sizeof *now);
    if (now == NULL) {
        return LC_NOMEM;
    }
    memset(now + self->room, 0, (size_t)(room - self->room) * sizeof *now);
    self->now = now;
    self->room = room;
    return LC_OK;
}

lc_status
lc_ledger_mark(lc_ledger *self)
{
    if (self->marks == self->marks_room) {
        uint32_t room = self->marks_room == 0 ? FIRST_MARKS : self->marks_room * 2;
        struct lc_ledger_row *rows = lc_mem_resize(self->rows, room, sizeof *rows);
        if (rows == NULL) {
            return LC_NOMEM;
        }
        self->rows = rows;
        self->marks_room = room;
    }
    lc_ledger_entry *entries = NULL;
    if (self->room > 0) {
        entries = lc_mem_calloc(self->room, sizeof *entries);
        if (entries == NULL) {
            return LC_NOMEM;
        }
        memcpy(entries, self->now, (size_t)self->room * sizeof *entries);
    }
    self->rows[self->marks].entries = entries;
    self->rows[self->marks].count = self->room;
    self->marks++;
    return LC_OK;
}

void
lc_ledger_unmark(lc_ledger *self)
{
    self->marks--;
    lc_mem_free(self->rows[self->marks].entries);
}

lc_ledger_entry
lc_ledger_at(const lc_ledger *self, uint32_t mark, uint32_t node)
{
    const struct lc_ledger_row *row = &self->rows[mark];
    return node < row->count ? row->entries[node] : (lc_ledger_entry){0, 0};
}
