/* SPDX-License-Identifier: MIT
 *
 * What lc_pyframe_walk does; pyframe_body.h includes it. The frames of the last walk are in a list.
 * Where the stack still is that one, it is followed by the list; else from frame to frame
 * until it comes to one that is in its place.
 */
#include <string.h> /* memmove */

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
