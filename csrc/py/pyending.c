/* SPDX-License-Identifier: MIT */
#include "pyending.h"

#include <Python.h>
#include <time.h>

#include "../os/tasks.h"

/* Nanoseconds. Most threads end within the first pause; each is twice the one before. */
enum { FIRST_PAUSE = 20000, ALL_PAUSES = 300000000 };
enum { VAIN_MAX = 2 };

static int settled = 1; /* Threads after the last wait. */
static int vain; /* Waits of this check that nobody ended in. */

void
lc_pyending_wait(bool first)
{
    vain = first ? 0 : vain;
    int count = lc_tasks_count();
    bool waits = count > settled && vain < VAIN_MAX;
    long pause = FIRST_PAUSE;
    for (long waited = 0; waits && count > settled && waited < ALL_PAUSES;
         waited += pause) {
        pause *= 2;
        Py_BEGIN_ALLOW_THREADS;
        nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
        Py_END_ALLOW_THREADS;
        count = lc_tasks_count();
    }
    vain += waits && count > settled;
    settled = count;
}
