/* SPDX-License-Identifier: MIT
 *
 * What the fuzz targets share: bytes read as numbers, and an invariant that ends the process.
 *
 * A target defines LLVMFuzzerTestOneInput. libFuzzer calls it with inputs that it makes up
 * and keeps where they reach new code (run.py --flavour fuzz); replay.c calls it with
 * pseudo-random ones in the ordinary C tests, so that no target rots.
 */
#ifndef LC_TESTS_FUZZ_H
#define LC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>  /* fprintf */
#include <stdlib.h> /* abort */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process where the invariant does not hold, in builds without asserts too. */
#define must(holds)                                                                    \
    do {                                                                               \
        if (!(holds)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
            abort();                                                                   \
        }                                                                              \
    } while (0)

typedef struct {
    const uint8_t *at; /* Borrowed. */
    size_t left; /* Bytes. */
} input;

/* The next `bytes` bytes as a number, at most 8; zeros after the end. */
static inline uint64_t
number(input *self, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes && self->left > 0; i++) {
        value |= (uint64_t)*self->at++ << (8 * i);
        self->left--;
    }
    return value;
}

#endif
