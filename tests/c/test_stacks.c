/* SPDX-License-Identifier: MIT */
/* Links: pairs.c */
/* stacks.c is included instead: the limits are reached from inside. */
#include "stacks.c"

#include "mem_fake.h"
#include "random.h"

static uint32_t
intern(lc_stacks *s, const uintptr_t *addresses, uint32_t depth)
{
    uint32_t number = 99;
    assert_int_equal(lc_stacks_intern(s, addresses, depth, &number), LC_OK);
    uint32_t got;
    const uintptr_t *kept = lc_stacks_at(s, number, &got);
    assert_int_equal(got, depth);
    assert_memory_equal(kept, addresses, depth * sizeof *addresses);
    return number;
}

static void
the_same_calls_have_one_number_and_others_have_others(void **state)
{
    (void)state;
    lc_stacks *s = lc_stacks_new();
    const uintptr_t calls[] = {0x1000, 0x2000, 0x3000};
    const uintptr_t other[] = {0x1000, 0x3000, 0x2000};
    assert_int_equal(intern(s, calls, 3), 0);
    assert_int_equal(intern(s, other, 3), 1);
    assert_int_equal(intern(s, calls, 2), 2);
    assert_int_equal(intern(s, calls + 1, 2), 3);
    assert_int_equal(intern(s, calls, 3), 0);
    assert_int_equal(lc_stacks_count(s), 4);
    assert_true(lc_stacks_check(s));
    lc_stacks_free(s);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
stacks_of_one_hash_are_told_apart(void **state)
{
    (void)state;
    lc_stacks *s = lc_stacks_new();
    const uintptr_t calls[] = {0x1000, 0x2000};
    const uintptr_t other[] = {0x7000};
    assert_int_equal(intern(s, other, 1), 0);
    /* As if the hashes of both were the same. */
    assert_int_equal(lc_pairs_put(&s->numbers, hash_of(calls, 2), 0, 0), LC_OK);
    assert_int_equal(intern(s, calls, 2), 1);
    assert_int_equal(intern(s, calls, 2), 1);
    assert_int_equal(intern(s, other, 1), 0);
    lc_stacks_free(s);
}

static void
the_era_is_the_callers(void **state)
{
    (void)state;
    lc_stacks *s = lc_stacks_new();
    assert_int_equal(lc_stacks_era(s), 0);
    lc_stacks_set_era(s, 7);
    assert_int_equal(lc_stacks_era(s), 7);
    lc_stacks_free(s);
}

static void
a_full_table_says_so_and_still_knows_what_it_has(void **state)
{
    (void)state;
    lc_stacks *s = lc_stacks_new();
    const uintptr_t calls[] = {0x1000, 0x2000};
    intern(s, calls, 1);
    uint32_t number = 99;
    uint32_t taken = s->taken;
    s->taken = LC_STACKS_ADDRESSES_MAX - 1;
    assert_int_equal(lc_stacks_intern(s, calls, 2, &number), LC_FULL);
    s->taken = taken;
    uint32_t count = s->count;
    s->count = LC_STACKS_MAX;
    assert_int_equal(lc_stacks_intern(s, calls, 2, &number), LC_FULL);
    assert_int_equal(lc_stacks_intern(s, calls, 1, &number), LC_OK);
    s->count = count;
    assert_int_equal(intern(s, calls, 2), 1);
    assert_true(lc_stacks_check(s));
    lc_stacks_free(s);
}

static void
many_stacks_keep_their_numbers(void **state)
{
    (void)state;
    enum { STACKS = 3000, DEEPEST = 32 };
    lc_stacks *s = lc_stacks_new();
    static uintptr_t all[STACKS][DEEPEST];
    static uint32_t depths[STACKS];
    uint64_t random = 7;
    for (uint32_t i = 0; i < STACKS; i++) {
        depths[i] = 1 + (uint32_t)(next_random(&random) % DEEPEST);
        for (uint32_t level = 0; level < depths[i]; level++) {
            all[i][level] = 0x7F0000000000 + next_random(&random) % 200 * 5;
        }
        all[i][0] = i + 1; /* So that no two are the same. */
        assert_int_equal(intern(s, all[i], depths[i]), i);
    }
    for (uint32_t i = 0; i < STACKS; i++) {
        assert_int_equal(intern(s, all[i], depths[i]), i);
    }
    assert_true(lc_stacks_check(s));
    lc_stacks_free(s);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
check_sees_a_stack_that_is_lost(void **state)
{
    (void)state;
    lc_stacks *s = lc_stacks_new();
    const uintptr_t calls[] = {0x1000};
    intern(s, calls, 1);
    s->addresses[0] = 0x2000;
    assert_false(lc_stacks_check(s));
    lc_stacks_free(s);
}

static void
check_sees_a_number_that_is_no_stacks(void **state)
{
    (void)state;
    lc_stacks *s = lc_stacks_new();
    const uintptr_t calls[] = {0x1000, 0x2000};
    const uintptr_t other[] = {0x7000};
    intern(s, other, 1);
    assert_int_equal(lc_pairs_put(&s->numbers, hash_of(calls, 2), 0, 0), LC_OK);
    intern(s, calls, 2); /* Found behind the other, and both are where they belong. */
    assert_int_equal(lc_stacks_count(s), 2);
    assert_false(lc_stacks_check(s));
    lc_stacks_free(s);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        mem_fake_fail_at(n);
        lc_stacks *s = lc_stacks_new();
        if (s == NULL) {
            assert_int_equal(mem_fake_outstanding(), 0);
            continue;
        }
        for (uintptr_t i = 0; i < 600; i++) {
            const uintptr_t calls[] = {i, 1, 2, 3, 4, 5, 6, 7, 8, 9};
            uint32_t number;
            lc_status status = lc_stacks_intern(s, calls, 10, &number);
            if (status != LC_OK) {
                assert_int_equal(status, LC_NOMEM);
                assert_int_equal(lc_stacks_count(s), i);
                assert_true(lc_stacks_check(s));
                number = intern(s, calls, 10);
            }
            assert_int_equal(number, i);
        }
        lc_stacks_free(s);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(n > 8);
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_calls_have_one_number_and_others_have_others),
        cmocka_unit_test(stacks_of_one_hash_are_told_apart),
        cmocka_unit_test(the_era_is_the_callers),
        cmocka_unit_test(a_full_table_says_so_and_still_knows_what_it_has),
        cmocka_unit_test(many_stacks_keep_their_numbers),
        cmocka_unit_test(check_sees_a_stack_that_is_lost),
        cmocka_unit_test(check_sees_a_number_that_is_no_stacks),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
