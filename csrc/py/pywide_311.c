/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11 to 3.13: three generations, and the frozen one after other fields.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "internal/pycore_interp.h" /* PyInterpreterState */

#include "pyapart.h"
#include "pyentry.h"
#include "pytrail.h"
#include "pywide.h"

enum { LISTS = NUM_GENERATIONS + 1 };

static PyGC_Head *
generation_of(PyInterpreterState *of, int i)
{
    return i < NUM_GENERATIONS ? &of->gc.generations[i].head
                               : &of->gc.permanent_generation.head;
}

#include "pywide_body.h"

void *
lc_pywide_list(int i)
{
    return interpreter == NULL || i >= LISTS ? NULL : generation_of(interpreter, i);
}
