/* SPDX-License-Identifier: MIT */
/* Links: */
/* blocks.c is included instead: chains and damaged tables are seen from inside only. */
#include "blocks.c"

#include "mem_fake.h"
#include "random.h"

enum { CLUSTERS = 24, CLUSTER = 256, POOL = CLUSTERS * CLUSTER };

/* Addresses as an allocator gives them: runs of 16-byte steps in distant arenas, and a
 * few runs of wider steps. */
static uintptr_t
pool_address(size_t i)
{
    size_t cluster = i / CLUSTER;
    size_t step = cluster % 4 == 3 ? 4096 : 16;
    return UINT64_C(0x7F0000000000) + cluster * UINT64_C(0x100000) * 7 +
           (i % CLUSTER + 1) * step;
}

/* Puts an entry that must be new. */
static void
put_new(lc_blocks *table, uintptr_t address, uint32_t node, uint64_t size)
{
    lc_block old;
    lc_block block = {.node = node, .size = size};
    assert_int_equal(lc_blocks_put(table, address, block, &old), LC_OK);
    assert_int_equal(old.node, LC_BLOCKS_NO_NODE);
}

static void
assert_taken(lc_blocks *table, uintptr_t address, uint32_t node, uint64_t size)
{
    lc_block out = {0, 0};
    assert_int_equal(lc_blocks_take(table, address, &out), LC_OK);
    assert_int_equal(out.node, node);
    assert_int_equal(out.size, size);
}

static void
a_new_table_is_empty_and_sound(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    lc_block out;
    assert_int_equal(lc_blocks_count(table), 0);
    assert_int_equal(lc_blocks_take(table, 16, &out), LC_ABSENT);
    assert_int_equal(lc_blocks_take(table, 0, &out), LC_ABSENT);
    assert_true(lc_blocks_check(table));
    assert_true(lc_blocks_footprint(table) >= LC_BLOCKS_FIRST * 16);
    lc_blocks_free(table);
    lc_blocks_free(NULL);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
take_gives_back_what_was_put_once(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    lc_block out = {7, 7};
    put_new(table, 0x1000, LC_BLOCKS_NODE_MAX, 123);
    put_new(table, UINTPTR_MAX, 0, 0);
    assert_int_equal(lc_blocks_count(table), 2);
    assert_taken(table, 0x1000, LC_BLOCKS_NODE_MAX, 123);
    assert_taken(table, UINTPTR_MAX, 0, 0);
    assert_int_equal(lc_blocks_take(table, 0x1000, &out), LC_ABSENT);
    assert_int_equal(out.node, 7); /* Absent: untouched. */
    assert_int_equal(lc_blocks_count(table), 0);
    lc_blocks_free(table);
}

static void
put_again_replaces_and_tells_what_stood_there(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    lc_block old = {0, 0};
    put_new(table, 0x1000, 5, 10);
    lc_block block = {.node = 6, .size = 20};
    assert_int_equal(lc_blocks_put(table, 0x1000, block, &old), LC_OK);
    assert_int_equal(old.node, 5);
    assert_int_equal(old.size, 10);
    assert_int_equal(lc_blocks_count(table), 1);
    assert_taken(table, 0x1000, 6, 20);
    lc_blocks_free(table);
}

static void
sizes_saturate_and_leave_the_node_alone(void **state)
{
    (void)state;
    const uint64_t most = (UINT64_C(1) << 40) - 1;
    const uint64_t sizes[] = {most - 1, most, most + 1, UINT64_MAX};
    lc_blocks *table = lc_blocks_new();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        put_new(table, 64, 3, sizes[i]);
        assert_taken(table, 64, 3, sizes[i] < most ? sizes[i] : most);
    }
    lc_blocks_free(table);
}

