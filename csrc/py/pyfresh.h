/* SPDX-License-Identifier: MIT
 *
 * Which objects are new: the addresses of all that the collector tracks, and later those
 * that it tracks besides. An object at the address of a dead one passes for the old one.
 *
 * Thread rule: under the interpreter lock. No Python code runs.
 */
#ifndef LC_PY_PYFRESH_H
#define LC_PY_PYFRESH_H

#include <Python.h>

/* The Python functions `addresses` and `fresh`; see leakcheck/_core.pyi. */
PyObject *lc_pyfresh_addresses(PyObject *module, PyObject *ignored);
PyObject *lc_pyfresh_since(PyObject *module, PyObject *addresses);

#endif
