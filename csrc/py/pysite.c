/* SPDX-License-Identifier: MIT */
#include "pysite.h"

#include <string.h> /* strcmp, strlen */

#include "../core/mem.h"
#include "../core/pairs.h"

enum { FIRST = 64 };
#define NO_OWNER UINT32_MAX

typedef struct {
    char *file;     /* Owned, UTF-8. */
    char *function; /* Owned, UTF-8. */
    int first_line;
    uint64_t lines; /* Hash of the line table: two lambdas share all else. */
} code_names;

typedef struct {
    uint32_t code;
    int line, end_line, column, end_column;
} place;

/* One code object alive, or a free slot chained through `next_free`. */
typedef struct {
    uint32_t code;
    uint32_t next_free;
} owner_slot;

struct lc_pysite {
    lc_pairs by_address; /* (code object, 0) -> owner. */
    lc_pairs by_names;   /* (hash of the code_names, attempt) -> code id. */
    lc_pairs by_offset;  /* (offset, code id) -> frame number. */
    code_names *codes;   /* Owned; by code id. */
    uint32_t code_count, code_room;
    place *places; /* Owned; by frame number. */
    uint32_t place_count, place_room;
    owner_slot *owners; /* Owned; by owner number. */
    uint32_t owner_count, owner_room;
    uint32_t free_owner; /* Head of the free slots, or NO_OWNER. */
};

lc_pysite *
lc_pysite_new(void)
{
    lc_pysite *self = lc_mem_calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->free_owner = NO_OWNER;
    if (lc_pairs_init(&self->by_address) != LC_OK ||
        lc_pairs_init(&self->by_names) != LC_OK ||
        lc_pairs_init(&self->by_offset) != LC_OK) {
        lc_pysite_free(self);
        return NULL;
    }
    return self;
}

void
lc_pysite_free(lc_pysite *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < self->code_count; i++) {
        lc_mem_free(self->codes[i].file);
        lc_mem_free(self->codes[i].function);
    }
    lc_mem_free(self->codes);
    lc_mem_free(self->places);
    lc_mem_free(self->owners);
    lc_pairs_clear(&self->by_address);
    lc_pairs_clear(&self->by_names);
    lc_pairs_clear(&self->by_offset);
    lc_mem_free(self);
}

/* Makes room for one more element of a table that doubles. */
static lc_status
reserve(void **table, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room) {
        return LC_OK;
    }
    uint32_t wanted = *room == 0 ? FIRST : *room * 2;
    void *grown = lc_mem_resize(*table, wanted, size);
    if (grown == NULL) {
        return LC_NOMEM;
    }
    *table = grown;
    *room = wanted;
    return LC_OK;
}

/* Copies a string as UTF-8. PyUnicode_AsUTF8 would allocate through Python and leave its
 * cache in the user's string. Lone surrogates are encoded like other characters; a NUL
 * (not possible in names that the compiler made) ends the copy. */
static char *
copy_text(PyObject *text)
{
    if (text == NULL || !PyUnicode_Check(text)) {
        return lc_mem_calloc(1, 1);
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    int kind = (int)PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    char *copy = lc_mem_calloc((size_t)length * 4 + 1, 1);
    if (copy == NULL) {
        return NULL;
    }
    unsigned char *out = (unsigned char *)copy;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (c < 0x80) {
            *out++ = (unsigned char)c;
        }
        else if (c < 0x800) {
            *out++ = (unsigned char)(0xC0 | c >> 6);
            *out++ = (unsigned char)(0x80 | (c & 0x3F));
        }
        else if (c < 0x10000) {
            *out++ = (unsigned char)(0xE0 | c >> 12);
            *out++ = (unsigned char)(0x80 | (c >> 6 & 0x3F));
            *out++ = (unsigned char)(0x80 | (c & 0x3F));
        }
        else {
            *out++ = (unsigned char)(0xF0 | c >> 18);
            *out++ = (unsigned char)(0x80 | (c >> 12 & 0x3F));
            *out++ = (unsigned char)(0x80 | (c >> 6 & 0x3F));
            *out++ = (unsigned char)(0x80 | (c & 0x3F));
        }
    }
    *out = 0;
    return copy;
}

/* FNV-1a. */
static uint64_t
hash_bytes(uint64_t hash, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
    }
    return hash;
}

/* Both names, with their ends, the line and the line table. */
static uint64_t
hash_names(const code_names *names)
{
    uint64_t hash = names->lines ^ (uint64_t)(unsigned)names->first_line;
    hash = hash_bytes(hash, names->file, strlen(names->file) + 1);
    return hash_bytes(hash, names->function, strlen(names->function) + 1);
}

