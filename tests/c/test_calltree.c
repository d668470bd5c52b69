/* SPDX-License-Identifier: MIT */
/* Links: pairs.c */
/* calltree.c is included instead: the limit of nodes and damaged trees are reached from
 * inside, and 16 million nodes would need more than a gigabyte. */
#include "calltree.c"

#include "mem_fake.h"
#include "random.h"

/* Puts a key that must work; returns its node. */
static uint32_t
put(lc_calltree *tree, uint32_t parent, uint64_t key, uint32_t frame, uint32_t owner)
{
    uint32_t out = LC_CALLTREE_NONE;
    assert_int_equal(lc_calltree_put(tree, parent, key, frame, owner, &out), LC_OK);
    assert_int_equal(lc_calltree_find(tree, parent, key), out);
    assert_int_equal(lc_calltree_parent(tree, out), parent);
    assert_int_equal(lc_calltree_frame(tree, out), frame);
    return out;
}

/* Every link is in one list, and every key that an owner has is known to the map. */
static bool
links_are_sound(const lc_calltree *tree)
{
    uint32_t seen = 0;
    for (uint32_t i = tree->free_link; i != NO_LINK; i = tree->links[i].next) {
        seen++;
    }
    for (uint32_t owner = 0; owner < tree->owner_room; owner++) {
        for (uint32_t i = tree->owners[owner]; i != NO_LINK; i = tree->links[i].next) {
            const link *l = &tree->links[i];
            if (lc_calltree_find(tree, l->parent, l->key) >= tree->count) {
                return false;
            }
            seen++;
        }
    }
    return seen == tree->link_count;
}

static void
a_new_tree_has_the_fixed_nodes(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_FIXED);
    const uint32_t fixed[] = {LC_CALLTREE_ROOT, LC_CALLTREE_NO_STACK, LC_CALLTREE_CUT};
    for (uint32_t i = 0; i < LC_CALLTREE_FIXED; i++) {
        assert_int_equal(fixed[i], i);
        assert_int_equal(lc_calltree_parent(tree, i), LC_CALLTREE_ROOT);
        assert_int_equal(lc_calltree_frame(tree, i), LC_CALLTREE_NO_FRAME);
    }
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 1), LC_CALLTREE_NONE);
    assert_true(lc_calltree_check(tree));
    lc_calltree_free(tree);
    lc_calltree_free(NULL);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
one_frame_by_different_keys_is_one_node(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 0);
    uint32_t again = put(tree, LC_CALLTREE_ROOT, 0x2000, 7, 1);
    assert_int_equal(again, a);
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 0x1000), a);
    assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_FIXED + 1);
    lc_calltree_free(tree);
}

static void
one_frame_below_different_parents_is_many_nodes(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 0);
    uint32_t b = put(tree, LC_CALLTREE_CUT, 0x1000, 7, 0);
    uint32_t c = put(tree, a, 0x1000, 7, 0);
    assert_int_not_equal(a, b);
    assert_int_not_equal(a, c);
    assert_int_not_equal(b, c);
    assert_int_equal(lc_calltree_find(tree, b, 0x1000), LC_CALLTREE_NONE);
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_CUT, 0x1000), b);
    assert_true(lc_calltree_check(tree));
    lc_calltree_free(tree);
}

static void
forget_makes_keys_unknown_and_keeps_nodes(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 4);
    uint32_t b = put(tree, a, 0x1002, 8, 4);
    uint32_t other = put(tree, a, 0x2000, 9, 5);
    lc_calltree_forget(tree, 4);
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 0x1000),
                     LC_CALLTREE_NONE);
    assert_int_equal(lc_calltree_find(tree, a, 0x1002), LC_CALLTREE_NONE);
    assert_int_equal(lc_calltree_find(tree, a, 0x2000), other);
    assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_FIXED + 3);
    assert_int_equal(lc_calltree_parent(tree, b), a);
    assert_int_equal(lc_calltree_frame(tree, b), 8);
    assert_true(lc_calltree_check(tree));
    /* The code is compiled anew elsewhere: new keys, the old nodes. */
    assert_int_equal(put(tree, LC_CALLTREE_ROOT, 0x9000, 7, 4), a);
    assert_int_equal(put(tree, a, 0x9002, 8, 4), b);
    lc_calltree_free(tree);
}

static void
forget_of_an_owner_without_keys_changes_nothing(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    lc_calltree_forget(tree, 0);
    lc_calltree_forget(tree, UINT32_MAX);
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 4);
    lc_calltree_forget(tree, 3);
    lc_calltree_forget(tree, 100000);
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 0x1000), a);
    lc_calltree_forget(tree, 4);
    lc_calltree_forget(tree, 4);
    assert_true(links_are_sound(tree));
    assert_true(lc_calltree_check(tree));
    lc_calltree_free(tree);
}

