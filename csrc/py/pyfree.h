/* SPDX-License-Identifier: MIT
 *
 * Keeps the interpreter's free lists shut while a trace runs.
 *
 * A list, dict, tuple or float that dies is kept and handed out again without asking an
 * allocator. So the block that one line made and released becomes, unseen, the object
 * that another line keeps, and the first line would be blamed:
 *
 *     x = {}; del x          the block comes to life here
 *     kept.append({})        and stays because of this line
 *
 * One file per kind of list: 3.11 and 3.12 have arrays that can't be switched off, 3.13
 * has numbers that can, 3.14 and later one struct for all. The layouts are private to
 * CPython, so they are tried out at import and left alone where they behave otherwise.
 *
 * Thread rule: under the interpreter lock of the main interpreter.
 */
#ifndef LC_PY_PYFREE_H
#define LC_PY_PYFREE_H

/* Tries the layouts out. Called once, before anything below. 0, or -1 with an exception
 * set. */
int lc_pyfree_prepare(void);

/* Shuts every list that is empty: call it right after a full collection, which empties
 * them, and again after each, which opens some of them. */
void lc_pyfree_shut(void);

/* As before the first shut. */
void lc_pyfree_open(void);

#endif
