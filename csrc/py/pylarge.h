/* SPDX-License-Identifier: MIT
 *
 * How many blocks the allocators of objects and of memory took from the raw domain, because
 * they are over 512 bytes.
 *
 * sys.getallocatedblocks() has them, and the raw hook hears them too. A dict whose table
 * crosses that size in one run and back in another leaves the first number alone and moves
 * the second, so the raw domain is judged without them.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYLARGE_H
#define LC_PY_PYLARGE_H

#include <stdint.h>

/* Finds the count, and looks whether a large block moves it. 0; -1 with an error set. */
int lc_pylarge_prepare(void);

/* Large blocks that came minus those that went since then; 0 where this version keeps the
 * count out of sight. */
int64_t lc_pylarge_blocks(void);

#endif
