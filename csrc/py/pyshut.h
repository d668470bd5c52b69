/* SPDX-License-Identifier: MIT
 *
 * Keeps the free lists shut (pyfree.h) through a trace, whoever collects.
 *
 * A full collection empties the lists and opens them. Ours are done unheard (pyheap.h) and
 * shut them at once; the body may collect too, and what the program has in gc.callbacks
 * would drop something into the lists before anybody could shut them:
 *
 *     the body collects   lists empty and open
 *     callbacks           ours, the first, shuts them; then the program's
 *
 * So the list of callbacks has one of ours while a trace runs.
 *
 * Thread rule: under the interpreter lock of the main interpreter.
 */
#ifndef LC_PY_PYSHUT_H
#define LC_PY_PYSHUT_H

/* Called once, before anything below. 0, or -1 with an exception set. */
int lc_pyshut_prepare(void);

/* Collects as lc_pyheap_collect does, and leaves the lists shut, from now on. 0, or -1 with
 * an exception set. */
int lc_pyshut_collect(void);

/* Opens them. Keeps an exception that is set. */
void lc_pyshut_end(void);

#endif
