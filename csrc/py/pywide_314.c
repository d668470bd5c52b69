/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14 and later: three lists and right after them the frozen one. The three are
 * called young and old[2] up to 3.14.4 and generations[3] since, at the same place.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "internal/pycore_gc.h"     /* _PyGCHead_NEXT */
#include "internal/pycore_interp.h" /* PyInterpreterState */

#include "pyapart.h"
#include "pyentry.h"
#include "pytrail.h"
#include "pywide.h"

enum { LISTS = 4 };

static PyGC_Head *
generation_of(PyInterpreterState *of, int i)
{
    return &(&of->gc.permanent_generation - (LISTS - 1) + i)->head;
}

#include "pywide_body.h"

void *
lc_pywide_list(int i)
{
    return interpreter == NULL || i >= LISTS ? NULL : generation_of(interpreter, i);
}
