// SPDX-License-Identifier: Apache-2.0
// The recording tree.
#include "work/artifacts/tree/reads.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"

// The real path of a folder on the way; in the arena.
static const char *real_of(struct reads *r, const char *path, struct err **err)
{
    char *real CLEANUP(mem_cleanup) = NULL;
    const char *known = map_get(&r->reals, span_str(path));
    enum kustomize_entry entry;

    if (known)
        return known;
    if (r->inner->ops->lookup(r->inner, path, &entry, &real, err) < 0)
        return NULL;
    known = arena_str(r->arena, real ? real : path);
    map_put(&r->reals, span_str(arena_str(r->arena, path)), (void *)known);
    return known;
}

static void add_link(struct reads *r, const char *path, const char *target)
{
    struct read_link link = {path, target};

    if (map_get(&r->seen, span_str(path)))
        return;
    vec_push_arena(r->arena, &r->links, link);
    map_put(&r->seen, span_str(path), r);
}

// Finds the links in a path that is not its real one, part by part from the root on.
static int note_links(struct reads *r, const char *path, struct err **err)
{
    const char *above = "/";

    for (const char *end = path; *end;) {
        const char *name = end + 1, *real, *plain;

        end = name + strcspn(name, "/");
        real = real_of(r, arena_span(r->arena, span_of(path, (size_t)(end - path))).ptr, err);
        if (!real)
            return -1;
        plain =
            arena_printf(r->arena, "%s%s%.*s", above, above[1] ? "/" : "", (int)(end - name), name);
        if (strcmp(plain, real) != 0)
            add_link(r, plain, real);
        above = real;
    }
    return 0;
}

static int reads_lookup(struct kustomize_tree *t, const char *path, enum kustomize_entry *entry,
                        char **real, struct err **err)
{
    struct reads *r = (struct reads *)t;

    if (r->inner->ops->lookup(r->inner, path, entry, real, err) < 0)
        return -1;
    if (*entry == KUSTOMIZE_NONE || strcmp(path, *real) == 0)
        return 0;
    return note_links(r, path, err);
}

static int reads_read(struct kustomize_tree *t, const char *real, struct buf *out, struct err **err)
{
    struct reads *r = (struct reads *)t;
    size_t start = out->len;
    struct read_file file;

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

static void reads_close(struct kustomize_tree *t)
{
    (void)t; // owned by the caller: see reads_free()
}

void reads_init(struct reads *r, struct kustomize_tree *inner)
{
    static const struct kustomize_tree_ops ops = {reads_lookup, reads_read, reads_close};

    *r = (struct reads){.base = {&ops, inner->below}, .inner = inner, .arena = arena_new()};
}

void reads_free(struct reads *r)
{
    map_free(&r->seen);
    map_free(&r->reals);
    arena_free(r->arena);
    r->arena = NULL;
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct read_file *)a)->path, ((const struct read_file *)b)->path);
}

static int compare_links(const void *a, const void *b)
{
    return strcmp(((const struct read_link *)a)->path, ((const struct read_link *)b)->path);
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

static void drop_links_outside(struct reads *r, const char *root)
{
    size_t kept = 0;

    VEC_FOREACH (const struct read_link *, it, &r->links)
        if (path_within(root, it->target))
            r->links.items[kept++] = *it;
    r->links.len = kept;
}

const char *reads_root(struct reads *r)
{
    const char *first, *root;
    size_t len;

    if (!r->files.len)
        return "/";
    qsort(r->files.items, r->files.len, sizeof(*r->files.items), compare_files);
    if (r->links.len)
        qsort(r->links.items, r->links.len, sizeof(*r->links.items), compare_links);
    first = r->files.items[0].path;
    len = strlen(first);
    VEC_FOREACH (const struct read_file *, it, &r->files)
        len = common_folder(first, it->path, len + 1);
    VEC_FOREACH (const struct read_link *, it, &r->links)
        len = common_folder(first, it->path, len + 1);
    root = len ? arena_span(r->arena, span_of(first, len)).ptr : "/";
    drop_links_outside(r, root);
    return root;
}
