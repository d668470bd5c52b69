/* SPDX-License-Identifier: MIT
 *
 * The wide metrics of a check, and what to do where there are too many objects to go through.
 *
 * Finding that out takes a walk as long as the limit, which a process of that size need not
 * pay in each check: as long as it has about as many live blocks as then, it is not tried
 * again.
 *
 * Thread rule: under the interpreter lock. No Python code runs.
 */
#ifndef LC_PY_PYCROWD_H
#define LC_PY_PYCROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "pywide.h"

/* A check begins, right after its freeze if `frozen`. False: there are more than `most`
 * objects (0: no limit), as was found earlier; nothing is to be read then. */
bool lc_pycrowd_open(bool frozen, int64_t most);

/* What lc_pywide_read (`whole`) or lc_pywide_read_new says. */
bool lc_pycrowd_read(bool whole, int64_t most, lc_pywide_counts *out);

#endif
