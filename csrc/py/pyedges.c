/* SPDX-License-Identifier: MIT */
#include "pyedges.h"

#include "pyroots.h"

static int
visit_all(PyObject *const *held, size_t count, visitproc visit, void *context)
{
    for (size_t i = 0; i < count; i++) {
        if (held[i] != NULL) {
            int status = visit(held[i], context);
            if (status != 0) {
                return status;
            }
        }
    }
    return 0;
}

static int
visit_code(const PyCodeObject *code, visitproc visit, void *context)
{
    PyObject *held[] = {
        code->co_consts,   code->co_names,     code->co_exceptiontable,
        code->co_filename, code->co_name,      code->co_localsplusnames,
        code->co_qualname, code->co_linetable, code->co_localspluskinds,
    };
    return visit_all(held, sizeof held / sizeof *held, visit, context);
}

static int
visit_static_type(PyTypeObject *type, visitproc visit, void *context)
{
    PyObject *held[] = {lc_pyroots_dict(type), type->tp_mro, type->tp_bases,
                        type->tp_cache};
    return visit_all(held, sizeof held / sizeof *held, visit, context);
}

int
lc_pyedges_visit(PyObject *from, lc_pykind kind, visitproc visit, void *context)
{
    if (kind == LC_PYKIND_CODE) {
        return visit_code((PyCodeObject *)from, visit, context);
    }
    if (kind == LC_PYKIND_TYPE &&
        !PyType_HasFeature((PyTypeObject *)from, Py_TPFLAGS_HEAPTYPE)) {
        return visit_static_type((PyTypeObject *)from, visit, context);
    }
    traverseproc traverse = Py_TYPE(from)->tp_traverse;
    if (traverse == NULL || !PyObject_IS_GC(from)) {
        return 0;
    }
    return traverse(from, visit, context);
}
