// SPDX-License-Identifier: Apache-2.0
// The GitOps tree in a bundle.
#include "work/artifacts/tree/bundled.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/archive.h"

#define TREE_MAX_BYTES ((size_t)256 << 20)

int bundled_write(struct reads *reads, struct buf *out, struct err **err)
{
    const char *root = reads_root(reads);
    size_t cut = strcmp(root, "/") == 0 ? 1 : strlen(root) + 1;
    struct tar_writer *tar CLEANUP(tar_writer_cleanup) = tar_writer_new(out);

    VEC_FOREACH (const struct read_file *, it, &reads->files)
        if (tar_add_file(tar, it->path + cut, false, it->content, err) < 0)
            return -1;
    VEC_FOREACH (const struct read_link *, it, &reads->links) {
        char *folder CLEANUP(mem_cleanup) = path_dir(it->path);
        char *target CLEANUP(mem_cleanup) = path_relative(folder, it->target);

        if (tar_add_link(tar, it->path + cut, target, err) < 0)
            return -1;
    }
    return tar_writer_finish(STEAL(tar), err);
}

struct bundled_entry {
    struct span content; // of a file, or the target of a link
    bool is_link;
};

void bundled_free(struct bundled *t)
{
    kustomize_tree_close(t->tree);
    map_free(&t->entries);
    arena_free(t->arena);
}

static int read_entry(struct bundled *t, struct tar_reader *reader, const struct tar_entry *entry,
                      struct err **err)
{
    struct buf content CLEANUP(buf_free) = BUF_INIT(TREE_MAX_BYTES);
    struct bundled_entry *kept = ARENA_NEW(t->arena, struct bundled_entry);
    char *path = arena_printf(t->arena, "/%s", entry->path);

    if (entry->type == TAR_DIR)
        return 0;
    kept->is_link = entry->type == TAR_LINK;
    if (kept->is_link) {
        kept->content = arena_span(t->arena, span_str(entry->target));
        kustomize_tree_link(t->tree, path, kept->content.ptr);
    } else {
        if (tar_read(reader, &content, err) < 0)
            return -1;
        kept->content = arena_span(t->arena, buf_span(&content));
        kustomize_tree_add(t->tree, path, kept->content);
    }
    map_put(&t->entries, span_str(path), kept);
    return 0;
}

// Takes ownership of `tar_take`.
static int read_tree(struct bundled *t, struct stream *tar_take, struct span entrypoint,
                     struct err **err)
{
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) =
        tar_reader_new(tar_take, "the tree in the bundle", err);
    struct tar_entry entry;
    int more;

    t->arena = arena_new();
    t->tree = kustomize_tree_memory();
    t->entrypoint = arena_printf(t->arena, "/%.*s", SPAN_ARG(entrypoint));
    if (!reader)
        return -1;
    while ((more = tar_next(reader, &entry, err)) > 0)
        if (read_entry(t, reader, &entry, err) < 0)
            return -1;
    return more;
}

static int load_artifact(struct bundled *t, const struct bundle *b, const struct bundle_artifact *a,
                         struct err **err)
{
    size_t count;
    const struct bundle_blob *blob = &bundle_blobs(b, &count)[a->blobs[0]];

    return read_tree(t, bundle_stream(b, blob), a->name, err);
}

int bundled_load(struct bundled *t, const struct bundle *b, struct err **err)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);

    // Trees are the last kind in the order of an index.
    if (!count || all[count - 1].kind != BUNDLE_TREE)
        return err_set(err, ERR_INTEGRITY, "bundle %s has no GitOps tree", bundle_path(b));
    return load_artifact(t, b, &all[count - 1], err);
}

static int differs(const struct bundle *b, const char *path, const char *how, struct err **err)
{
    err_set(err, ERR_CONFIG, "%s %s bundle %s", path, how, bundle_path(b));
    return err_hint(err, "run 'sandstrap bundle lock' and 'sandstrap bundle build' for the tree as "
                         "it is now");
}

static int compare_entry(const struct bundle *b, const struct bundled *t, const char *path,
                         size_t cut, const struct bundled_entry *here, struct err **err)
{
    const struct bundled_entry *there = map_get(&t->entries, span_str(path + cut));

    if (!there)
        return differs(b, path, "is not in", err);
    if (there->is_link != here->is_link || !span_eq(there->content, here->content))
        return differs(b, path, "is not as it is in", err);
    return 0;
}

int bundled_compare(const struct bundled *t, const struct bundle *b, struct reads *reads,
                    struct err **err)
{
    const char *root = reads_root(reads);
    size_t cut = strcmp(root, "/") == 0 ? 0 : strlen(root);

