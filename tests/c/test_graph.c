/* SPDX-License-Identifier: MIT */
/* Links: */
/* graph.c is included instead: its limit and its faults are reached from inside. */
#include "graph.c"

#include "mem_fake.h"
#include "random.h"

enum { NODES = 300, EDGES = 900, ROUNDS = 200, DEEP = 200000, MANY = 100000 };

typedef struct {
    uint32_t from;
    uint32_t to;
    uint32_t cost;
} edge;

/* Addresses as an allocator hands them out: 48 bytes apart. */
static uint64_t
key_at(size_t i)
{
    return UINT64_C(0x7F12345A0000) + i * 48;
}

static uint32_t
added(lc_graph *g, uint64_t key)
{
    uint32_t node = LC_GRAPH_NONE;
    assert_int_equal(lc_graph_add(g, key, &node), LC_OK);
    return node;
}

static lc_graph *
with_nodes(size_t count)
{
    lc_graph *g;
    assert_int_equal(lc_graph_new(0, &g), LC_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(added(g, key_at(i)), i);
    }
    return g;
}

/* Walks to the end; `order` (may be NULL) gets the nodes as they come out. */
static size_t
walk(lc_graph *g, const edge *edges, size_t count, uint32_t *order)
{
    uint32_t from;
    size_t out = 0;
    while (lc_graph_next(g, &from)) {
        if (order != NULL) {
            order[out] = from;
        }
        out++;
        for (size_t i = 0; i < count; i++) {
            if (edges[i].from == from) {
                assert_int_equal(lc_graph_reach(g, from, edges[i].to, edges[i].cost),
                                 LC_OK);
            }
        }
    }
    return out;
}

static void
a_key_has_one_number(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(0);
    assert_int_equal(lc_graph_find(g, 5), LC_GRAPH_NONE);
    assert_int_equal(added(g, 5), 0);
    assert_int_equal(added(g, 0), 1);
    assert_int_equal(added(g, UINT64_MAX), 2);
    assert_int_equal(added(g, 5), 0);
    assert_int_equal(lc_graph_find(g, UINT64_MAX), 2);
    assert_int_equal(lc_graph_count(g), 3);
    assert_int_equal(lc_graph_key(g, 2), UINT64_MAX);
    assert_int_equal(lc_graph_cost(g, 0), LC_GRAPH_NONE);
    assert_true(lc_graph_check(g));
    lc_graph_free(g);
    lc_graph_free(NULL);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
many_keys_are_all_found(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(MANY);
    lc_graph *sized;
    assert_true(lc_graph_check(g));
    assert_int_equal(lc_graph_find(g, key_at(MANY)), LC_GRAPH_NONE);
    assert_int_equal(lc_graph_new(MANY, &sized), LC_OK);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(added(sized, key_at(i)), i);
    }
    assert_true(lc_graph_check(sized));
    lc_graph_free(sized);
    lc_graph_free(g);
    assert_int_equal(mem_fake_outstanding(), 0);
}

static void
the_cheapest_path_is_kept_not_the_shortest(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(4);
    const edge edges[] = {{0, 3, 9}, {0, 1, 2}, {1, 2, 2}, {2, 3, 2}};
    assert_int_equal(lc_graph_start(g, 0, 1, 77), LC_OK);
    assert_int_equal(walk(g, edges, 4, NULL), 4);
    assert_int_equal(lc_graph_parent(g, 3), 2);
    assert_int_equal(lc_graph_cost(g, 3), 7);
    assert_int_equal(lc_graph_parent(g, 0), LC_GRAPH_NONE);
    assert_int_equal(lc_graph_label(g, 0), 77);
    assert_int_equal(lc_graph_label(g, 3), LC_GRAPH_NONE);
    assert_true(lc_graph_check(g));
    lc_graph_free(g);
}

static void
equal_ones_come_out_as_they_were_reached(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(5);
    uint32_t order[5];
    const edge edges[] = {{4, 2, 1}, {4, 0, 1}, {4, 3, 0}, {2, 1, 0}};
    assert_int_equal(lc_graph_start(g, 4, 0, 0), LC_OK);
    assert_int_equal(walk(g, edges, 4, order), 5);
    const uint32_t expected[] = {4, 3, 2, 0, 1};
    assert_memory_equal(order, expected, sizeof order);
    lc_graph_free(g);
}

