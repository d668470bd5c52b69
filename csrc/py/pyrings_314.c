/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14: up to 3.14.4 it is noted in each old object which half of them it belongs to,
 * so rings are not just appended, and nothing is set apart. Since 3.14.5 they are.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "pyrings.h"

#include <stddef.h>

#include "internal/pycore_interp.h"  /* PyInterpreterState */
#include "internal/pycore_runtime.h" /* _Py_DebugOffsets */

enum { APPENDS_SINCE = 0x030E05F0 };

bool
lc_pyrings_append(void)
{
    /* What is used lies before this field, and nothing else does that could differ. */
    return Py_Version >= APPENDS_SINCE &&
           _PyRuntime.debug_offsets.gc.collecting ==
               offsetof(struct _gc_runtime_state, collecting);
}

int64_t
lc_pyrings_collections(void)
{
    const struct _gc_runtime_state *gc = &PyInterpreterState_Main()->gc;
    return gc->generation_stats[NUM_GENERATIONS - 1].collections;
}
