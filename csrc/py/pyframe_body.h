/* SPDX-License-Identifier: MIT
 *
 * The walk that every pyframe_3XX.c shares. That file defines before including this:
 *
 *     attached_thread()      this thread's state where it is attached, else NULL
 *     frame                  the interpreter's frame struct
 *     top_frame(thread)      its innermost frame or NULL
 *     is_shim(f)             true for frames that run no Python code
 *     code_of(f)             the code object, borrowed
 *     instruction_of(f)      address of the running instruction
 */

static PyInterpreterState *main_interpreter;

void
lc_pyframe_prepare(void)
{
    main_interpreter = PyInterpreterState_Main();
}

PyThreadState *
lc_pyframe_thread(void)
{
    PyThreadState *thread = attached_thread();
    return thread != NULL && thread->interp == main_interpreter ? thread : NULL;
}

PyThreadState *
lc_pyframe_own_thread(void)
{
    PyThreadState *thread = lc_pyframe_thread();
    if (thread != NULL) {
        return thread;
    }
    thread = PyGILState_GetThisThreadState();
    return thread != NULL && thread->interp == main_interpreter ? thread : NULL;
}

const void *
lc_pyframe_current(PyThreadState *thread)
{
    return top_frame(thread);
}

#include "pyframe_walk_body.h"

int
lc_pyframe_walk(PyThreadState *thread, const void *base, lc_pyframe_stack *stack)
{
    int changed = 0;
    int depth = 0;
    const frame *f = top_frame(thread);
    if (stack->depth > 0 && (const void *)f == stack->frames[0]) {
        f = follow(stack, &depth, &changed);
        if (depth == stack->depth && (const void *)f == stack->frames[depth]) {
            return changed;
        }
    }
    return walk_on(f, base, stack, depth, changed);
}

int
lc_pyframe_codes(PyThreadState *thread, int most, PyCodeObject **codes, int *offsets)
{
    int found = 0;
    const frame *f = python_frame(top_frame(thread), NULL);
    while (f != NULL && found < most) {
        PyCodeObject *code = code_of(f);
        codes[found] = code;
        offsets[found] =
            (int)((const char *)instruction_of(f) - (const char *)_PyCode_CODE(code));
        found++;
        f = python_frame(f->previous, NULL);
    }
    return found;
}
