/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14: as 3.13, with the executable behind a tagged reference and two kinds of
 * frames that run no Python code.
 */
#include "pyframe.h"

/* CPython's own headers have unused parameters. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "internal/pycore_interpframe.h" /* _PyInterpreterFrame */
#include "internal/pycore_runtime.h"     /* _Py_DebugOffsets */
#pragma GCC diagnostic pop

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
    return f->owner >= FRAME_OWNED_BY_INTERPRETER;
}

static inline PyCodeObject *
code_of(const frame *f)
{
    return (PyCodeObject *)(f->f_executable.bits & ~(uintptr_t)3);
}

static inline const _Py_CODEUNIT *
instruction_of(const frame *f)
{
    return f->instr_ptr;
}

#include "pyframe_offsets.h"

#include "pyframe_body.h"
