/* SPDX-License-Identifier: MIT
 *
 * CPython 3.13 and later publish where their structs keep their fields: compared with
 * the headers of the build. Included by pyframe_3XX.c after `frame` is defined.
 */
#include <string.h> /* memcmp */

#include "internal/pycore_runtime.h" /* _Py_DebugOffsets */

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
