/* SPDX-License-Identifier: MIT
 *
 * Cheapest paths in a graph that is found while it is walked.
 *
 * A node is a 64-bit key (an address); it gets a number, counted from 0, when it is first
 * added. Edges are not stored. The owner starts from some nodes, asks for the next one,
 * and says what it leads to and at which cost:
 *
 *     lc_graph_start(g, root, cost, label);
 *     while (lc_graph_next(g, &from)) {
 *         for (each edge of from) {
 *             lc_graph_add(g, key, &to);
 *             lc_graph_reach(g, from, to, cost);
 *         }
 *     }
 *
 * Nodes come out cheapest first, equal ones in the order in which they were reached, each
 * once. Costs are small whole numbers, so the queue is a ring of buckets and no heap.
 *
 * 16 bytes a node, 8 a slot of the table (at most three quarters taken), 4 for each time
 * that a node was reached more cheaply than before.
 *
 * Thread rule: none of its own; its owner says who may call.
 */
#ifndef LC_CORE_GRAPH_H
#define LC_CORE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define LC_GRAPH_NONE UINT32_MAX

enum {
    LC_GRAPH_COST_MAX = 63
}; /* Of one edge and of one start; more counts as that. */

typedef struct lc_graph lc_graph;

/* An empty graph with a table for `expected` nodes. LC_NOMEM: *out is NULL. */
lc_status lc_graph_new(size_t expected, lc_graph **out);
void lc_graph_free(lc_graph *self);

/* The number of `key`, a new one if it has none. LC_NOMEM or LC_FULL (2^32 - 2 nodes):
 * unchanged. */
lc_status lc_graph_add(lc_graph *self, uint64_t key, uint32_t *node);

/* The number of `key` or LC_GRAPH_NONE. */
uint32_t lc_graph_find(const lc_graph *self, uint64_t key);

/* Paths may begin here. A start never gets a parent, whatever leads to it; of several
 * starts of one node the cheapest counts, and its label. A start that comes late costs at
 * least what the walk has come to. Of closed nodes and those that came out: ignored. */
lc_status lc_graph_start(lc_graph *self, uint32_t node, uint32_t cost, uint32_t label);

/* No path goes through this node or ends in it. Before the walk. */
void lc_graph_close(lc_graph *self, uint32_t node);

/* `from`, which just came out, leads to `to`. LC_NOMEM: `to` is as before. */
lc_status lc_graph_reach(lc_graph *self, uint32_t from, uint32_t to, uint32_t cost);

/* The cheapest node that has not come out yet; false: there is none. */
bool lc_graph_next(lc_graph *self, uint32_t *node);

/* What is known of a node so far. */
uint32_t lc_graph_count(const lc_graph *self);
uint64_t lc_graph_key(const lc_graph *self, uint32_t node);
bool lc_graph_is_out(const lc_graph *self, uint32_t node);
uint32_t lc_graph_cost(const lc_graph *self,
                       uint32_t node); /* LC_GRAPH_NONE: unreached. */

/* Where the path to a node came from; LC_GRAPH_NONE for starts and what was not reached. */
uint32_t lc_graph_parent(const lc_graph *self, uint32_t node);

/* A start's label; LC_GRAPH_NONE for any other node. */
uint32_t lc_graph_label(const lc_graph *self, uint32_t node);

/* The invariant: every node is found by its key, and costs fall along parents. */
bool lc_graph_check(const lc_graph *self);

#endif
