/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14 and later: which half of the old objects one belongs to is noted in it, so
 * rings are not just appended, and nothing is set apart.
 */
#include "pyapart.h"

int
lc_pyapart_prepare(void)
{
    return 0;
}

bool
lc_pyapart_open(int64_t most)
{
    (void)most;
    return false;
}

bool
lc_pyapart_entries(int64_t *out)
{
    (void)out;
    return false;
}

void
lc_pyapart_close(void)
{
}

bool
lc_pyapart_is_ready(void)
{
    return false;
}

void
lc_pyapart_leave_out(PyObject *list)
{
    (void)list;
}

int64_t
lc_pyapart_sortings(void)
{
    return 0;
}