static void
a_start_stays_a_start(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(3);
    const edge edges[] = {{0, 1, 1}, {1, 2, 1}};
    assert_int_equal(lc_graph_start(g, 0, 0, 5), LC_OK);
    assert_int_equal(lc_graph_start(g, 1, 40, 6), LC_OK);
    assert_int_equal(lc_graph_start(g, 1, 30, 7), LC_OK);
    assert_int_equal(lc_graph_start(g, 1, 35, 8), LC_OK);
    assert_int_equal(walk(g, edges, 2, NULL), 3);
    assert_int_equal(lc_graph_label(g, 1), 7);
    assert_int_equal(lc_graph_cost(g, 1), 30);
    assert_int_equal(lc_graph_cost(g, 2), 31);
    lc_graph_free(g);
}

static void
nothing_goes_through_a_closed_node(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(4);
    const edge edges[] = {{0, 1, 1}, {1, 2, 1}, {0, 3, 1}};
    lc_graph_close(g, 1);
    assert_int_equal(lc_graph_start(g, 0, 0, 5), LC_OK);
    assert_int_equal(lc_graph_start(g, 1, 0, 6), LC_OK);
    assert_int_equal(walk(g, edges, 3, NULL), 2);
    assert_int_equal(lc_graph_cost(g, 1), LC_GRAPH_NONE);
    assert_int_equal(lc_graph_label(g, 1), LC_GRAPH_NONE);
    assert_int_equal(lc_graph_parent(g, 1), LC_GRAPH_NONE);
    assert_false(lc_graph_is_out(g, 1));
    assert_false(lc_graph_is_out(g, 2));
    assert_true(lc_graph_is_out(g, 3));
    lc_graph_free(g);
}

static void
a_late_start_costs_what_the_walk_has_come_to(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(3);
    const edge edges[] = {{0, 1, 50}};
    uint32_t node;
    assert_int_equal(lc_graph_start(g, 0, 3, 5), LC_OK);
    assert_int_equal(walk(g, edges, 1, NULL), 2);
    assert_int_equal(lc_graph_start(g, 2, 0, 9), LC_OK);
    assert_int_equal(lc_graph_start(g, 1, 0, 9), LC_OK); /* Out already. */
    assert_true(lc_graph_next(g, &node));
    assert_int_equal(node, 2);
    assert_true(lc_graph_cost(g, 2) >= 53);
    assert_true(lc_graph_cost(g, 2) <= 53 + LC_GRAPH_COST_MAX);
    assert_int_equal(lc_graph_parent(g, 1), 0);
    assert_false(lc_graph_next(g, &node));
    assert_false(lc_graph_next(g, &node));
    lc_graph_free(g);
}

static void
more_than_the_greatest_cost_counts_as_that(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(2);
    const edge edges[] = {{0, 1, 5000}};
    assert_int_equal(lc_graph_start(g, 0, 5000, 5), LC_OK);
    assert_int_equal(walk(g, edges, 1, NULL), 2);
    assert_int_equal(lc_graph_cost(g, 0), LC_GRAPH_COST_MAX);
    assert_int_equal(lc_graph_cost(g, 1), 2 * LC_GRAPH_COST_MAX);
    lc_graph_free(g);
}

static void
a_deep_chain_is_walked_to_its_end(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(DEEP);
    uint32_t from;
    uint32_t expected = 0;
    assert_int_equal(lc_graph_start(g, 0, 0, 0), LC_OK);
    while (lc_graph_next(g, &from)) {
        assert_int_equal(from, expected);
        expected++;
        if (from + 1 < DEEP) {
            assert_int_equal(lc_graph_reach(g, from, from + 1, LC_GRAPH_COST_MAX),
                             LC_OK);
        }
    }
    assert_int_equal(expected, DEEP);
    assert_int_equal(lc_graph_cost(g, DEEP - 1), (DEEP - 1) * LC_GRAPH_COST_MAX);
    lc_graph_free(g);
    assert_int_equal(mem_fake_outstanding(), 0);
}

/* Cheapest costs by trying every edge until nothing changes. */
static void
relax(const edge *edges, uint32_t *costs)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < EDGES; i++) {
            const edge *e = &edges[i];
            if (costs[e->from] != LC_GRAPH_NONE &&
                costs[e->from] + e->cost < costs[e->to]) {
                costs[e->to] = costs[e->from] + e->cost;
                changed = true;
            }
        }
    }
}

