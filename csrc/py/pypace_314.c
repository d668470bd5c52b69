/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14 and later. Up to 3.14.4 the rule is another one, whose state has no such
 * fields, and nothing is told.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "pypace.h"

#include <stdbool.h>

#include "internal/pycore_interp.h"  /* PyInterpreterState */
#include "internal/pycore_runtime.h" /* _Py_DebugOffsets */

#if PY_VERSION_HEX >= 0x030E05F0

enum { TELLS_SINCE = 0x030E05F0 };

/* NULL: what runs us keeps it elsewhere than the headers of the build say. */
static struct _gc_runtime_state *
collector(void)
{
    bool same = Py_Version >= TELLS_SINCE &&
                _PyRuntime.debug_offsets.gc.size == sizeof(struct _gc_runtime_state);
    return same ? &PyInterpreterState_Main()->gc : NULL;
}

lc_pypace
lc_pypace_get(void)
{
    const struct _gc_runtime_state *gc = collector();
    return gc == NULL ? (lc_pypace){0, 0}
                      : (lc_pypace){gc->long_lived_total, gc->long_lived_pending};
}

void
lc_pypace_set(lc_pypace pace)
{
    struct _gc_runtime_state *gc = collector();
    if (gc != NULL) {
        gc->long_lived_total = (Py_ssize_t)pace.survivors;
        gc->long_lived_pending = (Py_ssize_t)pace.waiting;
    }
}

#else

lc_pypace
lc_pypace_get(void)
{
    return (lc_pypace){0, 0};
}

void
lc_pypace_set(lc_pypace pace)
{
    (void)pace;
}

#endif
