/* SPDX-License-Identifier: MIT
 *
 * What all versions share that have the count in the state of the main interpreter; the
 * including file defines state().
 */
#ifndef LC_PY_PYLARGE_BODY_H
#define LC_PY_PYLARGE_BODY_H

#include "pylarge.h"

enum { LARGE = 4096 }; /* Bytes: more than any pool serves. */

static const Py_ssize_t *count; /* The interpreter's; NULL: not where it is expected. */
static Py_ssize_t at_first; /* Blocks, when it was found. */

int
lc_pylarge_prepare(void)
{
    const Py_ssize_t *found = &state()->mgmt.raw_allocated_blocks;
    Py_ssize_t before = *found;
    void *block = PyMem_Malloc(LARGE);
    if (block == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t during = *found;
    PyMem_Free(block);
    count = during == before + 1 && *found == before ? found : NULL;
    at_first = before;
    return 0;
}

int64_t
lc_pylarge_blocks(void)
{
    return count == NULL ? 0 : *count - at_first;
}

#endif
