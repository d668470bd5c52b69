/* SPDX-License-Identifier: MIT
 *
 * How many native blocks there are: those that came less those that went, as the ear of
 * the shim hears of them (pyrecord.h), whether a trace runs or not.
 *
 * It needs no memory, so it is right also where a block could not be recorded.
 *
 * Thread rule: any thread, signal handlers included.
 */
#ifndef LC_PY_PYTALLY_H
#define LC_PY_PYTALLY_H

#include <stdint.h>

/* Most blocks come and go in the thread that runs the tests: from now on the calling one
 * has a count of its own, that nobody else changes. One thread, which may call again. */
void lc_pytally_own(void);

/* A block came (1) or went (-1), or neither or both (0). */
void lc_pytally_add(int change);
int64_t lc_pytally_live(void);

/* A mapping came for which there was no room: it is not counted, and neither is its end.
 * And how many did since last asked. */
void lc_pytally_miss(void);
int64_t lc_pytally_take_missed(void);

#endif
