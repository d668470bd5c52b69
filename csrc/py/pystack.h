/* SPDX-License-Identifier: MIT
 *
 * From the running Python stack to a call-tree node, cheaply.
 *
 * Two allocations in a row mostly have nearly the same stack, so the last one is kept,
 * and only the part that differs is looked up again:
 *
 *     last   main  run  serve:3  get:9
 *     now    main  run  serve:4  make:2        two levels from the root are still right
 *
 * The comparison is by instruction address level by level. Frame addresses only say where
 * to look next, and each is checked against the frame that leads to it, so coroutines,
 * greenlets and other threads only make it slower, not wrong.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYSTACK_H
#define LC_PY_PYSTACK_H

#include <Python.h>
#include <stdint.h>

#include "../core/calltree.h"
#include "pysite.h"

typedef struct lc_pystack lc_pystack;

/* Returns a cursor over `tree` (borrowed) and `site` (borrowed) for stacks that end
 * below frame `base` where they have it; owned by the caller, or NULL. */
lc_pystack *lc_pystack_new(lc_calltree *tree, lc_pysite *site, const void *base);
void lc_pystack_free(lc_pystack *self);

/* The node of the thread's stack now, or LC_CALLTREE_NONE when memory ran out. */
uint32_t lc_pystack_node(lc_pystack *self, PyThreadState *thread);

/* A code object died: its addresses and the stack remembered are void. */
void lc_pystack_retire(lc_pystack *self, PyCodeObject *code);

#endif
