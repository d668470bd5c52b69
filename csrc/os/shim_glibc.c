/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* mremap, MREMAP_MAYMOVE */
#include "shim.h"

#include <errno.h>
#include <malloc.h> /* malloc_usable_size */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc keeps these names for whoever replaces its malloc. To ask for the next malloc in
 * line instead would itself allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void *__libc_valloc(size_t size);
extern void *__libc_pvalloc(size_t size);
extern void __libc_free(void *block);

#define EXPORTED __attribute__((visibility("default")))

static _Atomic(const lc_shim_ear *) listener;

/* Where this thread is; a signal handler finds it where it broke in. */
typedef enum { OUTSIDE, IN_LIBRARY, IN_EAR } place;
static _Thread_local place here __attribute__((tls_model("initial-exec")));

/* Around every call of the C library's allocator. */
static inline place
enter(void)
{
    place before = here;
    here = before == OUTSIDE ? IN_LIBRARY : before;
    atomic_signal_fence(memory_order_seq_cst);
    return before;
}

static inline void
leave(place before)
{
    atomic_signal_fence(memory_order_seq_cst);
    here = before;
}

EXPORTED void lc_shim_listen(const lc_shim_ear *ear);

void
lc_shim_listen(const lc_shim_ear *ear)
{
    atomic_store(&listener, ear);
}

/* Who hears of a block, where this thread is not inside anything. */
static inline const lc_shim_ear *
ear_for_block(const void *block)
{
    const lc_shim_ear *ear = atomic_load_explicit(&listener, memory_order_acquire);
    return block != NULL && here == OUTSIDE ? ear : NULL;
}

static inline void
came(const void *block, size_t size)
{
    const lc_shim_ear *ear = ear_for_block(block);
    if (ear != NULL) {
        int kept = errno;
        here = IN_EAR;
        ear->came(block, size);
        here = OUTSIDE;
        errno = kept;
    }
}

static inline void
went(const void *block)
{
    const lc_shim_ear *ear = ear_for_block(block);
    if (ear != NULL) {
        int kept = errno;
        here = IN_EAR;
        ear->went(block);
        here = OUTSIDE;
        errno = kept;
    }
}

/* Of pages it is heard also where a signal handler broke in on the C library: unlike
 * malloc, mmap is called there. */
static void
pages(bool there, const void *start, size_t length)
{
    const lc_shim_ear *ear = atomic_load_explicit(&listener, memory_order_acquire);
    place before = here;
    if (ear != NULL && before != IN_EAR) {
        int kept = errno;
        here = IN_EAR;
        (there ? ear->mapped : ear->unmapped)(start, length, before == IN_LIBRARY);
        here = before;
        errno = kept;
    }
}

EXPORTED void *
malloc(size_t size)
{
    place before = enter();
    void *block = __libc_malloc(size);
    leave(before);
    came(block, size);
    return block;
}

EXPORTED void *
calloc(size_t count, size_t size)
{
    place before = enter();
    void *block = __libc_calloc(count, size);
    leave(before);
    came(block, count * size); /* No overflow, or there would be no block. */
    return block;
}

/* The old block goes before it is released: another thread may be given its address the
 * moment it is. One that stays after all comes again, from here. */
EXPORTED void *
realloc(void *old, size_t size)
{
    went(old);
    place before = enter();
    void *block = __libc_realloc(old, size);
    leave(before);
    if (block != NULL) {
        came(block, size);
    }
    else if (size != 0) {
        came(old, malloc_usable_size(old));
    }
    return block;
}

EXPORTED void *
reallocarray(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, count * size);
}

EXPORTED void
free(void *block)
{
    went(block);
    place before = enter();
    __libc_free(block);
    leave(before);
}

EXPORTED void cfree(void *block);

void
cfree(void *block)
{
    free(block);
}

EXPORTED void *
memalign(size_t alignment, size_t size)
{
    place before = enter();
    void *block = __libc_memalign(alignment, size);
    leave(before);
    came(block, size);
    return block;
}

EXPORTED void *
aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

EXPORTED int
posix_memalign(void **out, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 ||
        (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    int kept = errno;
    void *block = memalign(alignment, size);
    errno = kept;
    if (block == NULL) {
        return ENOMEM;
    }
    *out = block;
    return 0;
}

EXPORTED void *
valloc(size_t size)
{
    place before = enter();
    void *block = __libc_valloc(size);
    leave(before);
    came(block, size);
    return block;
}

EXPORTED void *
pvalloc(size_t size)
{
    place before = enter();
    void *block = __libc_pvalloc(size);
    leave(before);
    came(block, size);
    return block;
}

EXPORTED void *
mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    void *mapping =
        (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
    if (mapping != MAP_FAILED) {
        pages(true, mapping, length);
    }
    return mapping;
}

EXPORTED void *
mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    return mmap(address, length, protection, flags, file, offset);
}

EXPORTED int
munmap(void *mapping, size_t length)
{
    pages(false, mapping, length);
    return (int)syscall(SYS_munmap, mapping, length);
}

EXPORTED void *
mremap(void *old, size_t old_length, size_t length, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    void *wanted = (flags & MREMAP_FIXED) != 0 ? va_arg(rest, void *) : NULL;
    va_end(rest);
    bool leaves = old_length != 0 && (flags & MREMAP_DONTUNMAP) == 0;
    if (leaves) {
        pages(false, old, old_length);
    }
    void *mapping = (void *)syscall(SYS_mremap, old, old_length, length, flags, wanted);
    if (mapping != MAP_FAILED) {
        pages(true, mapping, length);
    }
    else if (leaves) {
        pages(true, old, old_length);
    }
    return mapping;
}
