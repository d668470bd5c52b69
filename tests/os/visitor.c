/* SPDX-License-Identifier: MIT
 *
 * A library that comes and goes (body_library_loop of hazards.c), with a block of its own
 * from its first line to its last and storage for each thread.
 */
#include <stdlib.h>

void visit(void);

static _Thread_local char room[512];
static void *volatile block;

__attribute__((constructor)) static void
arrive(void)
{
    block = malloc(300);
}

__attribute__((destructor)) static void
leave(void)
{
    free(block);
}

void
visit(void)
{
    room[0]++;
}
