/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11: a static variable of its own source file.
 */
#include "pylarge.h"

int
lc_pylarge_prepare(void)
{
    return 0;
}

int64_t
lc_pylarge_blocks(void)
{
    return 0;
}
