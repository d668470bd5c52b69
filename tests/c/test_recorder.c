/* SPDX-License-Identifier: MIT */
/* Links: ledger.c calltree.c blocks.c pairs.c stacks.c */
/* recorder.c is included instead: a held lock and damaged books are seen from inside. */
#include "recorder.c"

#include <pthread.h> /* pthread_create */
#include <sched.h> /* sched_yield */

#include "mem_fake.h"
#include "random.h"

/* The block at an address: the recorder never looks inside. */
static const void *
at(uintptr_t address)
{
    return (const void *)address;
}

/* Takes a block that must be known by this node and size. */
static void
assert_taken(lc_recorder *r, lc_recorder_book which, uintptr_t address, uint32_t node,
             size_t size)
{
    uint32_t got_node = 99;
    size_t got_size = 99;
    assert_true(lc_recorder_take(r, which, at(address), &got_node, &got_size));
    assert_int_equal(got_node, node);
    assert_int_equal(got_size, size);
}

/* Releases a block that the book must not know. */
static void
assert_unknown(lc_recorder *r, lc_recorder_book which, uintptr_t address)
{
    uint32_t node;
    size_t size;
    assert_false(lc_recorder_take(r, which, at(address), &node, &size));
}

/* A node's row now, seen through a new mark. */
static void
assert_now(lc_recorder *r, lc_recorder_book which, uint32_t node, int64_t blocks,
           int64_t bytes)
{
    assert_int_equal(lc_recorder_mark(r), LC_OK);
    lc_ledger_entry entry = lc_recorder_at(r, which, lc_recorder_marks(r) - 1, node);
    assert_int_equal(entry.blocks, blocks);
    assert_int_equal(entry.bytes, bytes);
}

static lc_status
add_size(uintptr_t address, lc_block block, void *context)
{
    (void)address;
    *(uint64_t *)context += block.size;
    return LC_OK;
}

static void
each_shows_the_live_blocks_of_one_book(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_OBJECT, at(0x1000), 5, 1);
    lc_recorder_put(r, LC_RECORDER_OBJECT, at(0x2000), 70, 1);
    lc_recorder_put(r, LC_RECORDER_RAW, at(0x3000), 900, 1);
    assert_taken(r, LC_RECORDER_OBJECT, 0x1000, 1, 5);
    uint64_t sizes = 0;
    assert_int_equal(lc_recorder_each(r, LC_RECORDER_OBJECT, add_size, &sizes), LC_OK);
    assert_int_equal(sizes, 70);
    assert_int_equal(lc_recorder_each(r, LC_RECORDER_RAW, add_size, &sizes), LC_OK);
    assert_int_equal(sizes, 970);
    lc_recorder_free(r);
}

static void
a_new_recorder_is_empty_and_sound(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    assert_int_equal(lc_calltree_count(lc_recorder_tree(r)), LC_CALLTREE_FIXED);
    for (lc_recorder_book which = 0; which < LC_RECORDER_BOOKS; which++) {
        assert_int_equal(lc_recorder_net(r, which), 0);
        assert_int_equal(lc_recorder_live(r, which), 0);
    }
    assert_int_equal(lc_recorder_untracked(r), 0);
    assert_int_equal(lc_recorder_dropped(r), 0);
    assert_int_equal(lc_recorder_marks(r), 0);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
    lc_recorder_free(NULL);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
books_do_not_know_each_others_blocks(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_OBJECT, at(16), 10, 3);
    lc_recorder_put(r, LC_RECORDER_RAW, at(16), 20, 4);
    assert_now(r, LC_RECORDER_OBJECT, 3, 1, 10);
    assert_now(r, LC_RECORDER_OBJECT, 4, 0, 0);
    assert_now(r, LC_RECORDER_RAW, 4, 1, 20);
    assert_taken(r, LC_RECORDER_RAW, 16, 4, 20);
    assert_taken(r, LC_RECORDER_OBJECT, 16, 3, 10);
    assert_now(r, LC_RECORDER_OBJECT, 3, 0, 0);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
}

static void
a_restored_block_is_as_if_never_taken(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_OBJECT, at(16), 10, 3);
    uint32_t node;
    size_t size;
    bool known = lc_recorder_take(r, LC_RECORDER_OBJECT, at(16), &node, &size);
    lc_recorder_restore(r, LC_RECORDER_OBJECT, at(16), size, node, known);
    assert_now(r, LC_RECORDER_OBJECT, 3, 1, 10);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT), 1);

    known = lc_recorder_take(r, LC_RECORDER_OBJECT, at(32), &node, &size);
    assert_false(known);
    assert_int_equal(node, LC_CALLTREE_NONE);
    assert_int_equal(size, 0);
    assert_int_equal(lc_recorder_untracked(r), 1);
    lc_recorder_restore(r, LC_RECORDER_OBJECT, at(32), size, node, known);
    assert_int_equal(lc_recorder_untracked(r), 0);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT), 1);
    assert_int_equal(lc_recorder_dropped(r), 0);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
}

