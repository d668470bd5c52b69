/* SPDX-License-Identifier: MIT
 *
 * Interned calling contexts: (parent node, frame) -> node.
 *
 *     root 0 --frame 7--> node 3 --frame 9--> node 4
 *                              `---frame 4--> node 5
 *
 * A *frame* is a number the caller gives to a place in the program (here: a code object's
 * name and an instruction in it), the same number whenever it sees that place again. A
 * *key* is the address the running program shows for it (an instruction pointer). Keys
 * are the fast way in and die with their code object; frames and nodes stay, so code
 * that is compiled anew in every run keeps its nodes:
 *
 *     edges:  (parent, key)   -> node     looked up per allocation, forgotten by owner
 *     nodes:  (parent, frame) -> node     looked up when a key is new
 *
 * Thread rule: one thread at a time; in leakcheck, whoever holds the interpreter lock.
 */
#ifndef LC_CORE_CALLTREE_H
#define LC_CORE_CALLTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pairs.h"
#include "status.h"

#define LC_CALLTREE_ROOT UINT32_C(0)
#define LC_CALLTREE_NO_STACK UINT32_C(1) /* For allocations with no Python stack. */
#define LC_CALLTREE_CUT UINT32_C(2)      /* Root of stacks that were cut short. */
#define LC_CALLTREE_FIXED UINT32_C(3)    /* Nodes of a new tree: the three above. */
#define LC_CALLTREE_NONE UINT32_MAX      /* No such node. */
#define LC_CALLTREE_NODES_MAX (UINT32_C(1) << 24)
#define LC_CALLTREE_OWNERS_MAX (UINT32_C(1) << 24)
#define LC_CALLTREE_NO_FRAME UINT32_MAX  /* The frame of the fixed nodes. */
#define LC_CALLTREE_NO_OWNER UINT32_MAX  /* Of a key that is never forgotten. */

typedef struct lc_calltree lc_calltree;

/* Returns a tree of the fixed nodes, owned by the caller, or NULL. */
lc_calltree *lc_calltree_new(void);
void lc_calltree_free(lc_calltree *self);

/* The node below `parent` that `key` leads to, or LC_CALLTREE_NONE. */
uint32_t lc_calltree_find(const lc_calltree *self, uint32_t parent, uint64_t key);

/* Makes `key` below `parent` lead to the node of `frame`, which is made when it is new.
 * The key is forgotten with `owner`, a small number (a slot of the caller's code table),
 * or never.
 * LC_NOMEM, or LC_FULL at LC_CALLTREE_NODES_MAX nodes or for an owner that is not below
 * LC_CALLTREE_OWNERS_MAX: nothing a caller can see changed. */
lc_status lc_calltree_put(lc_calltree *self, uint32_t parent, uint64_t key,
                          uint32_t frame, uint32_t owner, uint32_t *out);

/* Forgets every key of `owner`: their addresses may be used again for other code. */
void lc_calltree_forget(lc_calltree *self, uint32_t owner);

/* Nodes made so far; ids are 0 .. count - 1. */
uint32_t lc_calltree_count(const lc_calltree *self);
uint32_t lc_calltree_parent(const lc_calltree *self, uint32_t node);
uint32_t lc_calltree_frame(const lc_calltree *self, uint32_t node);

/* The invariants: both maps sound, parents come before their children. */
bool lc_calltree_check(const lc_calltree *self);

#endif
