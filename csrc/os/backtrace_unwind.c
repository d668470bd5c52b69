/* SPDX-License-Identifier: MIT */
#include "backtrace.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h> /* memcpy */
#include <unwind.h>

#include "../core/mem.h"

enum {
    LINKS = LC_BACKTRACE_MAX + 12, /* Frames of ours, those kept, and one of Python. */
    SETS = 64, /* Power of two. */
    WAYS = 4,
};

/* A walk that was done: where each frame's return address stood, and what it led to. */
typedef struct {
    atomic_flag busy; /* Never waited for. */
    uint32_t links; /* 0: nothing is remembered here. */
    uint32_t depth;
    uintptr_t slots[LINKS]; /* Innermost first. */
    uintptr_t values[LINKS]; /* The return address in each. */
    uintptr_t addresses[LC_BACKTRACE_MAX];
} memory;

typedef struct {
    uintptr_t inwards[LC_BACKTRACE_MAX]; /* Innermost first. */
    uint32_t count;
    uint32_t links;
    bool entered; /* The frame of lc_backtrace_take has been passed. */
    bool left; /* A frame of another object than the interpreter is kept. */
    bool repeatable; /* Each return address was found where it was expected. */
    uintptr_t slots[LINKS];
    uintptr_t values[LINKS];
} walk;

typedef _Unwind_Reason_Code walker(_Unwind_Trace_Fn visit, void *context);

static walker *unwind; /* NULL: there is none, or prepare was not called. */
static lc_objects_range own[2];
static lc_objects_range python;
static memory *memories; /* SETS * WAYS, for as long as the process; NULL: no room. */
static atomic_uint turn; /* Which of a set is given up next. */

static inline bool
is_in(lc_objects_range range, uintptr_t address)
{
    return address - range.start < range.end - range.start;
}

static inline uintptr_t
word_at(uintptr_t address)
{
    return *(const volatile uintptr_t *)address;
}

/* Remembers where the return address to this frame stands: below what the stack pointer is
 * after the return. Where it is not there (another processor, a signal's frame) the walk
 * can't be repeated by looking. */
static void
link_up(walk *w, uintptr_t stack_pointer, uintptr_t address)
{
    uintptr_t slot = stack_pointer - sizeof address;
    w->repeatable = w->repeatable && w->links < LINKS && word_at(slot) == address;
    if (w->repeatable) {
        w->slots[w->links] = slot;
        w->values[w->links++] = address;
    }
}

/* Any answer but _URC_NO_REASON ends the walk. */
static _Unwind_Reason_Code
visit(struct _Unwind_Context *context, void *to)
{
    walk *w = to;
    int before = 0; /* The instruction has not run yet, as where a signal came. */
    uintptr_t address = (uintptr_t)_Unwind_GetIPInfo(context, &before);
    if (!w->entered) {
        w->entered = true;
        return _URC_NO_REASON;
    }
    if (address == 0) {
        return _URC_END_OF_STACK;
    }
    link_up(w, (uintptr_t)_Unwind_GetCFA(context), address);
    address -= before == 0;
    if (is_in(own[0], address) || is_in(own[1], address)) {
        return _URC_NO_REASON;
    }
    bool of_python = is_in(python, address);
    if (of_python && w->left) {
        return _URC_END_OF_STACK;
    }
    w->left = w->left || !of_python;
    w->inwards[w->count++] = address;
    return w->count == LC_BACKTRACE_MAX ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static memory *
set_of(uintptr_t frame)
{
    size_t hash = (size_t)((uint64_t)frame * UINT64_C(0x9E3779B97F4A7C15) >> 40);
    return &memories[hash % SETS * WAYS];
}

/* The depth of a walk from `frame` that would find what an earlier one found; 0: none.
 * From the inside out: as long as all return addresses are where they were, so are their
 * frames, and the next one is on this stack too. */
static uint32_t
recall(uintptr_t frame, uintptr_t *addresses)
{
    memory *set = set_of(frame);
    uint32_t depth = 0;
    for (int way = 0; way < WAYS && depth == 0; way++) {
        memory *m = &set[way];
        if (atomic_flag_test_and_set_explicit(&m->busy, memory_order_acquire)) {
            continue;
        }
        uint32_t same = 0;
        if (m->links > 0 && m->slots[0] == frame - sizeof frame) {
            while (same < m->links && word_at(m->slots[same]) == m->values[same]) {
                same++;
            }
        }
        if (same > 0 && same == m->links) {
            depth = m->depth;
            memcpy(addresses, m->addresses, depth * sizeof *addresses);
        }
        atomic_flag_clear_explicit(&m->busy, memory_order_release);
    }
    return depth;
}

static void
remember(uintptr_t frame, const walk *w, const uintptr_t *addresses)
{
    unsigned way = atomic_fetch_add_explicit(&turn, 1, memory_order_relaxed);
    memory *m = &set_of(frame)[way % WAYS];
    if (!w->repeatable || w->count == 0 || w->slots[0] != frame - sizeof frame ||
        atomic_flag_test_and_set_explicit(&m->busy, memory_order_acquire)) {
        return;
    }
    m->links = w->links;
    m->depth = w->count;
    memcpy(m->slots, w->slots, w->links * sizeof *w->slots);
    memcpy(m->values, w->values, w->links * sizeof *w->values);
    memcpy(m->addresses, addresses, w->count * sizeof *addresses);
    atomic_flag_clear_explicit(&m->busy, memory_order_release);
}

/* Not inlined: where its frame begins is what walks are remembered by. */
__attribute__((noinline)) uint32_t
lc_backtrace_take(uintptr_t *addresses)
{
    if (unwind == NULL) {
        return 0;
    }
    uintptr_t frame = (uintptr_t)__builtin_dwarf_cfa();
    uint32_t depth = memories == NULL ? 0 : recall(frame, addresses);
    if (depth > 0) {
        return depth;
    }
    walk w;
    w.count = w.links = 0;
    w.entered = w.left = false;
    w.repeatable = memories != NULL;
    (void)unwind(visit, &w); /* How it ended says nothing: we end it. */
    for (uint32_t i = 0; i < w.count; i++) {
        addresses[i] = w.inwards[w.count - 1 - i];
    }
    if (memories != NULL) {
        remember(frame, &w, addresses);
    }
    return w.count;
}

bool
lc_backtrace_prepare(const lc_objects_range ours[2], lc_objects_range interpreter)
{
    own[0] = ours[0];
    own[1] = ours[1];
    python = interpreter;
    if (unwind == NULL) {
        void *library = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) {
            /* POSIX's way to turn what dlsym returns into a function. */
            *(void **)&unwind = dlsym(library, "_Unwind_Backtrace");
        }
        uintptr_t first[LC_BACKTRACE_MAX];
        (void)lc_backtrace_take(first);
        memories = lc_mem_calloc((size_t)SETS * WAYS, sizeof *memories);
    }
    return unwind != NULL;
}
