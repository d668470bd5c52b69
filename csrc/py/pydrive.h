/* SPDX-License-Identifier: MIT
 *
 * The whole check of a callable: asks the loop, does the runs, reads.
 *
 * Thread rule: under the interpreter lock, all from one thread.
 */
#ifndef LC_PY_PYDRIVE_H
#define LC_PY_PYDRIVE_H

#include <Python.h>

#include "pyloop.h"

/* `progress` (may be NULL) is called as progress(phase, runs, seconds) before each batch. 0,
 * or -1 with an exception set; the loop is closed either way. */
int lc_pydrive_all(lc_pyloop *loop, PyObject *body, PyObject *progress);

#endif
