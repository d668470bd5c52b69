/* SPDX-License-Identifier: MIT */
/* Links: blocks.c */
/* The table of live blocks beside an array that knows the same: put, replace, take, runs of
 * neighbours long enough to make the table grow, and requests for memory that fail. */
#include "blocks.h"

#include <string.h> /* memset */

#include "fuzz.h"
#include "mem_fake.h"

enum { SLOTS = 8192, STEPS_MAX = 400 };

typedef struct {
    lc_blocks *table;
    lc_block model[SLOTS]; /* node LC_BLOCKS_NO_NODE: not live. */
    size_t live;
    size_t most; /* That lived at once. */
    uint8_t stride; /* Log2 of the bytes between two slots' addresses. */
} world;

static uintptr_t
address_of(const world *w, uint32_t slot)
{
    return ((uintptr_t)slot + 1) << w->stride;
}

static void
put(world *w, uint32_t slot, lc_block block)
{
    lc_block old = {0};
    lc_block known = w->model[slot];
    lc_status status = lc_blocks_put(w->table, address_of(w, slot), block, &old);
    if (status == LC_NOMEM) {
        must(mem_fake_failed());
        return;
    }
    must(status == LC_OK);
    must(old.node == known.node);
    must(known.node == LC_BLOCKS_NO_NODE || old.size == known.size);
    w->live += known.node == LC_BLOCKS_NO_NODE;
    w->most = w->live > w->most ? w->live : w->most;
    block.size = block.size < LC_BLOCKS_SIZE_MAX ? block.size : LC_BLOCKS_SIZE_MAX;
    w->model[slot] = block;
}

static void
take(world *w, uint32_t slot)
{
    lc_block out = {0};
    lc_status status = lc_blocks_take(w->table, address_of(w, slot), &out);
    lc_block known = w->model[slot];
    must(status == (known.node == LC_BLOCKS_NO_NODE ? LC_ABSENT : LC_OK));
    if (status == LC_OK) {
        must(out.node == known.node && out.size == known.size);
        w->model[slot].node = LC_BLOCKS_NO_NODE;
        w->live--;
    }
}

static lc_status
seen(uintptr_t address, lc_block block, void *context)
{
    world *w = context;
    uint32_t slot = (uint32_t)((address >> w->stride) - 1);
    must(slot < SLOTS && address == address_of(w, slot));
    must(block.node == w->model[slot].node && block.size == w->model[slot].size);
    w->live--;
    return LC_OK;
}

static void
audit(world *w)
{
    size_t live = w->live;
    must(lc_blocks_check(w->table));
    must(lc_blocks_count(w->table) == live);
    must(lc_blocks_each(w->table, seen, w) == LC_OK);
    must(w->live == 0); /* Each was seen once. */
    w->live = live;
    size_t floor = w->most > LC_BLOCKS_FIRST ? w->most : LC_BLOCKS_FIRST;
    must(lc_blocks_footprint(w->table) <= 32 * floor);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world w;
    input in = {data, size};
    mem_fake_fail_at(0);
    w.table = lc_blocks_new();
    must(w.table != NULL);
    w.live = w.most = 0;
    w.stride = (uint8_t)(number(&in, 1) % 44);
    memset(w.model, 0xFF, sizeof w.model);
    for (int i = 0; i < STEPS_MAX && in.left > 0; i++) {
        uint8_t what = (uint8_t)number(&in, 1);
        uint32_t slot = (uint32_t)number(&in, 2) % SLOTS;
        uint32_t many = 1;
        if (what & 0x80) {
            many = (uint32_t)number(&in, 2) % (SLOTS / 2);
        }
        lc_block block = {.node = 0, .size = 0};
        switch (what % 4) {
        case 0:
        case 1:
            block.node = (uint32_t)number(&in, 3);
            block.size = number(&in, what % 8 == 0 ? 8 : 1);
            for (uint32_t k = 0; k < many; k++) {
                put(&w, (slot + k) % SLOTS, block);
            }
            break;
        case 2:
            for (uint32_t k = 0; k < many; k++) {
                take(&w, (slot + k) % SLOTS);
            }
            break;
        default:
            if (slot % 8 == 0) {
                audit(&w);
            }
            mem_fake_fail_at(slot % 4);
            break;
        }
    }
    audit(&w);
    lc_blocks_free(w.table);
    must(mem_fake_outstanding() == 0);
    return 0;
}
