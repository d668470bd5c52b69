/* SPDX-License-Identifier: MIT
 *
 * CPython 3.14 and later: as 3.13, with tagged references. The lowest bit marks one that
 * does not count, both together a number.
 */
#include "pyroots.h"

/* CPython's own headers have unused parameters. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "internal/pycore_frame.h"       /* PyFrameObject, FRAME_CLEARED */
#include "internal/pycore_interp.h"      /* PyInterpreterState */
#include "internal/pycore_interpframe.h" /* _PyInterpreterFrame */
#pragma GCC diagnostic pop

typedef _PyInterpreterFrame frame;

static inline const frame *
top_frame(PyThreadState *thread)
{
    return thread->current_frame;
}

static inline bool
is_shim(const frame *f)
{
    return f->owner >= FRAME_OWNED_BY_INTERPRETER;
}

static inline PyCodeObject *
code_of(const frame *f)
{
    return (PyCodeObject *)(f->f_executable.bits & ~(uintptr_t)3);
}

static inline PyObject *
function_of(const frame *f)
{
    return (PyObject *)(f->f_funcobj.bits & ~(uintptr_t)3);
}

static inline int
depth_of(const frame *f)
{
    return f->stackpointer == NULL ? -1 : (int)(f->stackpointer - f->localsplus);
}

static inline PyObject *
value_of(const frame *f, int i)
{
    uintptr_t bits = f->localsplus[i].bits;
    return (bits & 1) != 0 ? NULL : (PyObject *)(bits & ~(uintptr_t)3);
}

static inline PyObject *
codecs_of(PyInterpreterState *interpreter)
{
    return interpreter->codecs.search_path;
}

static inline PyObject *
error_of(PyThreadState *thread)
{
    return thread->current_exception;
}

static inline int
exits_of(PyInterpreterState *interpreter)
{
    return interpreter->atexit.callbacks != NULL;
}

/* All of them are in one list. */
static inline PyObject *
exit_part(PyInterpreterState *interpreter, int i, int part)
{
    (void)i;
    return part == 0 ? interpreter->atexit.callbacks : NULL;
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