static void
random_graphs_agree_with_trying_every_edge(void **state)
{
    (void)state;
    uint64_t seed = UINT64_C(88172645463325252);
    for (int round = 0; round < ROUNDS; round++) {
        lc_graph *g = with_nodes(NODES);
        edge edges[EDGES];
        uint32_t costs[NODES];
        for (size_t i = 0; i < EDGES; i++) {
            edges[i] = (edge){(uint32_t)(next_random(&seed) % NODES),
                              (uint32_t)(1 + next_random(&seed) % (NODES - 1)),
                              (uint32_t)(next_random(&seed) % (LC_GRAPH_COST_MAX + 1))};
        }
        for (size_t i = 0; i < NODES; i++) {
            costs[i] = i == 0 ? 0 : LC_GRAPH_NONE;
        }
        relax(edges, costs);
        assert_int_equal(lc_graph_start(g, 0, 0, 0), LC_OK);
        (void)walk(g, edges, EDGES, NULL);
        for (uint32_t i = 0; i < NODES; i++) {
            assert_int_equal(lc_graph_cost(g, i), costs[i]);
        }
        assert_true(lc_graph_check(g));
        lc_graph_free(g);
    }
    assert_int_equal(mem_fake_outstanding(), 0);
}

/* A star of many, a chain and a late start; false where a request failed, and then what
 * is there must still be sound. */
static bool
exercise(void)
{
    lc_graph *g;
    bool survived = false;
    if (lc_graph_new(NODES, &g) != LC_OK) {
        assert_null(g);
        return false;
    }
    uint32_t node;
    for (size_t i = 0; i < 2 * NODES; i++) {
        uint32_t before = lc_graph_count(g);
        if (lc_graph_add(g, key_at(i), &node) != LC_OK) {
            assert_int_equal(lc_graph_count(g), before);
            assert_int_equal(lc_graph_find(g, key_at(i)), LC_GRAPH_NONE);
            goto done;
        }
    }
    if (lc_graph_start(g, 0, 0, 1) != LC_OK) {
        assert_false(lc_graph_next(g, &node));
        goto done;
    }
    while (lc_graph_next(g, &node)) {
        for (uint32_t to = node + 1; to < 2 * NODES && to < node + NODES; to++) {
            uint32_t before = lc_graph_cost(g, to);
            if (lc_graph_reach(g, node, to, to % 7) != LC_OK) {
                assert_int_equal(lc_graph_cost(g, to), before);
                goto done;
            }
        }
    }
    survived = true;

done:
    assert_true(lc_graph_check(g));
    lc_graph_free(g);
    return survived;
}

static void
a_full_graph_says_so_and_still_knows_what_it_has(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(2);
    g->count = LC_GRAPH_NONE - 1; /* As if there were so many. */
    uint32_t node = 99;
    assert_int_equal(lc_graph_add(g, key_at(2), &node), LC_FULL);
    assert_int_equal(node, 99);
    assert_int_equal(added(g, key_at(1)), 1);
    g->count = 2;
    assert_int_equal(lc_graph_find(g, key_at(2)), LC_GRAPH_NONE);
    assert_true(lc_graph_check(g));
    lc_graph_free(g);
}

static void
check_sees_a_key_that_is_lost(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(2);
    g->nodes[1].key = key_at(7);
    assert_false(lc_graph_check(g));
    lc_graph_free(g);
}

static void
check_sees_a_way_that_costs_more_than_what_it_leads_to(void **state)
{
    (void)state;
    lc_graph *g = with_nodes(2);
    const edge edges[] = {{0, 1, 5}};
    assert_int_equal(lc_graph_start(g, 0, 3, 0), LC_OK);
    assert_int_equal(walk(g, edges, 1, NULL), 2);
    assert_true(lc_graph_check(g));
    g->nodes[1].state = OUT | 2;
    assert_false(lc_graph_check(g));
    lc_graph_free(g);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        mem_fake_fail_at(n);
        bool survived = exercise();
        assert_int_equal(mem_fake_outstanding(), 0);
        assert_int_equal(survived, !mem_fake_failed());
        if (!mem_fake_failed()) {
            break;
        }
    }
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_has_one_number),
        cmocka_unit_test(many_keys_are_all_found),
        cmocka_unit_test(the_cheapest_path_is_kept_not_the_shortest),
        cmocka_unit_test(equal_ones_come_out_as_they_were_reached),
        cmocka_unit_test(a_start_stays_a_start),
        cmocka_unit_test(nothing_goes_through_a_closed_node),
        cmocka_unit_test(a_late_start_costs_what_the_walk_has_come_to),
        cmocka_unit_test(more_than_the_greatest_cost_counts_as_that),
        cmocka_unit_test(a_deep_chain_is_walked_to_its_end),
        cmocka_unit_test(random_graphs_agree_with_trying_every_edge),
        cmocka_unit_test(a_full_graph_says_so_and_still_knows_what_it_has),
        cmocka_unit_test(check_sees_a_key_that_is_lost),
        cmocka_unit_test(check_sees_a_way_that_costs_more_than_what_it_leads_to),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
