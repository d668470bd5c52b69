/* SPDX-License-Identifier: MIT */
#include "pytrail.h"

#include "../core/mem.h"

enum {
    REACH =
        64 * LC_PYTRAIL_STEP, /* Entries to search for `at`: what died in between. */
    FIRST_ROOM = 1 << 15,
};

static void
make_room(lc_pytrail *self)
{
    size_t room = self->room == 0 ? FIRST_ROOM : self->room * 2;
    void *at = lc_mem_resize(self->at, room, sizeof *self->at);
    if (at != NULL) { /* Else the walk is slower. */
        self->at = at;
        self->room = room;
    }
}

void
lc_pytrail_align(lc_pytrail *self, const void *at)
{
    if (self->met + LC_PYTRAIL_STEP > self->room) {
        make_room(self);
    }
    self->ahead = LC_PYTRAIL_AHEAD;
    for (size_t i = self->met; i < self->count && i < self->met + REACH; i++) {
        if (self->at[i] == at) {
            self->ahead += i - self->met;
            return;
        }
    }
}