static void
the_net_count_goes_down_with_blocks_made_before(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_RAW, at(16), 10, 3);
    assert_unknown(r, LC_RECORDER_RAW, 32);
    assert_unknown(r, LC_RECORDER_RAW, 48);
    assert_unknown(r, LC_RECORDER_OBJECT, 48);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_RAW), -1);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_RAW), 1);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT), -1);
    assert_int_equal(lc_recorder_untracked(r), 3);
    lc_recorder_free(r);
}

static void
memory_that_libraries_took_before_goes_unnoticed(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_NATIVE, at(16), 10, 3);
    assert_unknown(r, LC_RECORDER_NATIVE, 32);
    assert_unknown(r, LC_RECORDER_RAW, 16);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_NATIVE), 1);
    lc_recorder_restore(r, LC_RECORDER_NATIVE, at(32), 0, 0, false);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_NATIVE), 1);
    assert_int_equal(lc_recorder_untracked(r), 1);
    assert_taken(r, LC_RECORDER_NATIVE, 16, 3, 10);
    lc_recorder_free(r);
}

static void
a_block_without_a_place_is_dropped_and_counted(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_OBJECT, at(16), 10, LC_CALLTREE_NONE);
    lc_recorder_put(r, LC_RECORDER_OBJECT, at(32), 10, LC_BLOCKS_NODE_MAX + 1);
    assert_int_equal(lc_recorder_dropped(r), 2);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_OBJECT), 0);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT), 2);
    assert_unknown(r, LC_RECORDER_OBJECT, 16);
    assert_unknown(r, LC_RECORDER_OBJECT, 32);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT),
                     0); /* They came and went. */
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
}

/* Its release went past the hooks; the address is given out again. */
static void
an_address_used_again_is_no_leak_of_its_first_block(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    for (int i = 0; i < 10; i++) {
        lc_recorder_put(r, LC_RECORDER_RAW, at(16), 10, 3);
        lc_recorder_put(r, LC_RECORDER_RAW, at(16), 20, 4);
    }
    assert_now(r, LC_RECORDER_RAW, 3, 0, 0);
    assert_now(r, LC_RECORDER_RAW, 4, 1, 20);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_RAW), 1);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
}

static void
bytes_of_a_huge_block_come_and_go_alike(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_RAW, at(16), SIZE_MAX, 3);
    assert_now(r, LC_RECORDER_RAW, 3, 1, (INT64_C(1) << 40) - 1);
    assert_taken(r, LC_RECORDER_RAW, 16, 3, ((size_t)1 << 40) - 1);
    assert_now(r, LC_RECORDER_RAW, 3, 0, 0);
    lc_recorder_free(r);
}

static void
the_footprint_grows_with_each_book(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    size_t empty = lc_recorder_footprint(r);
    for (uintptr_t i = 1; i < 3000; i++) {
        lc_recorder_put(r, LC_RECORDER_OBJECT, at(i * 16), 1, 3);
    }
    size_t one = lc_recorder_footprint(r);
    assert_true(one > empty);
    for (uintptr_t i = 1; i < 3000; i++) {
        lc_recorder_put(r, LC_RECORDER_RAW, at(i * 16), 1, 3);
    }
    assert_int_equal(lc_recorder_footprint(r) - one, one - empty);
    lc_recorder_free(r);
}

