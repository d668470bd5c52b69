/* SPDX-License-Identifier: MIT
 *
 * CPython 3.13: the innermost frame stands in the thread state itself, the code object is
 * the frame's executable, and the saved instruction is the running one.
 */
#include "pyframe.h"

#include "internal/pycore_frame.h"   /* _PyInterpreterFrame */
#include "internal/pycore_runtime.h" /* _Py_DebugOffsets */

static inline PyThreadState *
attached_thread(void)
{
    return PyThreadState_GetUnchecked();
}

typedef _PyInterpreterFrame frame;

static inline const frame *
top_frame(PyThreadState *thread)
{
    return thread->current_frame;
}

static inline bool
is_shim(const frame *f)
{
    return f->owner == FRAME_OWNED_BY_CSTACK;
}

static inline PyCodeObject *
code_of(const frame *f)
{
    return (PyCodeObject *)f->f_executable;
}

static inline const _Py_CODEUNIT *
instruction_of(const frame *f)
{
    return f->instr_ptr;
}

#include "pyframe_offsets.h"

#include "pyframe_body.h"
