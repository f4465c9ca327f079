// SPDX-License-Identifier: Apache-2.0
// The recording tree.
#include "work/artifacts/record.h"

#include <stdlib.h>
#include <string.h>

static int record_lookup(struct kustomize_tree *t, const char *path, enum kustomize_entry *entry,
                         char **real, struct err **err)
{
    struct record *r = (struct record *)t;

    return r->inner->ops->lookup(r->inner, path, entry, real, err);
}

static int record_read(struct kustomize_tree *t, const char *real, struct buf *out,
                       struct err **err)
{
    struct record *r = (struct record *)t;
    size_t start = out->len;
    struct record_file file;

    if (r->inner->ops->read(r->inner, real, out, err) < 0)
        return -1;
    if (map_get(&r->seen, span_str(real)))
        return 0;
    file.path = arena_str(r->arena, real);
    file.content = arena_span(r->arena, span_tail(buf_span(out), start));
    vec_push_arena(r->arena, &r->files, file);
    map_put(&r->seen, span_str(file.path), r);
    return 0;
}

static void record_close(struct kustomize_tree *t)
{
    (void)t; // owned by the caller: see record_free()
}

void record_init(struct record *r, struct kustomize_tree *inner)
{
    static const struct kustomize_tree_ops ops = {record_lookup, record_read, record_close};

    *r = (struct record){.base = {&ops}, .inner = inner, .arena = arena_new()};
}

void record_free(struct record *r)
{
    map_free(&r->seen);
    arena_free(r->arena);
    r->arena = NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct record_file *)a)->path, ((const struct record_file *)b)->path);
}

// The part of `a` up to the last '/' before it differs from `b`.
static size_t common_folder(const char *a, const char *b, size_t most)
{
    size_t folder = 0;

    for (size_t i = 0; i < most && a[i] == b[i]; i++)
        if (a[i] == '/')
            folder = i;
    return folder;
}

const char *record_root(struct record *r)
{
    size_t len;

    if (!r->files.len)
        return "/";
    qsort(r->files.items, r->files.len, sizeof(*r->files.items), compare);
    len = strlen(r->files.items[0].path);
    for (size_t i = 0; i < r->files.len; i++)
        len = common_folder(r->files.items[0].path, r->files.items[i].path, len + 1);
    if (len == 0)
        return "/";
    return arena_span(r->arena, span_of(r->files.items[0].path, len)).ptr;
}