static void
a_key_used_again_by_other_code_leads_elsewhere(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 4);
    lc_calltree_forget(tree, 4);
    uint32_t b = put(tree, LC_CALLTREE_ROOT, 0x1000, 8, 5);
    assert_int_not_equal(a, b);
    lc_calltree_forget(tree, 4); /* Not its key any more. */
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 0x1000), b);
    lc_calltree_free(tree);
}

static void
code_compiled_in_every_run_needs_no_more_memory(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint64_t address = 0x1000;
    for (int run = 0; run < 2000; run++) {
        uint32_t owner = (uint32_t)run % 3;
        uint32_t parent = LC_CALLTREE_ROOT;
        for (uint32_t frame = 0; frame < 20; frame++, address += 2) {
            parent = put(tree, parent, address, frame, owner);
        }
        lc_calltree_forget(tree, owner);
        if (run == 10) {
            mem_fake_fail_at(0);
        }
    }
    assert_int_equal(mem_fake_requests(), 0);
    assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_FIXED + 20);
    assert_true(links_are_sound(tree));
    lc_calltree_free(tree);
}

static void
a_full_tree_says_so_and_still_serves_known_frames(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 0);
    uint32_t count = tree->count;
    uint32_t room = tree->room;
    tree->count = tree->room = LC_CALLTREE_NODES_MAX;
    uint32_t out = 99;
    assert_int_equal(lc_calltree_put(tree, LC_CALLTREE_ROOT, 0x2000, 8, 0, &out),
                     LC_FULL);
    assert_int_equal(out, 99);
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 0x2000),
                     LC_CALLTREE_NONE);
    assert_int_equal(put(tree, LC_CALLTREE_ROOT, 0x3000, 7, 0), a);
    assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_NODES_MAX);
    tree->count = count;
    tree->room = room;
    assert_true(lc_calltree_check(tree));
    lc_calltree_free(tree);
}

static void
an_owner_out_of_bounds_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    static const uint32_t owners[] = {LC_CALLTREE_OWNERS_MAX, UINT32_C(1) << 31,
                                      (UINT32_C(1) << 31) + 1, UINT32_MAX - 1};
    uint32_t out = 99;
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        assert_int_equal(
            lc_calltree_put(tree, LC_CALLTREE_ROOT, 0x1000, 7, owners[i], &out),
            LC_FULL);
        lc_calltree_forget(tree, owners[i]);
    }
    /* The last that is not has its memory asked for. */
    mem_fake_fail_at(2);
    assert_int_equal(lc_calltree_put(tree, LC_CALLTREE_ROOT, 0x1000, 7,
                                     LC_CALLTREE_OWNERS_MAX - 1, &out),
                     LC_NOMEM);
    assert_true(mem_fake_failed());
    mem_fake_fail_at(0);
    assert_int_equal(out, 99);
    assert_int_equal(lc_calltree_find(tree, LC_CALLTREE_ROOT, 0x1000),
                     LC_CALLTREE_NONE);
    assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_FIXED);
    assert_true(lc_calltree_check(tree));
    lc_calltree_free(tree);
}

