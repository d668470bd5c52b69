/* SPDX-License-Identifier: MIT
 *
 * Native memory: the ear of the shim that is preloaded, csrc/os/shim.h.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYNATIVE_H
#define LC_PY_PYNATIVE_H

#include <Python.h>

/* See leakcheck/_core.pyi: native_blocks, native_listen, native_places. */
PyObject *lc_pynative_blocks(PyObject *module, PyObject *ignored);
PyObject *lc_pynative_listen(PyObject *module, PyObject *ignored);
PyObject *lc_pynative_places(PyObject *module, PyObject *addresses);

#endif
