/* SPDX-License-Identifier: MIT
 *
 * When the collector thinks that a full collection is due.
 *
 * CPython makes one once the objects that survived younger collections are more than a
 * quarter of those that survived the last full one. Ours are made while the heap is frozen,
 * so hardly anything survives them, and the program would then go through its whole heap
 * far more often than without leakcheck. So the collector is told what it knew.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYPACE_H
#define LC_PY_PYPACE_H

#include <stdint.h>

typedef struct {
    int64_t survivors; /* Objects, of the last full collection. */
    int64_t waiting;   /* Objects that no full collection has seen yet. */
} lc_pypace;

lc_pypace lc_pypace_get(void);
void lc_pypace_set(lc_pypace pace);

#endif
