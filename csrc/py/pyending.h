/* SPDX-License-Identifier: MIT
 *
 * Threads that a run has started and that are about to end when the counters are read.
 *
 * A pool's workers that were told to go still have their stacks and thread states when the
 * next line runs; and join() returns before the thread's state, a raw block, is released.
 * Which of them are gone by the time of a reading would be chance, and a count that moves
 * by chance takes many runs more, or all the time that there is.
 *
 * Thread rule: under the interpreter lock, which is given away while waiting, with no
 * exception set.
 */
#ifndef LC_PY_PYENDING_H
#define LC_PY_PYENDING_H

#include <stdbool.h>

/* Waits while there are more threads than there were after the last wait, .3 s at most.
 * Those that are there then stay, as far as one can see: nobody waits for them again, and
 * after two waits in vain for nobody in this check, of which it may be the `first`. */
void lc_pyending_wait(bool first);

#endif
