/* SPDX-License-Identifier: MIT
 *
 * The folder of a process's threads has two links and one for each thread.
 */
#include "tasks.h"

#include <sys/stat.h>

enum { LINKS = 2 }; /* Of a folder without any other in it. */

int
lc_tasks_count(void)
{
    struct stat folder;
    if (stat("/proc/self/task", &folder) != 0 || folder.st_nlink <= LINKS) {
        return -1;
    }
    return (int)folder.st_nlink - LINKS;
}
