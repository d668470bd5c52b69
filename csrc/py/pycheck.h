/* SPDX-License-Identifier: MIT
 *
 * The Python type `leakcheck._core.Check`: one loop with its settings.
 */
#ifndef LC_PY_PYCHECK_H
#define LC_PY_PYCHECK_H

#include <Python.h>

/* Adds the type to the module. 0, or -1 with an exception set. */
int lc_pycheck_register(PyObject *module);

#endif
