/* SPDX-License-Identifier: MIT
 *
 * CPython 3.12 and later: a dict of the interpreter.
 */
#include <Python.h> /* First: it says what the C library is to declare. */

#include "internal/pycore_global_objects.h" /* _Py_INTERP_CACHED_OBJECT */
#include "internal/pycore_interp.h"         /* PyInterpreterState */

#include "pyintern.h"

static PyObject *
table(void)
{
    return _Py_INTERP_CACHED_OBJECT(PyInterpreterState_Main(), interned_strings);
}

bool
lc_pyintern_count(int64_t *out)
{
    PyObject *strings = table();
    if (strings == NULL || !PyDict_CheckExact(strings)) {
        return false;
    }
    *out = PyDict_GET_SIZE(strings);
    return true;
}

bool
lc_pyintern_is_table(const PyObject *one)
{
    return one == table();
}
