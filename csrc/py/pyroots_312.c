/* SPDX-License-Identifier: MIT
 *
 * CPython 3.12: as 3.11, with frames of no Python code, the dicts of static types kept by
 * the interpreter, and objects that are never counted.
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
    return f->owner == FRAME_OWNED_BY_CSTACK;
}

static inline PyCodeObject *
code_of(const frame *f)
{
    return f->f_code;
}

static inline PyObject *
function_of(const frame *f)
{
    return f->f_funcobj;
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
    return thread->current_exception;
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
    PyObject *dict = PyType_GetDict(type);
    Py_XDECREF(dict); /* The type keeps it. */
    return dict;
}

bool
lc_pyroots_is_counted(PyObject *of)
{
    return !_Py_IsImmortal(of);
}

#include "pyroots_body.h"
#include "pyroots_local_body.h"
