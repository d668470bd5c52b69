/* SPDX-License-Identifier: MIT
 *
 * One check of the product on a generated process, as leakcheck/measure/protocol.py makes
 * it: which answers are confirmed, with which windows and seeds, and what stands when the
 * check is stopped. Two of its means need real call sites and are left out: growth proven
 * by one line alone, and lru caches emptied on trial.
 *
 * Thread rule: no state.
 */
#ifndef TESTS_BENCH_GROWTH_CHAIN_H
#define TESTS_BENCH_GROWTH_CHAIN_H

#include <stdint.h>

#include "growth_levels.h"

typedef struct {
    int32_t verdict; /* lc_growth_verdict. */
    int32_t why; /* lc_growth_why of the trace that had the last word. */
    int32_t suspected; /* 1: went on to the confirming trace. */
    int64_t runs; /* All, of both checks. */
} growth_answer;

/* Judges the process once a seed, seeds[0] to seeds[count - 1]: `parts` drawn from
 * `salt` ^ seed, batches from the seed. `budget`: runs after which the time is out, 0 for
 * no limit. Returns 0, or -1 where memory or settings do not do. */
int32_t growth_chain_judge(const growth_part *parts, int32_t part_count, double rate,
                           uint64_t salt, const uint64_t *seeds, int32_t count,
                           int64_t budget, growth_answer *answers);

/* Runs that every check has traced which says LEAK and was not stopped. An exact leak is
 * told after the windows asked for; others are traced for longer at small rates. */
int64_t growth_chain_traced(double rate);

#endif
