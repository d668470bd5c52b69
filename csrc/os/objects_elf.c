/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* dl_iterate_phdr, dladdr */
#include "objects.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h> /* memcmp, memcpy, strlen */

enum { NOTE_BUILD_ID = 3 }; /* NT_GNU_BUILD_ID; not in every elf.h. */

typedef struct {
    uintptr_t address;
    lc_objects_range range;
    lc_objects_place *place; /* May be NULL. */
    bool found;
} question;

/* Copies the build id out of one segment of notes: each is three numbers, a name and what
 * it says, both rounded up to four bytes. */
static void
read_notes(const unsigned char *notes, size_t size, lc_objects_place *out)
{
    while (size >= 12) {
        uint32_t head[3]; /* Length of the name, of the rest, kind. */
        memcpy(head, notes, sizeof head);
        size_t name = ((size_t)head[0] + 3) & ~(size_t)3;
        size_t rest = ((size_t)head[1] + 3) & ~(size_t)3;
        if (name > size - 12 || rest > size - 12 - name) {
            return;
        }
        if (head[2] == NOTE_BUILD_ID && head[0] == 4 &&
            memcmp(notes + 12, "GNU", 4) == 0 && head[1] <= LC_OBJECTS_BUILD_ID_MAX) {
            memcpy(out->build_id, notes + 12 + name, head[1]);
            out->build_id_size = head[1];
            return;
        }
        notes += 12 + name + rest;
        size -= 12 + name + rest;
    }
}

static void
describe(const struct dl_phdr_info *object, uintptr_t address, lc_objects_place *out)
{
    size_t length = strlen(object->dlpi_name);
    length = length < LC_OBJECTS_PATH_MAX ? length : LC_OBJECTS_PATH_MAX - 1;
    memcpy(out->file, object->dlpi_name, length);
    out->file[length] = 0;
    out->offset = address - object->dlpi_addr;
    out->build_id_size = 0;
    for (int i = 0; i < object->dlpi_phnum && out->build_id_size == 0; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE) {
            const void *notes = (const void *)(object->dlpi_addr + segment->p_vaddr);
            read_notes(notes, segment->p_memsz, out);
        }
    }
}

static int
look(struct dl_phdr_info *object, size_t size, void *asked)
{
    (void)size;
    question *q = asked;
    lc_objects_range all = {.start = UINTPTR_MAX, .end = 0};
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD) {
            uintptr_t start = object->dlpi_addr + segment->p_vaddr;
            uintptr_t end = start + segment->p_memsz;
            all.start = start < all.start ? start : all.start;
            all.end = end > all.end ? end : all.end;
        }
    }
    if (q->address < all.start || q->address >= all.end) {
        return 0;
    }
    q->range = all;
    q->found = true;
    if (q->place != NULL) {
        describe(object, q->address, q->place);
    }
    return 1;
}

lc_objects_range
lc_objects_range_of(const void *inside)
{
    question q = {.address = (uintptr_t)inside};
    dl_iterate_phdr(look, &q);
    return q.range;
}

bool
lc_objects_find(uintptr_t address, lc_objects_place *out)
{
    question q = {.address = address, .place = out};
    dl_iterate_phdr(look, &q);
    Dl_info symbol;
    bool named = q.found && dladdr((const void *)address, &symbol) != 0;
    out->symbol = named ? symbol.dli_sname : NULL;
    return q.found;
}

static int
count_unloads(struct dl_phdr_info *object, size_t size, void *out)
{
    if (size >= offsetof(struct dl_phdr_info, dlpi_subs) + sizeof object->dlpi_subs) {
        *(uint64_t *)out = object->dlpi_subs;
    }
    return 1; /* The same for each. */
}

uint64_t
lc_objects_unloads(void)
{
    uint64_t unloads = 0;
    dl_iterate_phdr(count_unloads, &unloads);
    return unloads;
}
