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

#include <string.h> /* memmove */

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

/* The first frame from `f` on that runs Python code, or the end of the walk. */
static inline const frame *
python_frame(const frame *f, const void *base)
{
    while (f != NULL && (const void *)f != base && is_shim(f)) {
        f = f->previous;
    }
    return f;
}

/* Where one frame was called or has returned since, moves the rest to where it stands now.
 * Says whether it did. */
static bool
align(lc_pyframe_stack *stack, const frame *top, const void *base)
{
    size_t rest = (size_t)stack->depth;
    if (rest < 2 || stack->cut || top == NULL || (const void *)top == base) {
        return false;
    }
    if ((const void *)top == stack->frames[1]) {
        stack->depth--;
        memmove(stack->frames, stack->frames + 1, rest * sizeof *stack->frames);
        memmove(stack->keys, stack->keys + 1, (rest - 1) * sizeof *stack->keys);
        return true;
    }
    if ((const void *)top->previous == stack->frames[0] && rest < LC_PYFRAME_MAX) {
        stack->depth++;
        memmove(stack->frames + 1, stack->frames, (rest + 1) * sizeof *stack->frames);
        memmove(stack->keys + 1, stack->keys, rest * sizeof *stack->keys);
        return true;
    }
    return false;
}

/* Goes along the list of the last walk for as long as each frame leads to the next in it,
 * from `depth` on, where it stands now. No load waits for the one before, for each takes its
 * frame from the list. Returns the first frame that is not as it was, or the end. */
static inline const frame *
follow(lc_pyframe_stack *stack, int *depth, int *changed)
{
    const void *const *place = stack->frames + *depth;
    const void *const *end = stack->frames + stack->depth;
    uintptr_t *key = stack->keys + *depth;
    const frame *f = *place;
    const frame *next;
    while (place < end) {
        uintptr_t now = (uintptr_t)instruction_of(f);
        if (*key != now) {
            *key = now;
            *changed = (int)(key - stack->keys) + 1;
        }
        key++;
        place++;
        next = *place;
        const frame *listed = next;
        __asm__("" : "+r"(listed)); /* So that it is not taken from the frame before. */
        if (f->previous != next) {
            *depth = (int)(place - stack->frames);
            return f->previous;
        }
        f = listed;
    }
    *depth = stack->depth;
    return f;
}

/* Walks from `f`, which stands at `depth`, where the stack is not the one of the last walk. */
__attribute__((noinline)) static int
walk_on(const frame *f, const void *base, lc_pyframe_stack *stack, int depth,
        int changed)
{
    bool moved = false;
    f = python_frame(f, base);
    if (depth == 0 && (const void *)f != stack->frames[0]) {
        moved = align(stack, f, base);
    }
    for (;;) {
        if (depth < stack->depth && (const void *)f == stack->frames[depth]) {
            f = python_frame(follow(stack, &depth, &changed), base);
            continue;
        }
        if (f == NULL || (const void *)f == base || depth == LC_PYFRAME_MAX) {
            break;
        }
        uintptr_t key = (uintptr_t)instruction_of(f);
        if (stack->keys[depth] != key) {
            stack->keys[depth] = key;
            changed = depth + 1;
        }
        stack->frames[depth++] = f;
        f = python_frame(f->previous, base);
    }
    stack->frames[depth] = f;
    stack->depth = depth;
    stack->cut = f != NULL && (const void *)f != base;
    return moved ? depth : changed;
}

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
