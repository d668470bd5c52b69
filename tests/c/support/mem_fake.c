/* SPDX-License-Identifier: MIT */
#include "mem_fake.h"

#include <stdlib.h>

#include "mem.h"

static struct {
    size_t fail_at;     /* Request to refuse, counted from 1; 0: none. */
    size_t requests;    /* Since the last mem_fake_fail_at. */
    size_t outstanding; /* Blocks. */
    bool failed;        /* fail_at was reached. */
} fake;

static bool
refused(size_t count, size_t size)
{
    fake.requests++;
    if (fake.requests == fake.fail_at) {
        fake.failed = true;
        return true;
    }
    return size != 0 && count > SIZE_MAX / size;
}

void
mem_fake_fail_at(size_t n)
{
    fake.fail_at = n;
    fake.requests = 0;
    fake.failed = false;
}

bool
mem_fake_failed(void)
{
    return fake.failed;
}

size_t
mem_fake_requests(void)
{
    return fake.requests;
}

size_t
mem_fake_outstanding(void)
{
    return fake.outstanding;
}

_Thread_local int lc_mem_inside;
_Thread_local bool lc_mem_denied;

void *
lc_mem_calloc(size_t count, size_t size)
{
    if (refused(count, size)) {
        return NULL;
    }
    void *block = calloc(count, size);
    fake.outstanding += block != NULL;
    return block;
}

void *
lc_mem_resize(void *block, size_t count, size_t size)
{
    if (refused(count, size)) {
        return NULL;
    }
    void *moved = realloc(block, count * size);
    fake.outstanding += block == NULL && moved != NULL;
    return moved;
}

void
lc_mem_free(void *block)
{
    fake.outstanding -= block != NULL;
    free(block);
}
