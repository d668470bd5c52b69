/* SPDX-License-Identifier: MIT
 *
 * The only door to the C library's allocator for leakcheck's own bookkeeping.
 *
 * Nothing here passes through a Python allocator, so the hooks never see our own
 * tables. Tests link tests/c/support/mem_fake.c in place of mem.c: it counts what
 * is outstanding and can fail the nth allocation.
 *
 * Where the C library is listened to (csrc/os/shim.h), lc_mem_inside tells what is ours.
 *
 * Thread rule: as safe as the C library's malloc, from any thread.
 */
#ifndef LC_CORE_MEM_H
#define LC_CORE_MEM_H

#include <stdbool.h>
#include <stddef.h> /* size_t */

/* Above 0 while this thread is inside a function of this header. Its place in the thread
 * is fixed: one that is made when it is first asked for would be made by malloc, which may
 * be where we are asked. */
extern _Thread_local int lc_mem_inside __attribute__((tls_model("initial-exec")));

/* While this is set, this thread gets no memory from here: it broke in, as a signal handler,
 * on the C library's allocator. */
extern _Thread_local bool lc_mem_denied __attribute__((tls_model("initial-exec")));

/* Returns `count * size` zeroed bytes, owned by the caller, or NULL when there is no
 * memory or the product overflows. */
void *lc_mem_calloc(size_t count, size_t size);

/* Resizes `block` (may be NULL) to `count * size` bytes, contents kept up to the
 * smaller size, new bytes not zeroed. NULL on failure, `block` then still valid. */
void *lc_mem_resize(void *block, size_t count, size_t size);

/* Gives back a block; NULL is ignored. */
void lc_mem_free(void *block);

#endif
