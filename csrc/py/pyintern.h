/* SPDX-License-Identifier: MIT
 *
 * How many strings the interpreter has interned.
 *
 * On CPython 3.12 they are immortal, so code that is compiled in every run with new
 * constants makes the number grow for ever, and this number alone tells.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYINTERN_H
#define LC_PY_PYINTERN_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/* Interned strings of the main interpreter, without those built into it. False: this
 * version keeps them where nobody can look. */
bool lc_pyintern_count(int64_t *out);

/* Whether it is the interpreter's own dict of them, which the cycle collector lists since
 * CPython 3.14. */
bool lc_pyintern_is_table(const PyObject *one);

#endif
