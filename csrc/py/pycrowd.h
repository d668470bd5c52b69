/* SPDX-License-Identifier: MIT
 *
 * What a check counts of the whole heap, and what to do where that is too much to go through.
 *
 *     live blocks    the interpreter counts them by going through all pools of its allocator.
 *                    From two million on, hooks count what comes and goes during a check
 *                    instead: between its readings that is the same number.
 *     wide metrics   not read where there are too many objects. Finding that out takes a walk
 *                    as long as the limit, which a process of that size need not pay in each
 *                    check: as long as it has about as many live blocks as then, it is not
 *                    tried again.
 *
 * Thread rule: under the interpreter lock. No Python code runs.
 */
#ifndef LC_PY_PYCROWD_H
#define LC_PY_PYCROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "pywide.h"

/* A check begins, right after its freeze if `frozen`. False: there are more than `most`
 * objects (0: no limit), as was found earlier; the wide metrics are not to be read then.
 * Must be closed. */
bool lc_pycrowd_open(bool frozen, int64_t most);
void lc_pycrowd_close(void);

/* Live blocks of the object and mem domains: exact but for what other checks and the time
 * between them have added to a number that is counted. 0; -1 with an exception set. */
int lc_pycrowd_blocks(int64_t *out);

/* What lc_pywide_read (`whole`) or lc_pywide_read_new says. */
bool lc_pycrowd_read(bool whole, int64_t most, lc_pywide_counts *out);

#endif
