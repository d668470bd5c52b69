/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11 to 3.13.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "pypace.h"

#include "internal/pycore_interp.h" /* PyInterpreterState */

lc_pypace
lc_pypace_get(void)
{
    const struct _gc_runtime_state *gc = &PyInterpreterState_Main()->gc;
    return (lc_pypace){gc->long_lived_total, gc->long_lived_pending};
}

void
lc_pypace_set(lc_pypace pace)
{
    struct _gc_runtime_state *gc = &PyInterpreterState_Main()->gc;
    gc->long_lived_total = (Py_ssize_t)pace.survivors;
    gc->long_lived_pending = (Py_ssize_t)pace.waiting;
}
