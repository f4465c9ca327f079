// SPDX-License-Identifier: Apache-2.0
// Objects by name, commits, trees and paths.
#include "model/git/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    GIT_MODE_TYPE = 0170000,
    WALK_ENTRY_BYTES = 128, // what an entry takes beside its path, about, in a tree of files
};

bool git_oid_parse(struct span hex, struct git_oid *oid)
{
    return span_unhex(hex, oid->bytes, GIT_OID_BYTES);
}

void git_oid_format(const struct git_oid *oid, char hex[GIT_OID_HEX + 1])
{
    crypto_hex(oid->bytes, GIT_OID_BYTES, hex);
}

const char *store_type_name(enum git_type type)
{
    static const char *const names[] = {"", "commit", "tree", "blob", "tag"};

    return names[type];
}

void store_start_name(struct crypto_hash *hash, enum git_type type, uint64_t size)
{
    char head[64];
    int len = snprintf(head, sizeof(head), "%s %ju", store_type_name(type), (uintmax_t)size);

    crypto_hash_start(hash);
    crypto_hash_add(hash, head, (size_t)len + 1);
}

static int compare_name(const void *oid, const void *object)
{
    return memcmp(oid, object, GIT_OID_BYTES); // an object starts with its name
}

const struct git_object *store_find(const struct git_store *s, const struct git_oid *oid)
{
    return s->count ? bsearch(oid, s->objects, s->count, sizeof(*s->objects), compare_name) : NULL;
}

void git_store_free(struct git_store *s)
{
    if (!s)
        return;
    free(s->objects);
    arena_free(s->arena);
    free(s);
}

static bool get_object(const struct git_store *s, const struct git_oid *oid, enum git_type type,
                       struct span *content)
{
    const struct git_object *object = store_find(s, oid);

    if (!object || object->type != type)
        return false;
    *content = object->content;
    return true;
}

static int missing(const struct git_oid *oid, enum git_type type, struct err **err)
{
    char hex[GIT_OID_HEX + 1];

    git_oid_format(oid, hex);
    return err_set(err, ERR_INTEGRITY, "the %s %s is missing", store_type_name(type), hex);
}

int git_commit_tree(const struct git_store *s, const struct git_oid *commit, struct git_oid *tree,
                    struct err **err)
{
    struct span content;

    if (!get_object(s, commit, GIT_COMMIT, &content))
        return missing(commit, GIT_COMMIT, err);
    if (!span_skip(&content, "tree ") || !git_oid_parse(span_head(content, GIT_OID_HEX), tree))
        return err_set(err, ERR_INTEGRITY, "a commit without a tree");
    return 0;
}

bool store_read_tag(struct span content, struct git_oid *named, enum git_type *type)
{
    struct span object, word;

    if (!span_skip(&content, "object ") || !span_cut(content, '\n', &object, &content) ||
        !git_oid_parse(object, named) || !span_skip(&content, "type ") ||
        !span_next(&content, '\n', &word))
        return false;
    for (*type = GIT_COMMIT; *type <= GIT_TAG; ++*type)
        if (span_is(word, store_type_name(*type)))
            return true;
    return false;
}

static bool read_mode(struct span text, unsigned *mode)
{
    *mode = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '7')
            return false;
        *mode = *mode * 8 + (unsigned)(text.ptr[i] - '0');
    }
    return text.len > 0 && text.len <= 6;
}

// Early versions of git kept more permission bits of files than the one that counts.
static bool normalize_mode(unsigned *mode)
{
    switch (*mode & GIT_MODE_TYPE) {
    case GIT_MODE_FILE &GIT_MODE_TYPE:
        *mode = *mode & 0100 ? GIT_MODE_EXECUTABLE : GIT_MODE_FILE;
        return true;
    case GIT_MODE_FOLDER:
    case GIT_MODE_LINK:
    case GIT_MODE_SUBMODULE: *mode &= GIT_MODE_TYPE; return true;
    default: return false;
    }
}

static bool is_safe_name(struct span name)
{
    return name.len && !span_is(name, ".") && !span_is(name, "..") && !span_is(name, ".git") &&
           span_find(name, '/') == name.len;
}

