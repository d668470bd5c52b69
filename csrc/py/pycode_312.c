/* SPDX-License-Identifier: MIT
 *
 * CPython 3.12 and later: code watchers.
 */
#include "pycode.h"

static lc_pycode_death watch; /* NULL: not watching. */
static int watcher = -1;      /* The interpreter's id for us while watching. */

static int
on_event(PyCodeEvent event, PyCodeObject *code)
{
    if (event == PY_CODE_EVENT_DESTROY && watch != NULL) {
        watch(code);
    }
    return 0;
}

int
lc_pycode_watch(lc_pycode_death death)
{
    watcher = PyCode_AddWatcher(on_event);
    if (watcher < 0) {
        return -1;
    }
    watch = death;
    return 0;
}

void
lc_pycode_unwatch(void)
{
    watch = NULL;
    if (watcher >= 0) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        if (PyCode_ClearWatcher(watcher) < 0) {
            PyErr_Clear(); /* Somebody else has cleared it. */
        }
        PyErr_Restore(type, value, traceback);
        watcher = -1;
    }
}
