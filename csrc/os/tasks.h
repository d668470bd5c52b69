/* SPDX-License-Identifier: MIT
 *
 * How many threads the process has. Allocates nothing.
 *
 * Thread rule: any thread.
 */
#ifndef LC_OS_TASKS_H
#define LC_OS_TASKS_H

/* Threads right now, also those that are no longer known to who started them and have not
 * quite ended; -1 where the system does not tell. */
int lc_tasks_count(void);

#endif
