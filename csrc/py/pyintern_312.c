/* SPDX-License-Identifier: MIT
 *
 * CPython 3.12 and later: a dict of the interpreter.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "internal/pycore_global_objects.h" /* _Py_INTERP_CACHED_OBJECT */
#include "internal/pycore_interp.h"         /* PyInterpreterState */

#include "pyintern.h"

bool
lc_pyintern_count(int64_t *out)
{
    PyObject *strings =
        _Py_INTERP_CACHED_OBJECT(PyInterpreterState_Main(), interned_strings);
    if (strings == NULL || !PyDict_CheckExact(strings)) {
        return false;
    }
    *out = PyDict_GET_SIZE(strings);
    return true;
}
