/* SPDX-License-Identifier: MIT */
#include "pytally.h"

#include <stdatomic.h>
#include <stdbool.h>

static atomic_int_fast64_t mine; /* Of the thread that has a count of its own. */
static atomic_int_fast64_t others;
static atomic_int_fast64_t missed;
static _Thread_local bool counts_alone __attribute__((tls_model("initial-exec")));

void
lc_pytally_own(void)
{
    counts_alone = true;
}

void
lc_pytally_add(int change)
{
    if (counts_alone) {
        int_fast64_t now = atomic_load_explicit(&mine, memory_order_relaxed);
        atomic_store_explicit(&mine, now + change, memory_order_relaxed);
    }
    else {
        atomic_fetch_add_explicit(&others, change, memory_order_relaxed);
    }
}

int64_t
lc_pytally_live(void)
{
    return (int64_t)atomic_load_explicit(&mine, memory_order_relaxed) +
           (int64_t)atomic_load_explicit(&others, memory_order_relaxed);
}

void
lc_pytally_miss(void)
{
    atomic_fetch_add_explicit(&missed, 1, memory_order_relaxed);
}

int64_t
lc_pytally_take_missed(void)
{
    return (int64_t)atomic_exchange_explicit(&missed, 0, memory_order_relaxed);
}
