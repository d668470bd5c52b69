/* SPDX-License-Identifier: MIT */
#include "pydrive.h"

#include "pyframe.h"

static int
report_progress(const lc_pyloop *loop, PyObject *progress)
{
    lc_pyloop_state state;
    lc_pyloop_progress(loop, &state);
    PyObject *none = PyObject_CallFunction(progress, "iid", (int)state.phase,
                                           (int)state.runs, state.seconds);
    Py_XDECREF(none);
    return none == NULL ? -1 : 0;
}

int
lc_pydrive_all(lc_pyloop *loop, PyObject *body, PyObject *progress)
{
    const void *base = lc_pyframe_current(PyThreadState_Get());
    int32_t runs;
    int more;
    while ((more = lc_pyloop_next(loop, base, &runs)) == 1) {
        if (progress != NULL && report_progress(loop, progress) < 0) {
            goto fail;
        }
        for (int32_t i = 0; i < runs; i++) {
            PyObject *ignored = PyObject_CallNoArgs(body);
            if (ignored == NULL || PyErr_CheckSignals() < 0) {
                Py_XDECREF(ignored);
                goto fail;
            }
            Py_DECREF(ignored);
        }
        if (lc_pyloop_read(loop) < 0) {
            return -1;
        }
    }
    return more;

fail:
    lc_pyloop_close(loop);
    return -1;
}
