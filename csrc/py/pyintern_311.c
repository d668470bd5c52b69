/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11: a static variable of its own source file. Its strings are mortal.
 */
#include "pyintern.h"

bool
lc_pyintern_count(int64_t *out)
{
    (void)out;
    return false;
}

bool
lc_pyintern_is_table(const PyObject *one)
{
    (void)one;
    return false;
}