/* 200,000 puts, replacements and takes; the model is an array by pool index. */
static void
random_operations_agree_with_a_naive_model(void **state)
{
    (void)state;
    static lc_block model[POOL];
    static bool live[POOL];
    size_t count = 0;
    size_t most = 0;
    uint64_t seed = 20;
    lc_blocks *table = lc_blocks_new();
    for (int step = 0; step < 200000; step++) {
        uint64_t draw = next_random(&seed);
        size_t i = (size_t)(draw >> 20) % POOL;
        /* The share of puts swings, so that the table fills and drains again. */
        bool put = draw % 10 < (step / 20000 % 2 == 0 ? 8 : 2);
        uint32_t node = (uint32_t)(draw >> 33) & LC_BLOCKS_NODE_MAX;
        lc_block got = {0, 0};
        if (put) {
            lc_block block = {.node = node, .size = draw >> 25};
            assert_int_equal(lc_blocks_put(table, pool_address(i), block, &got), LC_OK);
            assert_int_equal(got.node, live[i] ? model[i].node : LC_BLOCKS_NO_NODE);
            count += !live[i];
            model[i] = block;
            live[i] = true;
        }
        else {
            lc_status status = lc_blocks_take(table, pool_address(i), &got);
            assert_int_equal(status, live[i] ? LC_OK : LC_ABSENT);
            if (live[i]) {
                assert_int_equal(got.node, model[i].node);
                assert_int_equal(got.size, model[i].size);
                count--;
            }
            live[i] = false;
        }
        most = count > most ? count : most;
        assert_int_equal(lc_blocks_count(table), count);
        if (step % 500 == 0) {
            assert_true(lc_blocks_check(table));
        }
    }
    assert_true(most > 2 * LC_BLOCKS_FIRST); /* It grew more than once. */
    for (size_t i = 0; i < POOL; i++) {
        if (live[i]) {
            assert_taken(table, pool_address(i), model[i].node, model[i].size);
        }
    }
    assert_int_equal(lc_blocks_count(table), 0);
    assert_true(lc_blocks_check(table));
    lc_blocks_free(table);
}

/* The nth address, counted from 0, that belongs to the chain of `like`. */
static uintptr_t
in_chain_of(const lc_blocks *table, uintptr_t like, int n)
{
    uintptr_t address = 16;
    while (chain(table, address) != chain(table, like) || n-- > 0) {
        address += 16;
    }
    return address;
}

/* Six entries of one chain: whichever two go first, the rest stays reachable. */
static void
a_chain_closes_in_any_order(void **state)
{
    (void)state;
    enum { LENGTH = 6 };
    lc_blocks *table = lc_blocks_new();
    uintptr_t all[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
        all[i] = in_chain_of(table, 0x1000, i);
    }
    for (int first = 0; first < LENGTH; first++) {
        for (int second = 0; second < LENGTH; second++) {
            if (first == second) {
                continue;
            }
            for (uint32_t i = 0; i < LENGTH; i++) {
                put_new(table, all[i], i, i);
            }
            assert_taken(table, all[first], (uint32_t)first, (uint64_t)first);
            assert_true(lc_blocks_check(table));
            assert_taken(table, all[second], (uint32_t)second, (uint64_t)second);
            assert_true(lc_blocks_check(table));
            for (int i = 0; i < LENGTH; i++) {
                if (i != first && i != second) {
                    assert_taken(table, all[i], (uint32_t)i, (uint64_t)i);
                }
            }
            assert_int_equal(lc_blocks_count(table), 0);
        }
    }
    lc_blocks_free(table);
}

/* Aligned and clustered addresses spread over the chains: at the highest load, 4/3, none
 * is long. */
static void
chains_stay_short(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    for (size_t i = 0; i < POOL; i++) {
        put_new(table, pool_address(i), 1, 1);
    }
    for (size_t c = 0; c < chains(table); c++) {
        int length = 0;
        for (uint32_t i = table->heads[c]; i != NONE; i = table->entries[i].next) {
            length++;
        }
        assert_true(length < 16);
    }
    lc_blocks_free(table);
}

static void
released_entries_are_used_again(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    size_t footprint = lc_blocks_footprint(table);
    for (uintptr_t i = 1; i < 100000; i++) {
        put_new(table, i * 48, 1, 1);
        if (i > 500) {
            assert_taken(table, (i - 500) * 48, 1, 1);
        }
    }
    assert_int_equal(lc_blocks_footprint(table), footprint);
    assert_int_equal(lc_blocks_count(table), 500);
    assert_true(lc_blocks_check(table));
    lc_blocks_free(table);
}

/* Entries are named by 32-bit indices. */
static void
a_table_never_outgrows_its_indices(void **state)
{
    (void)state;
    lc_blocks table = {.shift = 64 - 30, .count = 1, .limit = 1, .free = NONE};
    mem_fake_fail_at(0);
    assert_int_equal(spread(&table), LC_NOMEM);
    table.room = table.used = UINT32_MAX - 1;
    assert_int_equal(fresh(&table), NONE);
    assert_int_equal(mem_fake_requests(), 0);
    assert_int_equal(table.shift, 64 - 30);
    assert_int_equal(table.used, UINT32_MAX - 1);
}

