/* SPDX-License-Identifier: MIT
 *
 * The reference counts of what a test names: the values of its module, and of the modules
 * that it imports, and the types of these values.
 *
 * A reference to such an object that native code loses makes no block, no object and no
 * entry; only the object's own count grows. Left out is what the program shares by value
 * (strings, numbers, None), modules, and what is immortal (3.12 and later), which has no
 * count.
 *
 * The objects are held while they are counted, so that none dies in between.
 *
 * Thread rule: under the interpreter lock. No Python code runs but in lc_pycounts_clear.
 */
#ifndef LC_PY_PYCOUNTS_H
#define LC_PY_PYCOUNTS_H

#include <Python.h>
#include <stdint.h>

typedef struct lc_pycounts lc_pycounts;

enum { LC_PYCOUNTS_MOST = 4096 }; /* Objects; what comes after these is not counted. */

/* The objects of a tuple of dicts, each once; NULL with an exception set. */
lc_pycounts *lc_pycounts_new(PyObject *namespaces);

/* Frees what is at `place`, unless that is NULL, and leaves NULL there. May run finalizers,
 * and keeps an exception that is set. */
void lc_pycounts_clear(lc_pycounts **place);

/* All their counts together; 0 for NULL. */
int64_t lc_pycounts_sum(const lc_pycounts *self);

/* The objects as a new list, for who wants to know which one grew. */
PyObject *lc_pycounts_list(const lc_pycounts *self);

#endif
