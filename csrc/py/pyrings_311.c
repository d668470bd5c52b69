/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11 to 3.13: freezing and thawing append rings of PyGC_Head.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "pyrings.h"

#include "internal/pycore_interp.h" /* PyInterpreterState */

bool
lc_pyrings_append(void)
{
    return true;
}

int64_t
lc_pyrings_collections(void)
{
    const struct _gc_runtime_state *gc = &PyInterpreterState_Main()->gc;
    return gc->generation_stats[NUM_GENERATIONS - 1].collections;
}