static void
check_sees_damage(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    put_new(table, 16, 1, 1);
    put_new(table, in_chain_of(table, 16, 1), 1, 1);
    put_new(table, 0x2000, 1, 1);
    assert_taken(table, 0x2000, 1, 1);
    uint32_t *head = chain(table, 16);
    assert_true(lc_blocks_check(table));

    table->count++; /* A wrong count. */
    assert_false(lc_blocks_check(table));
    table->count--;

    uint32_t idle = table->free; /* A released entry that is lost. */
    table->free = NONE;
    assert_false(lc_blocks_check(table));
    table->free = idle;
    table->entries[idle].next = idle; /* A free list that never ends. */
    assert_false(lc_blocks_check(table));
    table->entries[idle].next = table->used; /* One that leaves the pool. */
    assert_false(lc_blocks_check(table));
    table->entries[idle].next = NONE;

    uint32_t last = table->entries[*head].next; /* A chain that never ends. */
    table->entries[last].next = *head;
    assert_false(lc_blocks_check(table));
    table->entries[last].next = table->used; /* A chain that leaves the pool. */
    assert_false(lc_blocks_check(table));
    table->entries[last].next = NONE;

    table->entries[last].address = 0x2000; /* An entry in another's chain. */
    assert_false(lc_blocks_check(table));
    lc_blocks_free(table);
}

typedef struct {
    size_t count;
    uint64_t sizes;
    size_t most; /* Entries before the visit ends it. */
} tour;

static lc_status
tour_one(uintptr_t address, lc_block block, void *context)
{
    tour *so_far = context;
    assert_int_equal(address, block.size * 16);
    assert_int_equal(block.node, block.size % 7);
    so_far->sizes += block.size;
    return ++so_far->count == so_far->most ? LC_FULL : LC_OK;
}

static void
each_shows_what_lives_until_the_visit_ends_it(void **state)
{
    (void)state;
    lc_blocks *table = lc_blocks_new();
    lc_block out;
    for (uintptr_t i = 1; i <= 3000; i++) {
        put_new(table, i * 16, (uint32_t)(i % 7), i);
    }
    for (uintptr_t i = 2; i <= 3000; i += 2) {
        assert_int_equal(lc_blocks_take(table, i * 16, &out), LC_OK);
    }
    tour all = {.most = 0};
    assert_int_equal(lc_blocks_each(table, tour_one, &all), LC_OK);
    assert_int_equal(all.count, 1500);
    assert_int_equal(all.sizes, 1500 * 1500);
    tour some = {.most = 9};
    assert_int_equal(lc_blocks_each(table, tour_one, &some), LC_FULL);
    assert_int_equal(some.count, 9);
    lc_blocks_free(table);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        mem_fake_fail_at(n);
        lc_blocks *table = lc_blocks_new();
        if (table == NULL) {
            assert_true(mem_fake_failed());
            assert_int_equal(mem_fake_outstanding(), 0);
            continue;
        }
        for (uintptr_t i = 1; i <= 4000; i++) {
            lc_block block = {.node = (uint32_t)i, .size = i};
            lc_block out;
            lc_status status = lc_blocks_put(table, i * 16, block, &out);
            if (status != LC_OK) {
                assert_int_equal(status, LC_NOMEM);
                assert_int_equal(lc_blocks_count(table), i - 1);
                assert_int_equal(lc_blocks_take(table, i * 16, &out), LC_ABSENT);
                assert_true(lc_blocks_check(table));
                put_new(table, i * 16, (uint32_t)i, i); /* Only one request fails. */
            }
        }
        for (uintptr_t i = 1; i <= 4000; i++) {
            assert_taken(table, i * 16, (uint32_t)i, i);
        }
        lc_blocks_free(table);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(n > 4); /* The constructor's two and several growths were walked. */
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_table_is_empty_and_sound),
        cmocka_unit_test(take_gives_back_what_was_put_once),
        cmocka_unit_test(put_again_replaces_and_tells_what_stood_there),
        cmocka_unit_test(sizes_saturate_and_leave_the_node_alone),
        cmocka_unit_test(random_operations_agree_with_a_naive_model),
        cmocka_unit_test(a_chain_closes_in_any_order),
        cmocka_unit_test(chains_stay_short),
        cmocka_unit_test(released_entries_are_used_again),
        cmocka_unit_test(a_table_never_outgrows_its_indices),
        cmocka_unit_test(check_sees_damage),
        cmocka_unit_test(each_shows_what_lives_until_the_visit_ends_it),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
