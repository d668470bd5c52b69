/* SPDX-License-Identifier: MIT
 *
 * CPython 3.13 and later: interpreters point to the allocator's state.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "internal/pycore_interp.h"   /* PyInterpreterState */
#include "internal/pycore_obmalloc.h" /* struct _obmalloc_state */

static const struct _obmalloc_state *
state(void)
{
    return PyInterpreterState_Main()->obmalloc;
}

#include "pylarge_body.h"
