/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14 and later: the rule is another one, and nothing is told.
 */
#include "pypace.h"

lc_pypace
lc_pypace_get(void)
{
    return (lc_pypace){0, 0};
}

void
lc_pypace_set(lc_pypace pace)
{
    (void)pace;
}