    VEC_FOREACH (const struct read_file *, it, &reads->files) {
        struct bundled_entry here = {it->content, false};

        if (compare_entry(b, t, it->path, cut, &here, err) < 0)
            return -1;
    }
    VEC_FOREACH (const struct read_link *, it, &reads->links) {
        char *folder CLEANUP(mem_cleanup) = path_dir(it->path);
        char *target CLEANUP(mem_cleanup) = path_relative(folder, it->target);
        struct bundled_entry here = {span_str(target), true};

        if (compare_entry(b, t, it->path, cut, &here, err) < 0)
            return -1;
    }
    MAP_FOREACH (e, &t->entries) {
        char *path CLEANUP(mem_cleanup) = mem_printf("%.*s%.*s", (int)cut, root, SPAN_ARG(e->key));

        if (!map_get(&reads->seen, span_str(path)))
            return differs(b, path, "is not part of the tree any more, but of", err);
    }
    return 0;
}

int bundled_render(const struct bundled *t, struct sources *sources, struct report *report,
                   struct kustomize_result *result, struct err **err)
{
    struct kustomize_options options = {.tree = t->tree,
                                        .folder = t->entrypoint,
                                        .relative_to = "/",
                                        .resolver = &sources->resolver,
                                        .report = report};

    return kustomize_build(&options, result, err);
}

static int check_same(const struct kustomize_result *disk, const struct kustomize_result *bundled,
                      struct err **err)
{
    if (disk->len != bundled->len)
        return err_set(err, ERR_INTERNAL, "the tree gives %zu objects, and %zu out of a bundle",
                       disk->len, bundled->len);
    for (size_t i = 0; i < disk->len; i++)
        if (!node_equal(disk->objects[i].node, bundled->objects[i].node))
            return err_set(err, ERR_INTERNAL, "%.*s %.*s is not the same out of a bundle",
                           SPAN_ARG(disk->objects[i].kind), SPAN_ARG(disk->objects[i].name));
    return 0;
}

int bundled_check_archive(struct span tar, const char *entrypoint, struct sources *sources,
                          const struct kustomize_result *disk, struct err **err)
{
    struct bundled tree CLEANUP(bundled_free) = {0};
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};

    if (read_tree(&tree, stream_from_span(tar), span_str(entrypoint), err) < 0 ||
        bundled_render(&tree, sources, NULL, &result, err) < 0)
        return err_wrap_as(err, ERR_INTERNAL, "the tree as it would be in the bundle");
    return check_same(disk, &result, err);
}

int bundled_check(const struct bundle *b, const struct bundle_artifact *artifact, struct err **err)
{
    struct bundled tree CLEANUP(bundled_free) = {0};
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;

    if (load_artifact(&tree, b, artifact, err) < 0)
        return -1;
    if (tree.tree->ops->lookup(tree.tree, tree.entrypoint, &entry, &real, err) < 0)
        return err_wrap_as(err, ERR_INTEGRITY, "the tree in the bundle");
    if (entry != KUSTOMIZE_FOLDER)
        return err_set(err, ERR_INTEGRITY, "the tree in the bundle has no folder %s",
                       tree.entrypoint + 1);
    return 0;
}

// A git repository's commit, of anything else the digest.
static void add_pin(struct lock *lock, const struct bundle *b, const struct bundle_artifact *a)
{
    static const enum lock_kind kinds[] = {[BUNDLE_CHART] = LOCK_CHART,
                                           [BUNDLE_FILE] = LOCK_FILE,
                                           [BUNDLE_GIT] = LOCK_GIT,
                                           [BUNDLE_IMAGE] = LOCK_IMAGE};
    struct lock_entry entry = {.name = a->name, .ref = a->version};
    size_t count;

    if (a->kind == BUNDLE_TREE)
        return;
    entry.kind = kinds[a->kind];
    entry.digest = bundle_blobs(b, &count)[a->blobs[0]].digest;
    if (a->kind == BUNDLE_GIT)
        entry.commit = a->revision;
    lock_add(lock, &entry);
}

struct lock *bundled_lock(const struct bundle *b)
{
    struct buf platforms CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t count;
    const struct span *names = bundle_platforms(b, &count);
    const struct bundle_artifact *all;
    struct lock *lock;

    for (size_t i = 0; i < count; i++)
        buf_printf(&platforms, "%s%.*s", i ? "," : "", SPAN_ARG(names[i]));
    all = bundle_artifacts(b, &count);
    lock = lock_new(all[count - 1].name, bundle_origin(b), buf_span(&platforms));
    if (bundle_kube_version(b).len)
        lock_set_kube_version(lock, bundle_kube_version(b));
    for (size_t i = 0; i < count; i++)
        add_pin(lock, b, &all[i]);
    return lock;
}
