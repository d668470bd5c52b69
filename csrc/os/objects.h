/* SPDX-License-Identifier: MIT
 *
 * The program and its libraries as they lie in memory: whose is a code address.
 *
 *     address --> object (file, build id), offset in it --> symbol, where it is exported
 *
 * Asks the dynamic loader, which takes the lock of its list of objects: never called from
 * a hook.
 *
 * Thread rule: any thread, outside of the loader's own callbacks.
 */
#ifndef LC_OS_OBJECTS_H
#define LC_OS_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LC_OBJECTS_PATH_MAX = 4096, LC_OBJECTS_BUILD_ID_MAX = 64 };

/* Addresses from start up to but without end; empty where nothing was found. */
typedef struct {
    uintptr_t start;
    uintptr_t end;
} lc_objects_range;

typedef struct {
    char file
        [LC_OBJECTS_PATH_MAX]; /* As the loader knows it; empty: the program itself. */
    uintptr_t offset; /* Of the address, as the object's own tables count. */
    unsigned char build_id[LC_OBJECTS_BUILD_ID_MAX];
    size_t build_id_size; /* Bytes; 0: it has none. */
    const char *symbol; /* Borrowed from the object; NULL: not exported. */
} lc_objects_place;

/* Where the object that holds `inside` lies. */
lc_objects_range lc_objects_range_of(const void *inside);

/* The place of an address; false when no object holds it. */
bool lc_objects_find(uintptr_t address, lc_objects_place *out);

/* How many objects were unloaded since the process began: where that has changed, an
 * address taken before may by now be another object's. */
uint64_t lc_objects_unloads(void);

#endif
