/* SPDX-License-Identifier: MIT
 *
 * Numbers that are the same in each run of a test: xorshift64 (Marsaglia 2003).
 */
#ifndef LC_TESTS_RANDOM_H
#define LC_TESTS_RANDOM_H

#include <stdint.h>

/* The next number; `state` must not be 0 at first. */
static inline uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