/* Every operation on all books against arrays by slot and node. */
static void
random_operations_agree_with_a_naive_model(void **state)
{
    (void)state;
    enum { POOL = 3000, NODES = 900, STEPS = 200000 };
    static struct {
        bool live;
        uint32_t node;
        size_t size;
    } model[LC_RECORDER_BOOKS][POOL];
    static lc_ledger_entry sums[LC_RECORDER_BOOKS][NODES];
    int64_t live[LC_RECORDER_BOOKS] = {0};
    int64_t gone[LC_RECORDER_BOOKS] = {0}; /* Releases of unknown blocks. */
    uint64_t seed = 24;
    lc_recorder *r = lc_recorder_new();
    for (int step = 0; step < STEPS; step++) {
        uint64_t draw = next_random(&seed);
        lc_recorder_book which = (lc_recorder_book)((draw >> 3) % LC_RECORDER_BOOKS);
        size_t i = (size_t)(draw >> 8) % POOL;
        uintptr_t address = UINT64_C(0x7F0000000000) + i * 16;
        uint32_t node = (uint32_t)(draw >> 40) % NODES;
        size_t size = (size_t)(draw >> 50);
        if (draw >> 1 & 1) {
            if (model[which][i].live) {
                sums[which][model[which][i].node].blocks--;
                sums[which][model[which][i].node].bytes -=
                    (int64_t)model[which][i].size;
            }
            live[which] += !model[which][i].live;
            lc_recorder_put(r, which, at(address), size, node);
            model[which][i].live = true;
            model[which][i].node = node;
            model[which][i].size = size;
            sums[which][node].blocks++;
            sums[which][node].bytes += (int64_t)size;
        }
        else {
            bool known = lc_recorder_take(r, which, at(address), &node, &size);
            assert_int_equal(known, model[which][i].live);
            if (known) {
                assert_int_equal(node, model[which][i].node);
                assert_int_equal(size, model[which][i].size);
            }
            if (draw >> 2 & 1) {
                lc_recorder_restore(r, which, at(address), size, node, known);
            }
            else if (known) {
                sums[which][node].blocks--;
                sums[which][node].bytes -= (int64_t)size;
                live[which]--;
                model[which][i].live = false;
            }
            else if (which != LC_RECORDER_NATIVE) {
                gone[which]++;
            }
        }
        assert_int_equal(lc_recorder_live(r, which), live[which]);
        assert_int_equal(lc_recorder_net(r, which), live[which] - gone[which]);
        if (step % 5000 == 0) {
            assert_true(lc_recorder_check(r));
            assert_int_equal(lc_recorder_mark(r), LC_OK);
            for (node = 0; node < NODES; node++) {
                lc_ledger_entry entry =
                    lc_recorder_at(r, which, lc_recorder_marks(r) - 1, node);
                assert_int_equal(entry.blocks, sums[which][node].blocks);
                assert_int_equal(entry.bytes, sums[which][node].bytes);
            }
        }
    }
    assert_int_equal(lc_recorder_untracked(r), gone[0] + gone[1]);
    assert_int_equal(lc_recorder_dropped(r), 0);
    lc_recorder_free(r);
}

static void
check_sees_a_ledger_that_does_not_add_up(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_put(r, LC_RECORDER_RAW, at(16), 10, 3);
    lc_ledger_add(&r->books[LC_RECORDER_RAW].ledger, 3, 1, 0);
    assert_false(lc_recorder_check(r));
    lc_ledger_add(&r->books[LC_RECORDER_RAW].ledger, 3, -1, 0);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
}

static void
a_forked_child_gets_past_a_lock_held_by_a_lost_thread(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lock(r, LC_RECORDER_RAW); /* By a thread that does not exist in the child. */
    lc_recorder_unlock_after_fork(r);
    lc_recorder_put(r, LC_RECORDER_RAW, at(16), 10, 3);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_RAW), 1);
    lc_recorder_free(r);
}

static void
a_restore_needs_no_memory(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    for (uintptr_t i = 1; i <= 5000; i++) {
        lc_recorder_put(r, LC_RECORDER_OBJECT, at(i * 16), 1, 3);
        uint32_t node;
        size_t size;
        bool known = lc_recorder_take(r, LC_RECORDER_OBJECT, at(i * 16), &node, &size);
        mem_fake_fail_at(1);
        lc_recorder_restore(r, LC_RECORDER_OBJECT, at(i * 16), size, node, known);
        assert_false(mem_fake_failed());
        mem_fake_fail_at(0);
    }
    assert_int_equal(lc_recorder_dropped(r), 0);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_OBJECT), 5000);
    lc_recorder_free(r);
}

static void
what_was_missed_is_counted_as_dropped(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    lc_recorder_miss(r);
    lc_recorder_put(r, LC_RECORDER_NATIVE, at(16), 1, LC_CALLTREE_NONE);
    lc_recorder_miss(r);
    assert_int_equal(lc_recorder_dropped(r), 3);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_NATIVE), 0);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_recorder_is_empty_and_sound),
        cmocka_unit_test(each_shows_the_live_blocks_of_one_book),
        cmocka_unit_test(books_do_not_know_each_others_blocks),
        cmocka_unit_test(a_restored_block_is_as_if_never_taken),
        cmocka_unit_test(the_net_count_goes_down_with_blocks_made_before),
        cmocka_unit_test(memory_that_libraries_took_before_goes_unnoticed),
        cmocka_unit_test(a_block_without_a_place_is_dropped_and_counted),
        cmocka_unit_test(an_address_used_again_is_no_leak_of_its_first_block),
        cmocka_unit_test(bytes_of_a_huge_block_come_and_go_alike),
        cmocka_unit_test(the_footprint_grows_with_each_book),
        cmocka_unit_test(random_operations_agree_with_a_naive_model),
        cmocka_unit_test(check_sees_a_ledger_that_does_not_add_up),
        cmocka_unit_test(a_forked_child_gets_past_a_lock_held_by_a_lost_thread),
        cmocka_unit_test(a_restore_needs_no_memory),
        cmocka_unit_test(what_was_missed_is_counted_as_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
