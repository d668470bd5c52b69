/* SPDX-License-Identifier: MIT
 *
 * Threads that begin at once.
 */
#ifndef LC_TESTS_TOGETHER_H
#define LC_TESTS_TOGETHER_H

#include <sched.h> /* sched_yield */
#include <stdatomic.h>

/* Returns when all `threads` have called it with the same `ready`, which was 0: else they
 * would run one after the other. */
static inline void
begin_together(atomic_int *ready, int threads)
{
    atomic_fetch_add(ready, 1);
    while (atomic_load(ready) < threads) {
        sched_yield();
    }
}

#endif
