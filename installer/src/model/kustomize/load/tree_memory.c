// SPDX-License-Identifier: Apache-2.0
// A tree of files in memory: what a bundle holds, or a git source, without touching the disk.
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "model/kustomize.h"

#define LINKS_MAX 40 // as the kernel

struct memory_entry {
    enum kustomize_entry kind; // NONE: a symbolic link
    struct span data;          // content, or the link's target
};

struct memory_tree {
    struct kustomize_tree base;
    struct arena *arena;
    struct map entries; // by clean path
};

static void add_entry(struct memory_tree *t, const char *path, enum kustomize_entry kind,
                      struct span data)
{
    struct memory_entry *e = ARENA_NEW(t->arena, struct memory_entry);
    e->kind = kind;
    e->data = data;
    (void)map_put(&t->entries, span_str(arena_str(t->arena, path)), e);
}

// The folders above `path`, up to one that is known.
static void add_parents(struct memory_tree *t, const char *path)
{
    char *parent CLEANUP(mem_cleanup) = path_dir(path);
    while (!map_get(&t->entries, span_str(parent))) {
        add_entry(t, parent, KUSTOMIZE_FOLDER, SPAN_EMPTY);
        char *up = path_dir(parent);
        free(parent);
        parent = up;
    }
}

void kustomize_tree_add(struct kustomize_tree *memory, const char *path, struct span data)
{
    struct memory_tree *t = (struct memory_tree *)memory;
    char *clean CLEANUP(mem_cleanup) = path_join("/", path);
    add_parents(t, clean);
    add_entry(t, clean, KUSTOMIZE_FILE, data);
}

void kustomize_tree_link(struct kustomize_tree *memory, const char *path, const char *target)
{
    struct memory_tree *t = (struct memory_tree *)memory;
    char *clean CLEANUP(mem_cleanup) = path_join("/", path);
    add_parents(t, clean);
    add_entry(t, clean, KUSTOMIZE_NONE, arena_span(t->arena, span_str(target)));
}

// Steps from the real folder *at to its part `name`, through links. False when it is not there.
static bool step(struct memory_tree *t, char **at, struct span name, int *links,
                 const struct memory_entry **entry);

static bool walk(struct memory_tree *t, char **at, const char *path, int *links,
                 const struct memory_entry **entry)
{
    if (*path == '/') {
        free(*at);
        *at = mem_str("/");
        *entry = map_get(&t->entries, SPAN("/"));
    }
    struct span rest = span_str(path), part;
    while (span_next(&rest, '/', &part)) {
        if (part.len && !step(t, at, part, links, entry))
            return false;
    }
    return *entry != NULL;
}

static bool step(struct memory_tree *t, char **at, struct span name, int *links,
                 const struct memory_entry **entry)
{
    char *part CLEANUP(mem_cleanup) = mem_strn(name.ptr, name.len);
    char *next = path_join(*at, part);
    const struct memory_entry *e = map_get(&t->entries, span_str(next));
    if (e && e->kind == KUSTOMIZE_NONE) {
        free(next);
        char *target CLEANUP(mem_cleanup) = mem_strn(e->data.ptr, e->data.len);
        return ++*links <= LINKS_MAX && walk(t, at, target, links, entry);
    }
    free(*at);
    *at = next;
    *entry = e;
    return e != NULL;
}

static int memory_lookup(struct kustomize_tree *base, const char *path, enum kustomize_entry *entry,
                         char **real, struct err **err)
{
    struct memory_tree *t = (struct memory_tree *)base;
    (void)err;
    *entry = KUSTOMIZE_NONE;
    *real = NULL;
    char *at CLEANUP(mem_cleanup) = mem_str("/");
    const struct memory_entry *found = map_get(&t->entries, SPAN("/"));
    int links = 0;
    if (!walk(t, &at, path, &links, &found))
        return 0;
    *entry = found->kind;
    *real = STEAL(at);
    return 0;
}

static int memory_read(struct kustomize_tree *base, const char *real, struct buf *out,
                       struct err **err)
{
    struct memory_tree *t = (struct memory_tree *)base;
    const struct memory_entry *e = map_get(&t->entries, span_str(real));
    if (!e || e->kind != KUSTOMIZE_FILE)
        return err_set(err, ERR_CONFIG, "no file %s", real);
    buf_add_span(out, e->data);
    return buf_check(out, ERR_CONFIG, real, err);
}

bool kustomize_tree_data(struct kustomize_tree *memory, const char *path, struct span *data)
{
    const struct memory_tree *t = (const struct memory_tree *)memory;
    const struct memory_entry *e = map_get(&t->entries, span_str(path));

    if (!e || e->kind != KUSTOMIZE_FILE)
        return false;
    *data = e->data;
    return true;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **kustomize_tree_list(struct kustomize_tree *memory, struct arena *arena, size_t *count)
{
    const struct memory_tree *t = (const struct memory_tree *)memory;
    const char **paths = arena_array(arena, map_len(&t->entries) + 1, sizeof(*paths));
    size_t len = 0;
    MAP_FOREACH (e, &t->entries) {
        if (((const struct memory_entry *)e->value)->kind == KUSTOMIZE_FILE)
            paths[len++] = arena_span(arena, e->key).ptr;
    }
    qsort(paths, len, sizeof(*paths), compare_paths);
    *count = len;
    return paths;
}

static void memory_close(struct kustomize_tree *base)
{
    struct memory_tree *t = (struct memory_tree *)base;
    map_free(&t->entries);
    arena_free(t->arena);
    free(t);
}

static const struct kustomize_tree_ops memory_ops = {memory_lookup, memory_read, memory_close};

struct kustomize_tree *kustomize_tree_memory(void)
{
    struct memory_tree *t = MEM_NEW(struct memory_tree);
    t->base.ops = &memory_ops;
    t->base.below = true;
    t->arena = arena_new();
    add_entry(t, "/", KUSTOMIZE_FOLDER, SPAN_EMPTY);
    return &t->base;
}