/* Owners come and go with all their keys; the model is two flat tables. */
static void
random_operations_agree_with_a_naive_model(void **state)
{
    (void)state;
    enum { NODES = 700, FRAMES = 6, OWNERS = 40, OFFSETS = 4, STEPS = 60000 };
    static struct {
        uint32_t parent, frame;
    } nodes[NODES];
    static uint32_t known[NODES][OWNERS][OFFSETS]; /* Node that a key leads to, or 0. */
    uint32_t count = LC_CALLTREE_FIXED;
    uint64_t seed = 23;
    lc_calltree *tree = lc_calltree_new();
    for (int step = 0; step < STEPS; step++) {
        uint64_t draw = next_random(&seed);
        uint32_t owner = (uint32_t)(draw >> 8) % OWNERS;
        if (draw % 100 == 0) {
            lc_calltree_forget(tree, owner);
            for (uint32_t parent = 0; parent < count; parent++) {
                for (uint32_t offset = 0; offset < OFFSETS; offset++) {
                    known[parent][owner][offset] = 0;
                }
            }
            continue;
        }
        uint32_t parent = (uint32_t)(draw >> 20) % count;
        uint32_t offset = (uint32_t)(draw >> 40) % OFFSETS;
        uint64_t key = UINT64_C(0x7F0000001000) + owner * 256 + offset * 2;
        uint32_t frame = (owner * OFFSETS + offset) % FRAMES;
        uint32_t expected = known[parent][owner][offset];
        uint32_t found = lc_calltree_find(tree, parent, key);
        assert_int_equal(found, expected == 0 ? LC_CALLTREE_NONE : expected);
        if (expected != 0) {
            continue;
        }
        uint32_t id = LC_CALLTREE_FIXED;
        while (id < count && (nodes[id].parent != parent || nodes[id].frame != frame)) {
            id++;
        }
        if (id == NODES) {
            continue; /* The model is full. */
        }
        assert_int_equal(put(tree, parent, key, frame, owner), id);
        if (id == count) {
            nodes[count].parent = parent;
            nodes[count++].frame = frame;
        }
        known[parent][owner][offset] = id;
        assert_int_equal(lc_calltree_count(tree), count);
        if (step % 1000 == 0) {
            assert_true(lc_calltree_check(tree));
            assert_true(links_are_sound(tree));
        }
    }
    assert_int_equal(count, NODES);
    for (uint32_t id = LC_CALLTREE_FIXED; id < count; id++) {
        assert_int_equal(lc_calltree_parent(tree, id), nodes[id].parent);
        assert_int_equal(lc_calltree_frame(tree, id), nodes[id].frame);
    }
    assert_true(lc_calltree_check(tree));
    assert_true(links_are_sound(tree));
    lc_calltree_free(tree);
}

static void
check_sees_damage(void **state)
{
    (void)state;
    lc_calltree *tree = lc_calltree_new();
    uint32_t a = put(tree, LC_CALLTREE_ROOT, 0x1000, 7, 0);
    uint32_t b = put(tree, a, 0x1002, 8, 0);
    tree->all[a].parent = b; /* A child before its parent. */
    assert_false(lc_calltree_check(tree));
    tree->all[a].parent = LC_CALLTREE_ROOT;
    tree->all[b].frame = 9; /* A node that its frame does not lead to. */
    assert_false(lc_calltree_check(tree));
    tree->all[b].frame = 8;
    tree->edges.count++;
    assert_false(lc_calltree_check(tree));
    tree->edges.count--;
    tree->nodes.count++;
    assert_false(lc_calltree_check(tree));
    tree->nodes.count--;
    assert_true(lc_calltree_check(tree));
    lc_calltree_free(tree);
}

/* A chain of 600 nodes by keys of 600 owners: every table grows on the way. */
static void
every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        mem_fake_fail_at(n);
        lc_calltree *tree = lc_calltree_new();
        if (tree == NULL) {
            assert_int_equal(mem_fake_outstanding(), 0);
            continue;
        }
        uint32_t parent = LC_CALLTREE_ROOT;
        for (uint32_t i = 0; i < 600; i++) {
            uint32_t out = 99;
            uint32_t count = lc_calltree_count(tree);
            lc_status status = lc_calltree_put(tree, parent, 0x1000, i, i, &out);
            if (status != LC_OK) {
                assert_int_equal(status, LC_NOMEM);
                assert_int_equal(out, 99);
                assert_int_equal(lc_calltree_count(tree), count);
                assert_int_equal(lc_calltree_find(tree, parent, 0x1000),
                                 LC_CALLTREE_NONE);
                assert_true(lc_calltree_check(tree));
                assert_true(links_are_sound(tree));
                out = put(tree, parent, 0x1000, i, i);
            }
            parent = out;
        }
        assert_int_equal(lc_calltree_count(tree), LC_CALLTREE_FIXED + 600);
        assert_true(lc_calltree_check(tree));
        assert_true(links_are_sound(tree));
        lc_calltree_free(tree);
        assert_int_equal(mem_fake_outstanding(), 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(n > 12);
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_tree_has_the_fixed_nodes),
        cmocka_unit_test(one_frame_by_different_keys_is_one_node),
        cmocka_unit_test(one_frame_below_different_parents_is_many_nodes),
        cmocka_unit_test(forget_makes_keys_unknown_and_keeps_nodes),
        cmocka_unit_test(forget_of_an_owner_without_keys_changes_nothing),
        cmocka_unit_test(a_key_used_again_by_other_code_leads_elsewhere),
        cmocka_unit_test(code_compiled_in_every_run_needs_no_more_memory),
        cmocka_unit_test(a_full_tree_says_so_and_still_serves_known_frames),
        cmocka_unit_test(an_owner_out_of_bounds_is_refused_and_changes_nothing),
        cmocka_unit_test(random_operations_agree_with_a_naive_model),
        cmocka_unit_test(check_sees_damage),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
