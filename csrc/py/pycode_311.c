/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11 has no code watchers, and attaching data to a code object allocates
 * through Python, which a hook must not do.
 */
#include "pycode.h"

static destructor original;   /* The type's own deallocator while watching. */
static lc_pycode_death watch; /* NULL: not watching. */

static void
dealloc(PyObject *self)
{
    if (watch != NULL) {
        watch((PyCodeObject *)self);
    }
    original(self);
}

int
lc_pycode_watch(lc_pycode_death death)
{
    if (PyCode_Type.tp_dealloc != dealloc) {
        original = PyCode_Type.tp_dealloc;
        PyCode_Type.tp_dealloc = dealloc;
    }
    watch = death;
    return 0;
}

void
lc_pycode_unwatch(void)
{
    watch = NULL;
    if (PyCode_Type.tp_dealloc == dealloc) { /* Nobody wrapped it after us. */
        PyCode_Type.tp_dealloc = original;
    }
}
