/* SPDX-License-Identifier: MIT
 *
 * Whose are these blocks: objects are asked where they lie, never a block what it is.
 *
 * 1. Every object that the collector tracks, that tp_traverse or a dict's key leads to, or
 *    that a frame, a thread or the interpreter holds: is its block in question?
 *    LC_CLAIMS_OBJECT.
 * 2. Every word in tracked objects, and in blocks that have an owner by then: does it point
 *    into a block without one? LC_CLAIMS_OWNED: the items of a list, the keys of a dict, the
 *    table of a set, the buffers of extension types.
 * 3. Blocks without an owner remain LC_CLAIMS_LOOSE; nothing is made up for them. Where the
 *    first words of one are those of an object of a type that exists, at the place that such
 *    objects have, with a reference count and room enough, `type` says so; no reference to
 *    it is ever made.
 *
 * What `deaf` memory refers to, its owner's tp_traverse does not show: that of extension
 * types without tp_traverse, and loose blocks.
 *
 * Reads only. Takes no reference and runs no Python code.
 *
 * Thread rule: under the interpreter lock, with the cycle collector off.
 */
#ifndef LC_PY_PYCLAIM_H
#define LC_PY_PYCLAIM_H

#include <Python.h>

#include "../core/claims.h"
#include "../core/status.h"

/* Finds out what it can of each block; `claims` is sealed and all its blocks are live.
 * `none` is an empty tuple. LC_FULL: the time ran out, and "loose" means nothing. */
lc_status lc_pyclaim_all(lc_claims *claims, PyObject *none, double max_seconds);

#endif
