/* SPDX-License-Identifier: MIT
 *
 * What a module that is loaded has under its names, for what is brought to one size before
 * a reading. Nothing is imported.
 *
 * Thread rule: under the interpreter lock, with no exception set.
 */
#ifndef LC_PY_PYLOADED_H
#define LC_PY_PYLOADED_H

#include <Python.h>

/* The dict of names of a module, a new reference. NULL, without an exception: it is not
 * loaded, or something else stands in its place. */
PyObject *lc_pyloaded_names(const char *module);

#endif