int store_next_entry(struct span *rest, struct store_entry *entry, struct err **err)
{
    struct span mode, tail;

    if (!span_cut(*rest, ' ', &mode, &tail) || !read_mode(mode, &entry->mode) ||
        !normalize_mode(&entry->mode) || !span_cut(tail, '\0', &entry->name, &tail) ||
        tail.len < GIT_OID_BYTES)
        return err_set(err, ERR_INTEGRITY, "a malformed tree");
    if (!is_safe_name(entry->name))
        return err_set(err, ERR_INTEGRITY, "a tree has an entry named '%.*s'",
                       SPAN_ARG(entry->name));
    memcpy(entry->oid.bytes, tail.ptr, GIT_OID_BYTES);
    *rest = span_tail(tail, GIT_OID_BYTES);
    return 0;
}

struct walk {
    const struct git_store *store;
    git_visit_fn *visit;
    void *data;
    uint64_t bytes_left; // of paths, with WALK_ENTRY_BYTES for each
};

static int walk_tree(struct walk *w, const struct git_oid *oid, const char *path, unsigned depth,
                     struct err **err);

// Trees may name one subtree many times, and that one the next: a few of them are more files than
// anybody has memory for.
static int charge(struct walk *w, const char *path, struct err **err)
{
    size_t cost = WALK_ENTRY_BYTES + strlen(path);

    if (cancel_check(w->store->cancel, err) < 0)
        return -1;
    if (cost > w->bytes_left) {
        err_set(err, ERR_INTEGRITY,
                "its folders unfold to more files than a pack of %zu bytes may "
                "have, the last one is %s",
                w->store->pack_bytes, path);
        return -1;
    }
    w->bytes_left -= cost;
    return 0;
}

static int walk_entry(struct walk *w, const struct store_entry *entry, const char *path,
                      unsigned depth, struct err **err)
{
    char *below CLEANUP(mem_cleanup) =
        mem_printf("%s%s%.*s", path, path[0] ? "/" : "", SPAN_ARG(entry->name));
    struct span content = SPAN_EMPTY;

    if (charge(w, below, err) < 0)
        return -1;
    if (entry->mode == GIT_MODE_FOLDER)
        return walk_tree(w, &entry->oid, below, depth + 1, err);
    if (entry->mode == GIT_MODE_SUBMODULE)
        content = span_of(entry->oid.bytes, GIT_OID_BYTES);
    else if (!get_object(w->store, &entry->oid, GIT_BLOB, &content))
        return missing(&entry->oid, GIT_BLOB, err);
    return w->visit(w->data, below, entry->mode, content, err);
}

static int walk_tree(struct walk *w, const struct git_oid *oid, const char *path, unsigned depth,
                     struct err **err)
{
    struct span rest;
    struct store_entry entry;

    if (depth > GIT_TREE_DEPTH_MAX)
        return err_set(err, ERR_INTEGRITY, "folders are nested deeper than %d", GIT_TREE_DEPTH_MAX);
    if (!get_object(w->store, oid, GIT_TREE, &rest))
        return missing(oid, GIT_TREE, err);
    while (rest.len)
        if (store_next_entry(&rest, &entry, err) < 0 || walk_entry(w, &entry, path, depth, err) < 0)
            return -1;
    return 0;
}

int git_walk(const struct git_store *s, const struct git_oid *commit, git_visit_fn *visit,
             void *data, struct err **err)
{
    struct walk w = {s, visit, data,
                     GIT_WALK_FLOOR_BYTES + GIT_WALK_RATIO * (uint64_t)s->pack_bytes};
    struct git_oid tree;

    if (git_commit_tree(s, commit, &tree, err) < 0)
        return -1;
    return walk_tree(&w, &tree, "", 0, err);
}

static bool find_entry(struct span tree, struct span name, struct store_entry *entry)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    while (tree.len) {
        if (store_next_entry(&tree, entry, &ignored) < 0)
            return false;
        if (span_eq(entry->name, name))
            return true;
    }
    return false;
}

bool git_find(const struct git_store *s, const struct git_oid *commit, const char *path,
              struct span *content)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct span rest = span_str(path), part, tree;
    struct store_entry entry = {.mode = GIT_MODE_FOLDER};

    if (git_commit_tree(s, commit, &entry.oid, &ignored) < 0)
        return false;
    while (span_next(&rest, '/', &part)) {
        if (entry.mode != GIT_MODE_FOLDER || !get_object(s, &entry.oid, GIT_TREE, &tree) ||
            !find_entry(tree, part, &entry))
            return false;
    }
    return (entry.mode == GIT_MODE_FILE || entry.mode == GIT_MODE_EXECUTABLE) &&
           get_object(s, &entry.oid, GIT_BLOB, content);
}
