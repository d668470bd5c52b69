/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14: as 3.13, with the executable behind a tagged reference and two kinds of
 * frames that run no Python code.
 */
#include "pyframe.h"

#include <string.h> /* memcmp */

/* CPython's own headers have unused parameters. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "internal/pycore_interpframe.h" /* _PyInterpreterFrame */
#include "internal/pycore_runtime.h"     /* _Py_DebugOffsets */
#pragma GCC diagnostic pop

static PyInterpreterState *main_interpreter;

void
lc_pyframe_prepare(void)
{
    main_interpreter = PyInterpreterState_Main();
}

PyThreadState *
lc_pyframe_thread(void)
{
    PyThreadState *thread = PyThreadState_GetUnchecked();
    return thread != NULL && thread->interp == main_interpreter ? thread : NULL;
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

const char *
lc_pyframe_fault(void)
{
    const _Py_DebugOffsets *published = &_PyRuntime.debug_offsets;
    if (memcmp(published->cookie, "xdebugpy", sizeof published->cookie) != 0) {
        return "the interpreter does not publish its frame layout";
    }
    if (published->free_threaded) {
        return "free-threaded builds are not supported";
    }
    if (published->thread_state.interp != offsetof(PyThreadState, interp) ||
        published->thread_state.current_frame !=
            offsetof(PyThreadState, current_frame)) {
        return "the interpreter's thread state differs from the headers of the build";
    }
    if (published->interpreter_frame.previous != offsetof(frame, previous) ||
        published->interpreter_frame.executable != offsetof(frame, f_executable) ||
        published->interpreter_frame.instr_ptr != offsetof(frame, instr_ptr) ||
        published->interpreter_frame.owner != offsetof(frame, owner)) {
        return "the interpreter's frames differ from the headers of the build";
    }
    return NULL;
}

#include "pyframe_body.h"
