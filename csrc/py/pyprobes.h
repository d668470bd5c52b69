/* SPDX-License-Identifier: MIT
 *
 * Probes: counts that are read outside of the Python heap, such as open descriptors.
 *
 * A probe is a callable without arguments that returns an int. The decision machine judges
 * each of them apart. What a probe raises ends the check.
 *
 * Thread rule: under the interpreter lock.
 */
#ifndef LC_PY_PYPROBES_H
#define LC_PY_PYPROBES_H

#include <Python.h>
#include <stdint.h>

#include "../core/growth_terms.h"

/* 0: a tuple of at most LC_GROWTH_PROBES_MAX callables, or NULL. -1 with an exception set. */
int lc_pyprobes_check(PyObject *probes);

/* How many there are; NULL: none. */
int32_t lc_pyprobes_count(PyObject *probes);

/* Asks each of them, in order; the rooms of `out` behind them stay as they are. 0, or -1
 * with an exception set. */
int lc_pyprobes_read(PyObject *probes, int64_t out[LC_GROWTH_PROBES_MAX]);

#endif
