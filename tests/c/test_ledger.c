/* SPDX-License-Identifier: MIT */
/* Links: ledger.c */
#include "ledger.h"

#include "mem_fake.h"
#include "random.h"

static void
assert_entry(lc_ledger_entry entry, int64_t blocks, int64_t bytes)
{
    assert_int_equal(entry.blocks, blocks);
    assert_int_equal(entry.bytes, bytes);
}

static void
a_new_ledger_owns_nothing_and_can_be_marked(void **state)
{
    (void)state;
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    assert_int_equal(ledger.marks, 0);
    lc_ledger_clear(&ledger);
    assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
    assert_int_equal(ledger.marks, 1);
    assert_entry(lc_ledger_at(&ledger, 0, 0), 0, 0);
    assert_entry(lc_ledger_at(&ledger, 0, UINT32_MAX), 0, 0);
    lc_ledger_clear(&ledger);
    assert_int_equal(ledger.marks, 0);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
reserved_nodes_start_at_zero_and_keep_their_sums(void **state)
{
    (void)state;
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    assert_int_equal(lc_ledger_reserve(&ledger, 1), LC_OK);
    lc_ledger_add(&ledger, 0, 1, 100);
    for (uint32_t nodes = 2; nodes < 5000; nodes += 97) {
        assert_int_equal(lc_ledger_reserve(&ledger, nodes), LC_OK);
        assert_true(ledger.room >= nodes);
        assert_entry(ledger.now[nodes - 1], 0, 0);
        lc_ledger_add(&ledger, nodes - 1, 2, 30);
        lc_ledger_add(&ledger, nodes - 1, -1, -10);
    }
    assert_entry(ledger.now[0], 1, 100);
    for (uint32_t nodes = 2; nodes < 5000; nodes += 97) {
        assert_entry(ledger.now[nodes - 1], 1, 20);
    }
    lc_ledger_clear(&ledger);
}

static void
a_mark_keeps_what_was_then(void **state)
{
    (void)state;
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    assert_int_equal(lc_ledger_reserve(&ledger, 3), LC_OK);
    for (uint32_t mark = 0; mark < 100; mark++) {
        assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
        lc_ledger_add(&ledger, 1, 1, 10);
        lc_ledger_add(&ledger, 2, -1, -7);
    }
    assert_int_equal(ledger.marks, 100);
    for (uint32_t mark = 0; mark < 100; mark++) {
        assert_entry(lc_ledger_at(&ledger, mark, 0), 0, 0);
        assert_entry(lc_ledger_at(&ledger, mark, 1), mark, 10 * (int64_t)mark);
        assert_entry(lc_ledger_at(&ledger, mark, 2), -(int64_t)mark,
                     -7 * (int64_t)mark);
    }
    lc_ledger_clear(&ledger);
}

static void
nodes_made_after_a_mark_read_zero_there(void **state)
{
    (void)state;
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    assert_int_equal(lc_ledger_reserve(&ledger, 1), LC_OK);
    assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
    uint32_t late = ledger.room;
    assert_int_equal(lc_ledger_reserve(&ledger, late + 1), LC_OK);
    lc_ledger_add(&ledger, late, 5, 50);
    assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
    assert_entry(lc_ledger_at(&ledger, 0, late), 0, 0);
    assert_entry(lc_ledger_at(&ledger, 1, late), 5, 50);
    lc_ledger_clear(&ledger);
}

/* What a mark asks for does not depend on how many blocks were counted. */
static void
a_mark_is_one_request_whatever_it_counts(void **state)
{
    (void)state;
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    assert_int_equal(lc_ledger_reserve(&ledger, 10), LC_OK);
    assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
    for (int64_t blocks = 1; blocks < 1000000; blocks *= 100) {
        lc_ledger_add(&ledger, 3, blocks, blocks);
        mem_fake_fail_at(0);
        assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
        assert_int_equal(mem_fake_requests(), 1);
    }
    lc_ledger_clear(&ledger);
}

static void
a_mark_taken_back_leaves_those_before_it(void **state)
{
    (void)state;
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
    lc_ledger_unmark(&ledger); /* A row without entries. */
    assert_int_equal(lc_ledger_reserve(&ledger, 1), LC_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
        lc_ledger_add(&ledger, 0, 1, 8);
    }
    lc_ledger_unmark(&ledger);
    assert_int_equal(ledger.marks, 2);
    assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
    assert_entry(lc_ledger_at(&ledger, 1, 0), 1, 8);
    assert_entry(lc_ledger_at(&ledger, 2, 0), 3, 24);
    lc_ledger_clear(&ledger);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
random_operations_agree_with_a_naive_model(void **state)
{
    (void)state;
    enum { NODES = 1500, MARKS = 60 };
    static lc_ledger_entry now[NODES];
    static lc_ledger_entry marked[MARKS][NODES];
    lc_ledger ledger;
    lc_ledger_init(&ledger);
    uint64_t seed = 22;
    uint32_t nodes = 1;
    for (uint32_t mark = 0; mark < MARKS; mark++) {
        for (int step = 0; step < 500; step++) {
            uint64_t draw = next_random(&seed);
            nodes += draw % 20 == 0 && nodes < NODES;
            assert_int_equal(lc_ledger_reserve(&ledger, nodes), LC_OK);
            uint32_t node = (uint32_t)(draw >> 20) % nodes;
            int64_t blocks = (int64_t)(draw >> 60) - 7;
            int64_t bytes = blocks * (int64_t)(draw >> 44 & 0xFFFF);
            lc_ledger_add(&ledger, node, blocks, bytes);
            now[node].blocks += blocks;
            now[node].bytes += bytes;
        }
        assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
        for (uint32_t node = 0; node < NODES; node++) {
            marked[mark][node] = now[node];
        }
    }
    for (uint32_t mark = 0; mark < MARKS; mark++) {
        for (uint32_t node = 0; node < NODES; node++) {
            lc_ledger_entry entry = marked[mark][node];
            assert_entry(lc_ledger_at(&ledger, mark, node), entry.blocks, entry.bytes);
        }
    }
    lc_ledger_clear(&ledger);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        lc_ledger ledger;
        lc_ledger_init(&ledger);
        mem_fake_fail_at(n);
        for (uint32_t i = 0; i < 40; i++) {
            uint32_t room = ledger.room;
            if (lc_ledger_reserve(&ledger, i * 50 + 1) != LC_OK) {
                assert_true(mem_fake_failed());
                assert_int_equal(ledger.room, room);
                assert_int_equal(lc_ledger_reserve(&ledger, i * 50 + 1), LC_OK);
            }
            lc_ledger_add(&ledger, i * 50, 1, 1);
            if (lc_ledger_mark(&ledger) != LC_OK) {
                assert_true(mem_fake_failed());
                assert_int_equal(ledger.marks, i);
                assert_int_equal(lc_ledger_mark(&ledger), LC_OK);
            }
        }
        for (uint32_t i = 0; i < 40; i++) {
            assert_entry(lc_ledger_at(&ledger, i, i * 50), 1, 1);
            assert_entry(lc_ledger_at(&ledger, i, i * 50 + 50), 0, 0);
        }
        lc_ledger_clear(&ledger);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(n > 40); /* One request a mark, and those that grow. */
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_ledger_owns_nothing_and_can_be_marked),
        cmocka_unit_test(reserved_nodes_start_at_zero_and_keep_their_sums),
        cmocka_unit_test(a_mark_keeps_what_was_then),
        cmocka_unit_test(nodes_made_after_a_mark_read_zero_there),
        cmocka_unit_test(a_mark_is_one_request_whatever_it_counts),
        cmocka_unit_test(a_mark_taken_back_leaves_those_before_it),
        cmocka_unit_test(random_operations_agree_with_a_naive_model),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
