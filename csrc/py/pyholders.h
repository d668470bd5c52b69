/* SPDX-License-Identifier: MIT
 *
 * Who holds these objects: for each the cheapest path from a root, and how many references
 * to it there are in the whole heap.
 *
 * One pass over everything that the collector lists and what that reaches. Paths are found
 * on the way (csrc/core/graph.h), from the roots given and from those of the interpreter
 * (pyroots.h); then what no root reaches is visited too, so that references can be counted.
 * Where an object's own count is higher, native code holds the rest.
 *
 * Nothing is kept afterwards. No Python code runs: neither an object's own methods nor, as
 * the collector stands still meanwhile, finalizers.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYHOLDERS_H
#define LC_PY_PYHOLDERS_H

#include <Python.h>

/* The Python function `holders`; leakcheck/_core.pyi says what it takes and gives. */
PyObject *lc_pyholders_find(PyObject *module, PyObject *args, PyObject *keywords);

/* Likewise `local_of`. */
PyObject *lc_pyholders_local(PyObject *module, PyObject *args);

#endif