/* The code id of a code object's names; copies them when they are new. */
static lc_status
intern_names(lc_pysite *self, PyCodeObject *code, uint32_t *out)
{
    code_names names = {
        .file = copy_text(code->co_filename),
        .function = copy_text(code->co_qualname),
        .first_line = code->co_firstlineno,
        .lines = hash_bytes(UINT64_C(0xCBF29CE484222325),
                            PyBytes_AS_STRING(code->co_linetable),
                            (size_t)PyBytes_GET_SIZE(code->co_linetable)),
    };
    lc_status status = LC_NOMEM;
    if (names.file == NULL || names.function == NULL) {
        goto done;
    }
    uint64_t hash = hash_names(&names);
    uint32_t attempt = 0;
    for (;; attempt++) {
        uint32_t id = lc_pairs_find(&self->by_names, hash, attempt);
        if (id == LC_PAIRS_NONE) {
            break;
        }
        const code_names *known = &self->codes[id];
        if (known->first_line == names.first_line && known->lines == names.lines &&
            strcmp(known->file, names.file) == 0 &&
            strcmp(known->function, names.function) == 0) {
            *out = id;
            status = LC_OK;
            goto done;
        }
    }
    status = reserve((void **)&self->codes, self->code_count, &self->code_room,
                     sizeof *self->codes);
    if (status == LC_OK) {
        status = lc_pairs_put(&self->by_names, hash, attempt, self->code_count);
    }
    if (status == LC_OK) {
        *out = self->code_count;
        self->codes[self->code_count++] = names;
        names = (code_names){.file = NULL, .function = NULL};
    }

done:
    lc_mem_free(names.file);
    lc_mem_free(names.function);
    return status;
}

/* The owner number of a living code object. */
static lc_status
intern_owner(lc_pysite *self, PyCodeObject *code, uint32_t *out)
{
    uint64_t address = (uint64_t)(uintptr_t)code;
    *out = lc_pairs_find(&self->by_address, address, 0);
    if (*out != LC_PAIRS_NONE) {
        return LC_OK;
    }
    uint32_t names;
    lc_status status = intern_names(self, code, &names);
    if (status == LC_OK && self->free_owner == NO_OWNER) {
        status = reserve((void **)&self->owners, self->owner_count, &self->owner_room,
                         sizeof *self->owners);
    }
    if (status != LC_OK) {
        return status;
    }
    uint32_t owner =
        self->free_owner != NO_OWNER ? self->free_owner : self->owner_count;
    status = lc_pairs_put(&self->by_address, address, 0, owner);
    if (status != LC_OK) {
        return status;
    }
    if (owner == self->owner_count) {
        self->owner_count++;
    }
    else {
        self->free_owner = self->owners[owner].next_free;
    }
    self->owners[owner] = (owner_slot){.code = names, .next_free = NO_OWNER};
    *out = owner;
    return LC_OK;
}

lc_status
lc_pysite_intern(lc_pysite *self, PyCodeObject *code, int offset, uint32_t *owner,
                 uint32_t *frame)
{
    lc_status status = intern_owner(self, code, owner);
    if (status != LC_OK) {
        return status;
    }
    uint32_t id = self->owners[*owner].code;
    uint64_t key = (uint64_t)(uint32_t)offset;
    *frame = lc_pairs_find(&self->by_offset, key, id);
    if (*frame != LC_PAIRS_NONE) {
        return LC_OK;
    }
    status = reserve((void **)&self->places, self->place_count, &self->place_room,
                     sizeof *self->places);
    if (status != LC_OK) {
        return status;
    }
    place p = {.code = id, .line = -1, .end_line = -1, .column = -1, .end_column = -1};
    if (!PyCode_Addr2Location(code, offset, &p.line, &p.column, &p.end_line,
                              &p.end_column) ||
        p.line < 0) {
        /* Instructions at a function's entry (its cells are made there) have no line. */
        p.line = code->co_firstlineno;
    }
    status = lc_pairs_put(&self->by_offset, key, id, self->place_count);
    if (status == LC_OK) {
        *frame = self->place_count;
        self->places[self->place_count++] = p;
    }
    return status;
}

bool
lc_pysite_retire(lc_pysite *self, PyCodeObject *code, uint32_t *owner)
{
    uint64_t address = (uint64_t)(uintptr_t)code;
    *owner = lc_pairs_find(&self->by_address, address, 0);
    if (*owner == LC_PAIRS_NONE) {
        return false;
    }
    lc_pairs_remove(&self->by_address, address, 0);
    self->owners[*owner].next_free = self->free_owner;
    self->free_owner = *owner;
    return true;
}

lc_pysite_place
lc_pysite_place_of(const lc_pysite *self, uint32_t frame)
{
    const place *p = &self->places[frame];
    const code_names *names = &self->codes[p->code];
    return (lc_pysite_place){
        .file = names->file,
        .function = names->function,
        .line = p->line,
        .end_line = p->end_line,
        .column = p->column,
        .end_column = p->end_column,
    };
}

uint32_t
lc_pysite_count(const lc_pysite *self)
{
    return self->place_count;
}
