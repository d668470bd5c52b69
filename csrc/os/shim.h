/* SPDX-License-Identifier: MIT
 *
 * Between a process and its C library: who allocates native memory is heard.
 *
 *     LD_PRELOAD=_shim.so python ...
 *
 *     extension --malloc--> shim --__libc_malloc--> C library
 *                             |
 *                             +--came(block, size)--> the ear, while there is one
 *                             +--mapped(pages, length)
 *
 * Preloaded, it stands before the C library's malloc, calloc, realloc, free, the aligned
 * kinds, mmap, munmap and mremap, for all libraries (C++'s new and Rust's allocator end
 * there too, unless they bring their own). Without an ear it only passes on. Python is
 * not needed: a process that never loads it runs as before.
 *
 * The C library's own mappings (thread stacks, its arenas) do not pass here.
 *
 * Thread rule: an ear is called from any thread, signal handlers included, must not wait
 * for anybody who may be allocating, and may allocate itself, unless it is told that it
 * broke in: of what the calling thread does inside it nothing is heard. Its thread-local
 * variables have a fixed place (tls_model initial-exec), for where others are made or done
 * away with, it is called.
 */
#ifndef LC_OS_SHIM_H
#define LC_OS_SHIM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    /* A block has come. */
    void (*came)(const void *block, size_t size);
    /* One is about to go; also where it came unheard. */
    void (*went)(const void *block);
    /* Pages are mapped, over whatever was mapped there; or they are about to be no more.
     * Broke in: by a signal handler, while its thread is inside the C library's allocator,
     * so nothing may be allocated or freed. */
    void (*mapped)(const void *pages, size_t length, bool broke_in);
    void (*unmapped)(const void *pages, size_t length, bool broke_in);
} lc_shim_ear;

/* The symbol by which the sampler finds the shim, where it is preloaded. Sets who hears
 * (NULL: nobody); the ear stays the caller's and must live as long as the process, for a
 * call may be under way. */
#define LC_SHIM_LISTEN "lc_shim_listen"
typedef void lc_shim_listen_function(const lc_shim_ear *ear);

#endif
