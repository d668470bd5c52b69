/* SPDX-License-Identifier: MIT */
#include "spans.h"

#include <string.h> /* memmove */

static const lc_span none;

/* Index of the first span that ends behind an address. */
static size_t
first_behind(const lc_spans *self, uintptr_t address)
{
    size_t low = 0;
    size_t high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->spans[middle].end > address) {
            high = middle;
        }
        else {
            low = middle + 1;
        }
    }
    return low;
}

/* Moves all spans from index `from` on so that they start at `to`. */
static void
shift(lc_spans *self, size_t from, size_t to)
{
    memmove(&self->spans[to], &self->spans[from],
            (self->count - from) * sizeof self->spans[0]);
    self->count = self->count + to - from;
}

static lc_status
insert(lc_spans *self, size_t index, lc_span span, lc_spans_told *told, void *context)
{
    if (self->count == self->room) {
        return LC_FULL;
    }
    shift(self, index, index + 1);
    self->spans[index] = span;
    told(none, span, context);
    return LC_OK;
}

lc_status
lc_spans_unmap(lc_spans *self, lc_span unmapped, lc_spans_told *told, void *context)
{
    if (unmapped.start >= unmapped.end) {
        return LC_OK;
    }
    size_t index = first_behind(self, unmapped.start);
    if (index < self->count && self->spans[index].start < unmapped.start) {
        lc_span before = self->spans[index];
        self->spans[index].end = unmapped.start;
        told(before, self->spans[index], context);
        index++;
        if (before.end > unmapped.end) {
            lc_span rest = {unmapped.end, before.end};
            return insert(self, index, rest, told, context);
        }
    }
    size_t behind = index;
    while (behind < self->count && self->spans[behind].end <= unmapped.end) {
        told(self->spans[behind], none, context);
        behind++;
    }
    shift(self, behind, index);
    if (index < self->count && self->spans[index].start < unmapped.end) {
        lc_span before = self->spans[index];
        self->spans[index].start = unmapped.end;
        told(before, self->spans[index], context);
    }
    return LC_OK;
}

lc_status
lc_spans_map(lc_spans *self, lc_span mapped, lc_spans_told *told, void *context)
{
    if (mapped.start >= mapped.end) {
        return LC_OK;
    }
    size_t index = first_behind(self, mapped.start);
    if (index < self->count && self->spans[index].start <= mapped.start &&
        self->spans[index].end >= mapped.end) {
        return LC_OK;
    }
    /* No span is around it, so none is split and nothing can fail. */
    (void)lc_spans_unmap(self, mapped, told, context);
    return insert(self, first_behind(self, mapped.start), mapped, told, context);
}

bool
lc_spans_check(const lc_spans *self)
{
    uintptr_t last = 0;
    for (size_t i = 0; i < self->count; i++) {
        if (self->spans[i].start < last || self->spans[i].end <= self->spans[i].start) {
            return false;
        }
        last = self->spans[i].end;
    }
    return self->count <= self->room;
}
