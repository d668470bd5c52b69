/* SPDX-License-Identifier: MIT
 *
 * The allocator hooks: every block of the three PyMem domains passes here.
 *
 *     raw domain          one hook from the first check on, for ever: threads use this
 *                         domain without the interpreter lock, so it is never swapped
 *                         back. It counts always and records while a trace runs.
 *     object, mem domain  hooked only while a trace runs or blocks are counted; put back
 *                         afterwards unless somebody hooked on top of us, then they pass
 *                         calls through.
 *
 * Requests over 512 bytes reach the raw hook from inside the object allocator; a
 * per-thread depth keeps them from being seen twice. A hook never fails the program's
 * allocation, never calls into Python and never touches an object.
 *
 * Everything here is static and lives as long as the process, because a hook may be
 * called at any time, also while the interpreter shuts down.
 *
 * Thread rule: the functions below under the interpreter lock.
 */
#ifndef LC_PY_PYHOOK_H
#define LC_PY_PYHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/recorder.h"
#include "pystack.h"

/* Installs the raw hook, again where another tool has put it out of the chain. Also
 * arranges that a forked child records nothing. */
void lc_pyhook_prepare(void);

/* Whether every hook that should be installed now still sees the blocks of its domain. */
bool lc_pyhook_hears(void);

/* Blocks of the raw domain that came minus those that went since lc_pyhook_prepare. */
int64_t lc_pyhook_raw_live(void);

/* Counts the blocks of the object and mem domains from now on, until it is ended. */
void lc_pyhook_count(void);
void lc_pyhook_count_end(void);

/* Blocks of these two that came minus those that went while they were hooked. Another
 * interpreter that has a lock of its own may make it miss some. */
int64_t lc_pyhook_object_live(void);

/* Sends every block to `recorder` at the node that `stack` tells, until stopped. Both
 * stay the caller's and must outlive the trace. `deep`: see lc_pyrecord_start. */
void lc_pyhook_start(lc_recorder *recorder, lc_pystack *stack, bool deep);
void lc_pyhook_stop(void);

#endif
