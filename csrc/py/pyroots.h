/* SPDX-License-Identifier: MIT
 *
 * What the interpreter itself holds: the local variables of all running frames, what each
 * thread's state refers to, and the interpreter's own registries. None of it is reached
 * from a module, and the cycle collector does not list it.
 *
 * One file per layout (pyroots_311.c ..., chosen by setup.py); pyroots_body.h holds what
 * they share. Reads only; takes no reference and runs no Python code.
 *
 * Thread rule: under the interpreter lock, and only while no other thread runs Python.
 */
#ifndef LC_PY_PYROOTS_H
#define LC_PY_PYROOTS_H

#include <Python.h>
#include <stdbool.h>

typedef struct {
    unsigned long thread;  /* Ident; 0: the interpreter. */
    PyCodeObject *code;    /* Of a frame, borrowed; else NULL. */
    PyObject *globals;     /* Likewise. */
    int local;             /* Index of its local variable; -1: a value in between. */
    const char *name;      /* What holds it where no frame does; else NULL. */
} lc_pyroots_place;

/* Called for each reference; anything but 0 ends the visit. */
typedef int (*lc_pyroots_visit)(PyObject *object, const lc_pyroots_place *place,
                                void *context);

/* 0, or what the visit returned. */
int lc_pyroots_registries(lc_pyroots_visit visit, void *context);
int lc_pyroots_threads(lc_pyroots_visit visit, void *context);

/* The dict of a type that is not on the heap, borrowed; may be NULL. */
PyObject *lc_pyroots_dict(PyTypeObject *type);

/* Its reference count means something. */
bool lc_pyroots_is_counted(PyObject *of);

/* The name, borrowed, of the local variable by which a frame object, a generator or a
 * coroutine refers to `value`; NULL: none does. */
PyObject *lc_pyroots_local_name(PyObject *owner, PyObject *value);

#endif
