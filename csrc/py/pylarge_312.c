/* SPDX-License-Identifier: MIT
 *
 * CPython 3.12: the main interpreter has the allocator's state within its own.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "internal/pycore_interp.h" /* PyInterpreterState */

static const struct _obmalloc_state *
state(void)
{
    return &PyInterpreterState_Main()->obmalloc;
}

#include "pylarge_body.h"
