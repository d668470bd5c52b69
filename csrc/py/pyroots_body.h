/* SPDX-License-Identifier: MIT
 *
 * The walk that every pyroots_3XX.c shares. That file defines before including this:
 *
 *     frame                     the interpreter's frame struct
 *     top_frame(thread)         a thread's innermost frame or NULL
 *     is_shim(f)                true for frames that run no Python code
 *     code_of(f), function_of(f)
 *     depth_of(f)               values that are known to be valid; -1: only the variables
 *     value_of(f, i)            the i-th of them, borrowed; NULL: empty or not owned
 *     codecs_of(interpreter)    the list of codec search functions
 *     error_of(thread)          the exception being raised
 *     exits_of(interpreter)     functions to call at exit, and of the i-th:
 *     exit_part(interpreter, i, part)   function, arguments, keywords; may be NULL
 */

static int
visit_named(PyObject *held, unsigned long thread, const char *name,
            lc_pyroots_visit visit, void *context)
{
    if (held == NULL) {
        return 0;
    }
    lc_pyroots_place place = {.thread = thread, .local = -1, .name = name};
    return visit(held, &place, context);
}

static int
visit_frame(const frame *f, unsigned long thread, lc_pyroots_visit visit, void *context)
{
    PyCodeObject *code = code_of(f);
    lc_pyroots_place place = {
        .thread = thread, .code = code, .globals = f->f_globals, .local = -1};
    PyObject *held[] = {(PyObject *)code, function_of(f), f->f_locals,
                        (PyObject *)f->frame_obj};
    int status = 0;
    int depth = depth_of(f);
    bool seen_by_collector = f->owner == FRAME_OWNED_BY_GENERATOR;
    for (size_t i = 0; i < sizeof held / sizeof *held && !seen_by_collector; i++) {
        if (held[i] != NULL && (status = visit(held[i], &place, context)) != 0) {
            return status;
        }
    }
    if (depth >= 0 && seen_by_collector) {
        return 0; /* Its generator shows them. */
    }
    if (depth < code->co_nlocalsplus) {
        depth = code->co_nlocalsplus;
    }
    for (int i = 0; i < depth && status == 0; i++) {
        PyObject *value = value_of(f, i);
        place.local = i < code->co_nlocalsplus ? i : -1;
        if (value != NULL) {
            status = visit(value, &place, context);
        }
    }
    return status;
}

static int
visit_thread(PyThreadState *thread, lc_pyroots_visit visit, void *context)
{
    unsigned long ident = thread->thread_id;
    struct {
        PyObject *object;
        const char *name;
    } held[] = {
        {thread->dict, "thread-local values"},
        {thread->context, "context"},
        {error_of(thread), "exception being raised"},
        {thread->async_exc, "exception to be raised"},
        {thread->c_profileobj, "profile function"},
        {thread->c_traceobj, "trace function"},
        {thread->async_gen_firstiter, "hook of asynchronous generators"},
        {thread->async_gen_finalizer, "hook of asynchronous generators"},
    };
    int status = 0;
    for (size_t i = 0; i < sizeof held / sizeof *held && status == 0; i++) {
        status = visit_named(held[i].object, ident, held[i].name, visit, context);
    }
    /* The outermost one is the thread's; those above are shown by the generators that run. */
    const _PyErr_StackItem *item = thread->exc_info;
    while (item != NULL && item->previous_item != NULL) {
        item = item->previous_item;
    }
    if (item != NULL && status == 0) {
        status = visit_named(item->exc_value, ident, "exception being handled", visit,
                             context);
    }
    for (const frame *f = top_frame(thread); f != NULL && status == 0;
         f = f->previous) {
        if (!is_shim(f)) {
            status = visit_frame(f, ident, visit, context);
        }
    }
    return status;
}

int
lc_pyroots_threads(lc_pyroots_visit visit, void *context)
{
    int status = 0;
    for (PyThreadState *thread =
             PyInterpreterState_ThreadHead(PyInterpreterState_Main());
         thread != NULL && status == 0; thread = PyThreadState_Next(thread)) {
        status = visit_thread(thread, visit, context);
    }
    return status;
}

int
lc_pyroots_registries(lc_pyroots_visit visit, void *context)
{
    PyInterpreterState *interpreter = PyInterpreterState_Main();
    struct {
        PyObject *object;
        const char *name;
    } held[] = {
        {interpreter->dict, "state of extension modules"},
        {codecs_of(interpreter), "codec search functions"},
        {interpreter->before_forkers, "functions to call before a fork"},
        {interpreter->after_forkers_parent, "functions to call after a fork"},
        {interpreter->after_forkers_child, "functions to call in a forked process"},
        {interpreter->audit_hooks, "audit hooks"},
    };
    int status = 0;
    for (size_t i = 0; i < sizeof held / sizeof *held && status == 0; i++) {
        status = visit_named(held[i].object, 0, held[i].name, visit, context);
    }
    for (int i = 0; i < exits_of(interpreter); i++) {
        for (int part = 0; part < 3 && status == 0; part++) {
            status = visit_named(exit_part(interpreter, i, part), 0, "atexit callback",
                                 visit, context);
        }
    }
    return status;
}
