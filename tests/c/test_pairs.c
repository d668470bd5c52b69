/* SPDX-License-Identifier: MIT */
/* Links: pairs.c */
#include "pairs.h"

#include "mem_fake.h"
#include "random.h"

enum { KEYS = 97, SALTS = 41, STORED = KEYS * SALTS };

/* Addresses two bytes apart in few functions, as instruction pointers are. */
static uint64_t
key_at(size_t i)
{
    return UINT64_C(0x7F12345A0000) + (i % 8) * 1760 + i / 8 * 2;
}

static void
a_pair_is_found_by_key_and_salt_together(void **state)
{
    (void)state;
    lc_pairs map;
    assert_int_equal(lc_pairs_init(&map), LC_OK);
    assert_int_equal(lc_pairs_put(&map, 1, 2, 10), LC_OK);
    assert_int_equal(lc_pairs_put(&map, 2, 1, 11), LC_OK);
    assert_int_equal(lc_pairs_put(&map, 0, 0, 0), LC_OK);
    assert_int_equal(lc_pairs_put(&map, UINT64_MAX, UINT32_MAX, 12), LC_OK);
    assert_int_equal(lc_pairs_find(&map, 1, 2), 10);
    assert_int_equal(lc_pairs_find(&map, 2, 1), 11);
    assert_int_equal(lc_pairs_find(&map, 0, 0), 0);
    assert_int_equal(lc_pairs_find(&map, UINT64_MAX, UINT32_MAX), 12);
    assert_int_equal(lc_pairs_find(&map, 1, 1), LC_PAIRS_NONE);
    assert_int_equal(lc_pairs_find(&map, 2, 2), LC_PAIRS_NONE);
    assert_true(lc_pairs_check(&map));
    lc_pairs_clear(&map);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
put_again_replaces(void **state)
{
    (void)state;
    lc_pairs map;
    assert_int_equal(lc_pairs_init(&map), LC_OK);
    assert_int_equal(lc_pairs_put(&map, 1, 2, 10), LC_OK);
    assert_int_equal(lc_pairs_put(&map, 1, 2, 20), LC_OK);
    assert_int_equal(lc_pairs_find(&map, 1, 2), 20);
    assert_int_equal(map.count, 1);
    assert_true(lc_pairs_remove(&map, 1, 2));
    assert_int_equal(lc_pairs_find(&map, 1, 2), LC_PAIRS_NONE);
    assert_false(lc_pairs_remove(&map, 1, 2));
    assert_int_equal(map.count, 0);
    lc_pairs_clear(&map);
}

static void
random_operations_agree_with_a_naive_model(void **state)
{
    (void)state;
    static uint32_t model[STORED];
    for (size_t i = 0; i < STORED; i++) {
        model[i] = LC_PAIRS_NONE;
    }
    lc_pairs map;
    assert_int_equal(lc_pairs_init(&map), LC_OK);
    size_t count = 0;
    uint64_t seed = 21;
    for (int step = 0; step < 200000; step++) {
        uint64_t draw = next_random(&seed);
        size_t i = (size_t)(draw >> 20) % STORED;
        uint64_t key = key_at(i % KEYS);
        uint32_t salt = (uint32_t)(i / KEYS);
        if (draw % 10 < (step / 20000 % 2 == 0 ? 8 : 2)) {
            uint32_t value = (uint32_t)(draw >> 34);
            assert_int_equal(lc_pairs_put(&map, key, salt, value), LC_OK);
            count += model[i] == LC_PAIRS_NONE;
            model[i] = value;
        }
        else {
            assert_int_equal(lc_pairs_remove(&map, key, salt),
                             model[i] != LC_PAIRS_NONE);
            count -= model[i] != LC_PAIRS_NONE;
            model[i] = LC_PAIRS_NONE;
        }
        assert_int_equal(lc_pairs_find(&map, key, salt), model[i]);
        assert_int_equal(map.count, count);
        if (step % 500 == 0) {
            assert_true(lc_pairs_check(&map));
            assert_true(map.count <= (map.mask + 1) / 4 * 3);
        }
    }
    for (size_t i = 0; i < STORED; i++) {
        uint64_t key = key_at(i % KEYS);
        assert_int_equal(lc_pairs_find(&map, key, (uint32_t)(i / KEYS)), model[i]);
    }
    lc_pairs_clear(&map);
}

/* The longest way from a home slot to where its entry stands. */
static size_t
longest_probe(const lc_pairs *map)
{
    size_t longest = 0;
    for (size_t i = 0; i <= map->mask; i++) {
        const lc_pairs_slot *s = &map->slots[i];
        if (s->value != LC_PAIRS_NONE) {
            size_t way = (i - lc_pairs_home(map, s->key, s->salt)) & map->mask;
            longest = way > longest ? way : longest;
        }
    }
    return longest;
}

/* A program seen for the first time numbers its frames and its nodes in step, so key and
 * salt of the call tree's map differ by a constant. */
static void
keys_that_run_beside_their_salts_do_not_cluster(void **state)
{
    (void)state;
    for (uint32_t apart = 0; apart < 6; apart++) {
        lc_pairs map;
        assert_int_equal(lc_pairs_init(&map), LC_OK);
        for (uint32_t i = 0; i < 20000; i++) {
            assert_int_equal(lc_pairs_put(&map, i, i + apart, i), LC_OK);
        }
        assert_true(longest_probe(&map) < 64);
        lc_pairs_clear(&map);
    }
}

static void
one_key_under_many_salts_does_not_cluster(void **state)
{
    (void)state;
    lc_pairs map;
    assert_int_equal(lc_pairs_init(&map), LC_OK);
    for (uint32_t i = 0; i < 20000; i++) {
        assert_int_equal(lc_pairs_put(&map, key_at(3), i, i), LC_OK);
    }
    assert_true(longest_probe(&map) < 64);
    lc_pairs_clear(&map);
}

static void
check_sees_a_wrong_count(void **state)
{
    (void)state;
    lc_pairs map;
    assert_int_equal(lc_pairs_init(&map), LC_OK);
    map.count = 1;
    assert_false(lc_pairs_check(&map));
    lc_pairs_clear(&map);
}

static void
check_sees_an_entry_that_no_probe_finds(void **state)
{
    (void)state;
    lc_pairs map;
    assert_int_equal(lc_pairs_init(&map), LC_OK);
    size_t elsewhere = (lc_pairs_home(&map, 5, 6) + 3) & map.mask;
    map.slots[elsewhere] = (lc_pairs_slot){.key = 5, .salt = 6, .value = 7};
    map.count = 1;
    assert_false(lc_pairs_check(&map));
    lc_pairs_clear(&map);
}

static void
a_map_that_was_never_given_memory_can_be_cleared(void **state)
{
    (void)state;
    lc_pairs map;
    mem_fake_fail_at(1);
    assert_int_equal(lc_pairs_init(&map), LC_NOMEM);
    lc_pairs_clear(&map);
    assert_int_equal(mem_fake_outstanding(), 0);
    mem_fake_fail_at(0);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        lc_pairs map;
        mem_fake_fail_at(n);
        if (lc_pairs_init(&map) != LC_OK) {
            lc_pairs_clear(&map);
            assert_int_equal(mem_fake_outstanding(), 0);
            continue;
        }
        for (uint32_t i = 0; i < 1000; i++) {
            lc_status status = lc_pairs_put(&map, key_at(i), i, i);
            if (status != LC_OK) {
                assert_int_equal(status, LC_NOMEM);
                assert_int_equal(map.count, i);
                assert_int_equal(lc_pairs_find(&map, key_at(i), i), LC_PAIRS_NONE);
                assert_true(lc_pairs_check(&map));
                /* No growth is needed to replace; and only one request fails. */
                assert_int_equal(lc_pairs_put(&map, key_at(0), 0, 0), LC_OK);
                assert_int_equal(lc_pairs_put(&map, key_at(i), i, i), LC_OK);
            }
        }
        for (uint32_t i = 0; i < 1000; i++) {
            assert_int_equal(lc_pairs_find(&map, key_at(i), i), i);
        }
        lc_pairs_clear(&map);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(n > 5);
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_is_found_by_key_and_salt_together),
        cmocka_unit_test(put_again_replaces),
        cmocka_unit_test(random_operations_agree_with_a_naive_model),
        cmocka_unit_test(keys_that_run_beside_their_salts_do_not_cluster),
        cmocka_unit_test(one_key_under_many_salts_does_not_cluster),
        cmocka_unit_test(check_sees_a_wrong_count),
        cmocka_unit_test(check_sees_an_entry_that_no_probe_finds),
        cmocka_unit_test(a_map_that_was_never_given_memory_can_be_cleared),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
