/* SPDX-License-Identifier: MIT
 *
 * CPython 3.15 and later: what was collected is told in a block of its own, which keeps the
 * last few collections of each generation.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "pyrings.h"

#include <stddef.h>

#include "internal/pycore_interp.h"  /* PyInterpreterState */
#include "internal/pycore_runtime.h" /* _Py_DebugOffsets */

enum { APPENDS_SINCE = 0x030F00F0 }; /* Not all pre-releases append rings. */

bool
lc_pyrings_append(void)
{
    const _Py_DebugOffsets *published = &_PyRuntime.debug_offsets;
    return Py_Version >= APPENDS_SINCE &&
           published->gc.collecting == offsetof(struct _gc_runtime_state, collecting) &&
           published->gc.generation_stats ==
               offsetof(struct _gc_runtime_state, generation_stats) &&
           published->gc.generation_stats_size == sizeof(struct gc_stats);
}

int64_t
lc_pyrings_collections(void)
{
    const struct gc_old_stats_buffer *last =
        &PyInterpreterState_Main()->gc.generation_stats->old[1];
    return last->items[last->index].collections;
}
