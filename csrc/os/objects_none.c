/* SPDX-License-Identifier: MIT
 *
 * Where libraries are not ELF objects nothing hears of native memory, so nobody asks.
 */
#include "objects.h"

lc_objects_range
lc_objects_range_of(const void *inside)
{
    (void)inside;
    return (lc_objects_range){0, 0};
}

bool
lc_objects_find(uintptr_t address, lc_objects_place *out)
{
    (void)address;
    (void)out;
    return false;
}

uint64_t
lc_objects_unloads(void)
{
    return 0;
}
