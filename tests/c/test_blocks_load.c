/* SPDX-License-Identifier: MIT */
/* Links: blocks.c */
/* What the table of live blocks costs when there are many. */
#include "blocks.h"

#include <stdlib.h> /* getenv */
#include <string.h> /* strstr */

#include "mem_fake.h"

static void
a_live_block_costs_at_most_32_bytes(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    for (uintptr_t i = 1; i <= 300000; i++) {
        lc_block block = {.node = 1, .size = 32};
        lc_block old;
        assert_int_equal(lc_blocks_put(table, i * 32, block, &old), LC_OK);
        assert_true(i < LC_BLOCKS_FIRST || lc_blocks_footprint(table) <= 32 * i);
    }
    assert_true(lc_blocks_check(table));
    lc_blocks_free(table);
}

/* Slow tools see nothing here that the smaller tests do not show them. */
static bool
built_for_speed(void)
{
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) &&                         \
    !defined(__SANITIZE_THREAD__)
    const char *preloaded = getenv("LD_PRELOAD"); /* valgrind names itself there. */
    return preloaded == NULL || strstr(preloaded, "vgpreload") == NULL;
#else
    return false;
#endif
}

static void
ten_million_entries_come_and_go(void **state)
{
    (void)state;
    enum { MANY = 10000000 };
    if (!built_for_speed()) {
        skip();
    }
    lc_blocks *table = lc_blocks_new();
    lc_block out;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        lc_block block = {.node = i & LC_BLOCKS_NODE_MAX, .size = i};
        if (lc_blocks_put(table, (uintptr_t)i * 64 + 16, block, &out) != LC_OK) {
            fail_msg("no memory at entry %u", i);
        }
    }
    assert_int_equal(lc_blocks_count(table), MANY);
    assert_true(lc_blocks_footprint(table) <= (size_t)32 * MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        if (lc_blocks_take(table, (uintptr_t)i * 64 + 16, &out) != LC_OK) {
            fail_msg("entry %u was lost", i);
        }
        bytes += out.size;
    }
    assert_int_equal(bytes, (uint64_t)MANY * (MANY - 1) / 2);
    assert_int_equal(lc_blocks_count(table), 0);
    lc_blocks_free(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_block_costs_at_most_32_bytes),
        cmocka_unit_test(ten_million_entries_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
