/* SPDX-License-Identifier: MIT
 *
 * Names of local variables: what every pyroots_3XX.c shares besides pyroots_body.h, with
 * the same definitions before it.
 */
/* The frame of a frame object or of a generator that has not ended; else NULL. */
static const frame *
frame_of(PyObject *owner)
{
    if (PyFrame_Check(owner)) {
        return ((PyFrameObject *)owner)->f_frame;
    }
    if (PyGen_Check(owner) || PyCoro_CheckExact(owner) ||
        PyAsyncGen_CheckExact(owner)) {
        PyGenObject *generator = (PyGenObject *)owner;
        return generator->gi_frame_state < FRAME_CLEARED
                   ? (const frame *)&generator->gi_iframe
                   : NULL;
    }
    return NULL;
}

PyObject *
lc_pyroots_local_name(PyObject *owner, PyObject *value)
{
    const frame *f = frame_of(owner);
    const PyCodeObject *code = f == NULL || is_shim(f) ? NULL : code_of(f);
    for (int i = 0; code != NULL && i < code->co_nlocalsplus; i++) {
        if (value_of(f, i) == value) {
            return PyTuple_GET_ITEM(code->co_localsplusnames, i);
        }
    }
    return NULL;
}
