/* SPDX-License-Identifier: MIT
 *
 * The native stack of the calling thread, as addresses.
 *
 *     extension  png_read          kept, outermost first
 *     libpng     png_malloc        kept
 *     shim       malloc            left out: ours
 *     sampler    lc_..., take      left out: ours
 *
 * The walk goes outwards and ends where the interpreter called a library: what called that
 * is Python's own stack. Where the interpreter itself takes memory, the walk goes through
 * it to the library that called it. It reads the unwind tables by _Unwind_Backtrace of libgcc_s, which
 * is loaded when first asked for; frame pointers would be quicker, but most libraries
 * are built without.
 *
 * Safe inside of malloc, of any thread, because:
 *
 *   - everything that allocates in it happens once, in prepare;
 *   - with libgcc_s of GCC 12 and glibc 2.35 (and later) it takes no lock. Before them it
 *     takes the lock of the list of loaded objects, which dlopen and dlclose hold only for
 *     a few stores. The caller must hold nothing then that somebody may wait for who has
 *     that lock, nor be waited for. The lock may be taken again by a thread that has it,
 *     as where a signal handler breaks in;
 *   - code that registered its own tables (a JIT compiler) has it take a lock which can't
 *     be taken twice, up to GCC 12: there a signal handler that allocates in the middle of
 *     a walk or a throw would wait for ever. That is left as it is: malloc is not allowed
 *     in a handler, and the shim hears no handler that broke into its ear.
 *   - a forked child does not call this.
 *
 * What the tables say is believed: where they are wrong, a C++ exception would go as wrong.
 *
 * A walk takes some 140 ns a frame, so walks are remembered: where each return address
 * stood, and its value. One that begins at the same stack pointer and finds the same
 * values in the same places, from the inside out, is the same walk. Each place read lies
 * in a frame that was just found to be there. Only a function that takes a varying amount
 * of stack (alloca) can leave an old return address where a new one is expected; for a
 * wrong answer all others further out would have to be there too.
 *
 * Thread rule: prepare under a lock of the caller's, before any take.
 */
#ifndef LC_OS_BACKTRACE_H
#define LC_OS_BACKTRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "objects.h"

enum { LC_BACKTRACE_MAX = 32 }; /* Frames kept; of a deeper stack the innermost. */

/* Finds the unwinder and calls it once. `ours`: objects whose frames are left out;
 * `interpreter`: where a walk ends. False: this system has no unwinder. What it
 * allocates stays for as long as the process. */
bool lc_backtrace_prepare(const lc_objects_range ours[2], lc_objects_range interpreter);

/* Fills `addresses` (room for LC_BACKTRACE_MAX), outermost first, and returns how many.
 * Each lies in the instruction that was running or calling. 0: nothing is known. */
uint32_t lc_backtrace_take(uintptr_t *addresses);

#endif
