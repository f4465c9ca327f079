// SPDX-License-Identifier: Apache-2.0
// A tar in place. What is taken here is what every tar program writes alike: the rest, with its
// extensions and its errors, is libarchive's (tar_read.c). fuzz_archive holds the two against each
// other.
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "io/archive/tar_path.h"
#include "io/archive/whole.h"

enum {
    BLOCK = 512,
    BEHIND_MAX = 20 * BLOCK, // the padding of an archive to a whole record
    WASTE_MAX = 1 << 20,
    OCTAL_BITS = 3,
};

struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
    char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

struct tar {
    char *at;
    size_t left;
    struct arena *arena;
    size_t content; // bytes, of all files
};

// Octal digits with a NUL or blank behind them.
static bool read_octal(const char *field, size_t len, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < len - 1; i++) {
        if (field[i] < '0' || field[i] > '7')
            return i > 0 && (field[i] == ' ' || field[i] == '\0');
        *value = *value << OCTAL_BITS | (uint64_t)(field[i] - '0');
    }
    return field[len - 1] == '\0' || field[len - 1] == ' ';
}

static bool has_checksum(const struct header *h)
{
    const unsigned char *bytes = (const unsigned char *)h;
    unsigned sum = 0;
    uint64_t said;

    for (size_t i = 0; i < BLOCK; i++)
        sum += bytes[i];
    for (size_t i = 0; i < sizeof(h->checksum); i++) // counted as blanks
        sum += ' ' - (unsigned)(unsigned char)h->checksum[i];
    return read_octal(h->checksum, sizeof(h->checksum), &said) && said == sum;
}

static bool is_plain(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] < ' ' || name.ptr[i] > '~')
            return false;
    return true;
}

// As stored; NULL for one that is not plain. A file whose name ends in "/" was a folder once.
static const char *read_path(const struct tar *t, const struct header *h)
{
    struct span name = span_of(h->name, strnlen(h->name, sizeof(h->name)));
    struct span prefix = span_of(h->prefix, strnlen(h->prefix, sizeof(h->prefix)));
    char *path, *clean;

    if (!is_plain(name) || !is_plain(prefix) || !name.len || span_ends(prefix, "/") ||
        (h->type == '0' && span_ends(name, "/")))
        return NULL;
    path = prefix.len ? arena_printf(t->arena, "%.*s/%.*s", SPAN_ARG(prefix), SPAN_ARG(name))
                      : (char *)arena_span(t->arena, name).ptr;
    if (!tar_path_is_safe(path))
        return NULL;
    clean = path_clean(path);
    path = arena_str(t->arena, clean);
    free(clean);
    return path;
}

static bool read_header(const struct tar *t, const struct header *h, struct whole_file *file)
{
    uint64_t mode, size;

    if ((h->type != '0' && h->type != '5') || memcmp(h->magic, "ustar\00000", 8) != 0 ||
        h->link[0] || !read_octal(h->mode, sizeof(h->mode), &mode) ||
        !read_octal(h->size, sizeof(h->size), &size) || !has_checksum(h) ||
        (h->type == '5' && size))
        return false;
    file->entry = (struct tar_entry){.path = read_path(t, h),
                                     .type = h->type == '0' ? TAR_FILE : TAR_DIR,
                                     .executable = (mode & 0100) != 0,
                                     .size = size};
    return file->entry.path != NULL;
}

// One entry, with its content. There is always a block behind it, if only the first one of the end.
static bool take(struct tar *t, struct whole_file *file)
{
    size_t padded;

    if (t->left < BLOCK || !read_header(t, (const struct header *)(const void *)t->at, file))
        return false;
    t->at += BLOCK;
    t->left -= BLOCK;
    if (file->entry.size > t->left)
        return false;
    padded = (file->entry.size + BLOCK - 1) / BLOCK * BLOCK;
    if (padded >= t->left)
        return false;
    file->content = span_of(t->at, file->entry.size);
    t->content += file->entry.size;
    t->at += padded;
    t->left -= padded;
    return true;
}

static bool is_at_end(const struct tar *t)
{
    static const char zeros[2 * BLOCK];

    return t->left >= sizeof(zeros) && memcmp(t->at, zeros, sizeof(zeros)) == 0;
}

// Its memory is kept for the contents: it should not be mostly something else.
static bool is_worth_keeping(const struct tar *t, size_t len)
{
    return t->left <= 2 * BLOCK + BEHIND_MAX && len / 2 <= t->content + WASTE_MAX;
}

static void end_contents(char *tar, const whole_files *files)
{
    VEC_FOREACH (const struct whole_file *, file, files)
        tar[file->content.ptr - tar + (ptrdiff_t)file->content.len] = '\0';
}

bool whole_tar(char *tar, size_t len, struct arena *arena, whole_files *files)
{
    struct tar t = {.at = tar, .left = len, .arena = arena};

    while (!is_at_end(&t)) {
        struct whole_file file;

        if (files->len == TAR_ENTRIES_MAX || !take(&t, &file))
            return false;
        vec_push(files, file);
    }
    if (!files->len || !is_worth_keeping(&t, len))
        return false;
    end_contents(tar, files);
    return true;
}

void whole_tar_beginning(char *tar, size_t len, struct arena *arena, whole_files *files)
{
    struct tar t = {.at = tar, .left = len, .arena = arena};
    struct whole_file file;

    while (!is_at_end(&t) && take(&t, &file))
        vec_push(files, file);
    end_contents(tar, files);
}
