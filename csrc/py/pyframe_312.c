/* SPDX-License-Identifier: MIT
 *
 * CPython 3.12: as 3.11, with a frame of no Python code at every entry from C; the
 * current thread state is thread-local.
 */
#include "pyframe.h"

#include "internal/pycore_frame.h" /* _PyInterpreterFrame */

static inline PyThreadState *
attached_thread(void)
{
    return _PyThreadState_UncheckedGet();
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
    return f->owner == FRAME_OWNED_BY_CSTACK;
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
