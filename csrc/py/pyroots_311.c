/* SPDX-License-Identifier: MIT
 *
 * CPython 3.11: the innermost frame hangs off the C frame record, every frame runs Python
 * code, static types keep their dict themselves, and every count counts.
 */
#include "pyroots.h"

#include "internal/pycore_frame.h"  /* _PyInterpreterFrame */
#include "internal/pycore_interp.h" /* PyInterpreterState */

typedef _PyInterpreterFrame frame;

static inline const frame *
top_frame(PyThreadState *thread)
{
    return thread->cframe == NULL ? NULL : thread->cframe->current_frame;
}

static inline bool
is_shim(const frame *f)
{
    (void)f;
    return false;
}

static inline PyCodeObject *
code_of(const frame *f)
{
    return f->f_code;
}

static inline PyObject *
function_of(const frame *f)
{
    return (PyObject *)f->f_func;
}

static inline int
depth_of(const frame *f)
{
    return f->stacktop;
}

static inline PyObject *
value_of(const frame *f, int i)
{
    return f->localsplus[i];
}

static inline PyObject *
codecs_of(PyInterpreterState *interpreter)
{
    return interpreter->codec_search_path;
}

static inline PyObject *
error_of(PyThreadState *thread)
{
    return thread->curexc_value;
}

static inline int
exits_of(PyInterpreterState *interpreter)
{
    return interpreter->atexit.ncallbacks;
}

static inline PyObject *
exit_part(PyInterpreterState *interpreter, int i, int part)
{
    PyObject *const *parts = (PyObject *const *)interpreter->atexit.callbacks[i];
    return parts == NULL ? NULL : parts[part]; /* NULL: it was unregistered. */
}

PyObject *
lc_pyroots_dict(PyTypeObject *type)
{
    return type->tp_dict;
}

bool
lc_pyroots_is_counted(PyObject *of)
{
    (void)of;
    return true;
}

#include "pyroots_body.h"
#include "pyroots_local_body.h"
