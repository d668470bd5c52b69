/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11: the innermost frame hangs off the C frame record, every frame runs
 * Python code, and the saved instruction is the unit before the next one.
 */
#include "pyframe.h"

#include "internal/pycore_frame.h" /* _PyInterpreterFrame */

/* The current state is one global here: without the interpreter lock it is somebody
 * else's, so it counts only when it is also this thread's own. */
static inline PyThreadState *
attached_thread(void)
{
    PyThreadState *thread = _PyThreadState_UncheckedGet();
    return thread == PyGILState_GetThisThreadState() ? thread : NULL;
}

typedef _PyInterpreterFrame frame;

static inline const frame *
top_frame(PyThreadState *thread)
{
    return thread->cframe->current_frame;
}

static inline bool
is_shim(const frame *f)
{
    (void)f;
    return false;
}

static inline PyCodeObject *
code_of(const frame *f)
{
    return f->f_code;
}

static inline const _Py_CODEUNIT *
instruction_of(const frame *f)
{
    return f->prev_instr;
}

const char *
lc_pyframe_fault(void)
{
    return NULL; /* This version publishes no offsets to compare with. */
}

#include "pyframe_body.h"
