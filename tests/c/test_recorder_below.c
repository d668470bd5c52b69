/* SPDX-License-Identifier: MIT */
/* Links: recorder.c ledger.c calltree.c blocks.c pairs.c stacks.c */
#include "recorder.h"

#include "mem_fake.h"

static void
a_native_stack_is_a_node_below_the_python_stack(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    const uintptr_t calls[] = {0x1000, 0x2000};
    uint32_t number = 99;
    uint32_t one = lc_recorder_below(r, LC_CALLTREE_ROOT, calls, 2);
    assert_true(one >= LC_CALLTREE_FIXED);
    assert_int_equal(lc_calltree_parent(lc_recorder_tree(r), one), LC_CALLTREE_ROOT);
    assert_true(lc_recorder_is_stack(r, one, &number));
    assert_int_equal(number, 0);
    assert_int_equal(lc_recorder_below(r, LC_CALLTREE_ROOT, calls, 2), one);
    assert_int_not_equal(lc_recorder_below(r, LC_CALLTREE_ROOT, calls, 1), one);
    assert_int_not_equal(lc_recorder_below(r, LC_CALLTREE_NO_STACK, calls, 2), one);
    assert_int_equal(lc_stacks_count(lc_recorder_stacks(r)), 2);
    /* Nothing is known of the calls, or of the place. */
    assert_int_equal(lc_recorder_below(r, LC_CALLTREE_CUT, calls, 0), LC_CALLTREE_CUT);
    assert_int_equal(lc_recorder_below(r, LC_CALLTREE_NONE, calls, 2),
                     LC_CALLTREE_NONE);
    uint32_t python;
    assert_int_equal(
        lc_calltree_put(lc_recorder_tree(r), LC_CALLTREE_ROOT, 0x5000, 7, 0, &python),
        LC_OK);
    assert_false(lc_recorder_is_stack(r, python, &number));
    assert_false(lc_recorder_is_stack(r, LC_CALLTREE_NO_STACK, &number));
    lc_calltree_forget(lc_recorder_tree(r), 0);
    assert_int_equal(lc_recorder_below(r, LC_CALLTREE_ROOT, calls, 2), one);
    assert_int_equal(lc_recorder_unplaced(r), 0);
    assert_true(lc_recorder_check(r));
    lc_recorder_free(r);
    assert_int_equal(mem_fake_outstanding(), 0);
}

/* A block is not lost where its native stack is. */
static void
without_memory_a_block_stays_at_its_python_stack(void **state)
{
    (void)state;
    size_t missed = 0;
    for (size_t n = 1;; n++) {
        lc_recorder *r = lc_recorder_new();
        size_t before = missed;
        mem_fake_fail_at(n);
        for (uintptr_t i = 1; i <= 600; i++) {
            const uintptr_t calls[] = {i, 0x2000};
            uint32_t node = lc_recorder_below(r, LC_CALLTREE_NO_STACK, calls, 2);
            uint32_t number;
            bool told = lc_recorder_is_stack(r, node, &number);
            assert_true(told || node == LC_CALLTREE_NO_STACK);
            missed += !told;
        }
        assert_int_equal(lc_recorder_unplaced(r), missed - before);
        bool failed = mem_fake_failed();
        mem_fake_fail_at(0);
        assert_true(lc_recorder_check(r));
        lc_recorder_free(r);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!failed) {
            assert_int_equal(missed, n - 1); /* Each failure cost one stack. */
            assert_true(n > 6);
            break;
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_native_stack_is_a_node_below_the_python_stack),
        cmocka_unit_test(without_memory_a_block_stays_at_its_python_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
