/* SPDX-License-Identifier: MIT
 *
 * Which addresses are mapped, and by which mappings: a sorted list of spans.
 *
 * A mapping goes page by page as it pleases its owner: what is too much for an alignment
 * is given back at once, reserved addresses are mapped over piece by piece, and one call
 * unmaps what many have mapped. So a span is one block for as long as a page of it is
 * left:
 *
 *     map    [=========]                   came
 *     map        [===]                     the same block still
 *     unmap  [--]                          moved: it starts later
 *     unmap        [-]                     two are left: another one came
 *     unmap  [---------]                   both went
 *
 * The room is the caller's and of a fixed size, for a span may come where nothing can be
 * allocated.
 *
 * Thread rule: none of its own; its owner says who may call.
 */
#ifndef LC_CORE_SPANS_H
#define LC_CORE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

typedef struct {
    uintptr_t start;
    uintptr_t end; /* The first address behind it. */
} lc_span;

typedef struct {
    lc_span *spans; /* Borrowed; sorted, none overlap, none is empty. */
    size_t room;    /* Spans that fit. */
    size_t count;
} lc_spans;

/* Told of each change: a span that had `before` has `after` now. An empty span (start and
 * end 0) stands for none: it came, or it went. */
typedef void lc_spans_told(lc_span before, lc_span after, void *context);

/* Addresses are mapped: a new span, unless they all lie within one that is there. What
 * else was mapped there is gone. LC_FULL: that much is done, but the new one does not fit
 * or, where one was cut in two, its second half. */
lc_status lc_spans_map(lc_spans *self, lc_span mapped, lc_spans_told *told,
                       void *context);

/* Addresses are mapped no more. LC_FULL: as above. */
lc_status lc_spans_unmap(lc_spans *self, lc_span unmapped, lc_spans_told *told,
                         void *context);

/* The invariant, for tests. */
bool lc_spans_check(const lc_spans *self);

#endif
