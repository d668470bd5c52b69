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

lc_pyframe_extent
lc_pyframe_walk(PyThreadState *thread, const void *base, uintptr_t *keys)
{
    int depth = 0;
    int changed = 0;
    const frame *f = top_frame(thread);
    for (; f != NULL && (const void *)f != base; f = f->previous) {
        if (is_shim(f)) {
            continue;
        }
        if (depth == LC_PYFRAME_MAX) {
            return (lc_pyframe_extent){.depth = depth, .changed = changed, .cut = true};
        }
        uintptr_t key = (uintptr_t)instruction_of(f);
        if (keys[depth] != key) {
            keys[depth] = key;
            changed = depth + 1;
        }
        depth++;
    }
    return (lc_pyframe_extent){.depth = depth, .changed = changed, .cut = false};
}

void
lc_pyframe_codes(PyThreadState *thread, int depth, PyCodeObject **codes, int *offsets)
{
    int i = 0;
    for (const frame *f = top_frame(thread); i < depth; f = f->previous) {
        if (is_shim(f)) {
            continue;
        }
        PyCodeObject *code = code_of(f);
        codes[i] = code;
        offsets[i] =
            (int)((const char *)instruction_of(f) - (const char *)_PyCode_CODE(code));
        i++;
    }
}
