/* SPDX-License-Identifier: MIT
 *
 * The clock that limits of time go by. Nobody sets it back, and no program replaces it.
 */
#ifndef LC_PY_PYCLOCK_H
#define LC_PY_PYCLOCK_H

#include <time.h>

/* Seconds since some moment. */
static inline double
lc_pyclock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#endif
