/* SPDX-License-Identifier: MIT */
/* Links: claims.c */
#include "claims.h"

#include "mem_fake.h"
#include "random.h"

static void
none_is_found_where_none_was_added(void **state)
{
    (void)state;
    lc_claims *claims = lc_claims_new();
    lc_claims_seal(claims);
    assert_int_equal(lc_claims_count(claims), 0);
    assert_int_equal(lc_claims_find(claims, 0), LC_CLAIMS_NONE);
    assert_int_equal(lc_claims_find(claims, UINTPTR_MAX), LC_CLAIMS_NONE);
    assert_true(lc_claims_check(claims));
    lc_claims_free(claims);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
a_pointer_leads_into_the_block_around_it_and_no_other(void **state)
{
    (void)state;
    lc_claims *claims = lc_claims_new();
    assert_int_equal(lc_claims_add(claims, 0x5000, 48, 7), LC_OK);
    assert_int_equal(lc_claims_add(claims, 0x1000, 0x900, 8), LC_OK);
    assert_int_equal(lc_claims_add(claims, 0x5030, 1, 9), LC_OK);
    lc_claims_seal(claims);
    assert_int_equal(lc_claims_find(claims, 0x1000), 0);
    assert_int_equal(lc_claims_find(claims, 0x18FF), 0);
    assert_int_equal(lc_claims_find(claims, 0x1900), LC_CLAIMS_NONE);
    assert_int_equal(lc_claims_find(claims, 0x4FFF), LC_CLAIMS_NONE);
    assert_int_equal(lc_claims_find(claims, 0x502F), 1);
    assert_int_equal(lc_claims_find(claims, 0x5030), 2);
    assert_int_equal(lc_claims_find(claims, 0x5031), LC_CLAIMS_NONE);
    assert_int_equal(lc_claims_at(claims, 1)->site, 7);
    assert_int_equal(lc_claims_at(claims, 1)->state, LC_CLAIMS_LOOSE);
    assert_int_equal(lc_claims_at(claims, 1)->by, LC_CLAIMS_NONE);
    assert_true(lc_claims_check(claims));
    lc_claims_free(claims);
}

static void
an_empty_block_is_found_by_its_address_alone(void **state)
{
    (void)state;
    lc_claims *claims = lc_claims_new();
    assert_int_equal(lc_claims_add(claims, 0x1000, 0, 1), LC_OK);
    lc_claims_seal(claims);
    assert_int_equal(lc_claims_find(claims, 0x1000), 0);
    assert_int_equal(lc_claims_find(claims, 0x1001), LC_CLAIMS_NONE);
    assert_true(lc_claims_check(claims));
    lc_claims_free(claims);
}

static void
a_block_wider_than_the_map_is_found_throughout(void **state)
{
    (void)state;
    lc_claims *claims = lc_claims_new();
    const uint64_t size = UINT64_C(1) << 32;
    assert_int_equal(lc_claims_add(claims, 0x10000, size, 1), LC_OK);
    lc_claims_seal(claims);
    for (uint64_t at = 0; at < size; at += size / 1000) {
        assert_int_equal(lc_claims_find(claims, (uintptr_t)(0x10000 + at)), 0);
    }
    assert_true(lc_claims_check(claims));
    lc_claims_free(claims);
}

static void
random_pointers_agree_with_a_look_at_every_block(void **state)
{
    (void)state;
    enum { BLOCKS = 600, SPACE = 1 << 16 };
    uint64_t random = 88172645463325252U;
    static uint8_t taken[SPACE];
    lc_claims *claims = lc_claims_new();
    for (uint32_t i = 0; i < BLOCKS; i++) {
        uint64_t address = next_random(&random) % SPACE;
        uint64_t size = 1 + next_random(&random) % 90;
        bool is_free = address + size <= SPACE;
        for (uint64_t at = address; is_free && at < address + size; at++) {
            is_free = taken[at] == 0;
        }
        if (is_free) {
            assert_int_equal(lc_claims_add(claims, (uintptr_t)(address + 0x7F0000),
                                           size, (uint32_t)size),
                             LC_OK);
            for (uint64_t at = address; at < address + size; at++) {
                taken[at] = (uint8_t)size;
            }
        }
    }
    lc_claims_seal(claims);
    assert_true(lc_claims_check(claims));
    for (uint64_t at = 0; at < SPACE; at++) {
        uint32_t found = lc_claims_find(claims, (uintptr_t)(at + 0x7F0000));
        assert_int_equal(
            found == LC_CLAIMS_NONE ? 0 : lc_claims_at(claims, found)->site, taken[at]);
    }
    lc_claims_free(claims);
}

static void
check_sees_blocks_that_overlap(void **state)
{
    (void)state;
    lc_claims *claims = lc_claims_new();
    assert_int_equal(lc_claims_add(claims, 0x1000, 32, 1), LC_OK);
    assert_int_equal(lc_claims_add(claims, 0x1010, 32, 1), LC_OK);
    lc_claims_seal(claims);
    assert_false(lc_claims_check(claims));
    lc_claims_free(claims);
}

static void
no_more_than_so_many_blocks_are_taken(void **state)
{
    (void)state;
    lc_claims *claims = lc_claims_new();
    for (uintptr_t i = 0; i < LC_CLAIMS_MOST; i++) {
        assert_int_equal(lc_claims_add(claims, i * 16, 16, 0), LC_OK);
    }
    assert_int_equal(lc_claims_add(claims, 16, 16, 0), LC_FULL);
    assert_int_equal(lc_claims_count(claims), LC_CLAIMS_MOST);
    lc_claims_free(claims);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        mem_fake_fail_at(n);
        lc_claims *claims = lc_claims_new();
        if (claims == NULL) {
            continue;
        }
        for (uintptr_t i = 0; i < 1000; i++) {
            lc_status status = lc_claims_add(claims, i * 16, 16, 0);
            if (status != LC_OK) {
                assert_int_equal(status, LC_NOMEM);
                assert_int_equal(lc_claims_count(claims), i);
                assert_int_equal(lc_claims_add(claims, i * 16, 16, 0), LC_OK);
            }
        }
        lc_claims_seal(claims);
        assert_true(lc_claims_check(claims));
        lc_claims_free(claims);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(n > 4);
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_found_where_none_was_added),
        cmocka_unit_test(a_pointer_leads_into_the_block_around_it_and_no_other),
        cmocka_unit_test(an_empty_block_is_found_by_its_address_alone),
        cmocka_unit_test(a_block_wider_than_the_map_is_found_throughout),
        cmocka_unit_test(random_pointers_agree_with_a_look_at_every_block),
        cmocka_unit_test(check_sees_blocks_that_overlap),
        cmocka_unit_test(no_more_than_so_many_blocks_are_taken),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
