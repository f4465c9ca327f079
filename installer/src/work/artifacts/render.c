// SPDX-License-Identifier: Apache-2.0
// Rendering from disk or from the tree in a bundle, and comparing the two.
#include "work/artifacts/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/tar.h"

#define TREE_MAX_BYTES ((size_t)256 << 20)

static char *real_folder(const char *entrypoint, struct err **err)
{
    char *real = realpath(entrypoint, NULL);

    if (!real) {
        err_set_errno(err, ERR_CONFIG, errno, "%s", entrypoint);
        err_hint(err, "the entrypoint is a folder with a kustomization.yaml");
    }
    return real;
}

// A file that is meant for sandstrap must not be passed over in silence.
static int refuse_configuration(const char *folder, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = path_join(folder, "sandstrap.yaml");

    if (access(path, F_OK) < 0)
        return 0;
    return err_set(err, ERR_UNSUPPORTED, "%s: settings beside the entrypoint are not read yet",
                   path);
}

int render_disk(const char *entrypoint, struct sources *sources, struct report *report,
                struct record *record, struct kustomize_tree **tree,
                struct kustomize_result *result, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = real_folder(entrypoint, err);
    char *here CLEANUP(mem_cleanup) = getcwd(NULL, 0);
    struct kustomize_options options = {
        .folder = folder, .relative_to = here, .resolver = &sources->resolver, .report = report};

    record_init(record, NULL);
    if (!folder || refuse_configuration(folder, err) < 0)
        return -1;
    *tree = kustomize_tree_disk("/", err);
    if (!*tree)
        return -1;
    record->inner = *tree;
    options.tree = &record->base;
    return kustomize_build(&options, result, err);
}

char *render_entrypoint(struct record *record, const char *entrypoint, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = real_folder(entrypoint, err);

    return folder ? path_relative(record_root(record), folder) : NULL;
}

// The GitOps tree out of the bundle, as a tree in memory.
struct bundled {
    const char *entrypoint; // borrowed from the bundle
    struct kustomize_tree *tree;
    struct arena *arena;
    struct map files; // "/path" to struct span
};

static void bundled_free(struct bundled *t)
{
    kustomize_tree_close(t->tree);
    map_free(&t->files);
    arena_free(t->arena);
}

static int read_tree(struct bundled *t, struct tar_reader *reader, struct err **err)
{
    struct tar_entry entry;
    int more;

    while ((more = tar_next(reader, &entry, err)) > 0) {
        struct buf content CLEANUP(buf_free) = BUF_INIT(TREE_MAX_BYTES);
        struct span *kept = ARENA_NEW(t->arena, struct span);
        char *path = arena_printf(t->arena, "/%s", entry.path);

        if (entry.type != TAR_FILE)
            continue;
        if (tar_read(reader, &content, err) < 0)
            return -1;
        *kept = arena_span(t->arena, buf_span(&content));
        kustomize_tree_add(t->tree, path, *kept);
        map_put(&t->files, span_str(path), kept);
    }
    return more;
}

static int load_tree(const struct bundle *b, struct bundled *t, struct err **err)
{
    size_t count, blobs;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) = NULL;

    t->arena = arena_new();
    t->tree = kustomize_tree_memory();
    for (size_t i = 0; i < count; i++) {
        if (all[i].kind != BUNDLE_TREE)
            continue;
        t->entrypoint = arena_span(t->arena, all[i].name).ptr;
        reader = tar_reader_new(bundle_stream(b, &bundle_blobs(b, &blobs)[all[i].blobs[0]]),
                                "the tree in the bundle", err);
        return reader ? read_tree(t, reader, err) : -1;
    }
    return err_set(err, ERR_INTEGRITY, "bundle %s has no GitOps tree", bundle_path(b));
}

static int differs(const struct bundle *b, const char *path, const char *how, struct err **err)
{
    err_set(err, ERR_CONFIG, "%s %s bundle %s", path, how, bundle_path(b));
    return err_hint(err, "run 'sandstrap bundle lock' and 'sandstrap bundle build' for the tree as "
                         "it is now");
}

static int compare_trees(const struct bundle *b, struct record *record, const struct bundled *t,
                         struct err **err)
{
    const char *root = record_root(record);
    size_t cut = strcmp(root, "/") == 0 ? 0 : strlen(root);

    for (size_t i = 0; i < record->files.len; i++) {
        const struct record_file *file = &record->files.items[i];
        const struct span *there = map_get(&t->files, span_str(file->path + cut));

        if (!there)
            return differs(b, file->path, "is not in", err);
        if (!span_eq(*there, file->content))
            return differs(b, file->path, "is not as it is in", err);
    }
    MAP_FOREACH (e, &t->files) {
        char *path CLEANUP(mem_cleanup) = mem_printf("%.*s%.*s", (int)cut, root, SPAN_ARG(e->key));

        if (!map_get(&record->seen, span_str(path)))
            return differs(b, path, "is not part of the tree any more, but of", err);
    }
    return 0;
}

static int render_here(const struct bundle *b, const char *entrypoint, struct sources *sources,
                       struct report *report, const struct bundled *t,
                       struct kustomize_result *result, struct err **err)
{
    struct record record CLEANUP(record_free) = {0};
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = NULL;

    if (render_disk(entrypoint, sources, report, &record, &tree, result, err) < 0)
        return -1;
    if (compare_trees(b, &record, t, err) == 0)
        return 0;
    kustomize_result_free(result);
    *result = (struct kustomize_result){0};
    return -1;
}

static int render_bundled(struct sources *sources, struct report *report, const struct bundled *t,
                          struct kustomize_result *result, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = mem_printf("/%s", t->entrypoint);
    struct kustomize_options options = {.tree = t->tree,
                                        .folder = folder,
                                        .relative_to = "/",
                                        .resolver = &sources->resolver,
                                        .report = report};

    return kustomize_build(&options, result, err);
}

int artifacts_render_bundle(const struct bundle *b, const char *entrypoint, struct report *report,
                            struct kustomize_result *result, struct err **err)
{
    struct bundled tree CLEANUP(bundled_free) = {0};
    struct sources *sources = sources_bundle(b);
    int status;

    if (!entrypoint && access(ARTIFACTS_ENTRYPOINT, F_OK) == 0)
        entrypoint = ARTIFACTS_ENTRYPOINT;
    status = load_tree(b, &tree, err);
    if (status == 0)
        status = entrypoint ? render_here(b, entrypoint, sources, report, &tree, result, err)
                            : render_bundled(sources, report, &tree, result, err);
    sources_free(sources);
    return status;
}

struct bundle *artifacts_open_bundle(const char *path, bool lab, struct err **err)
{
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(path, err);

    if (b && span_is(bundle_origin(b), LOCK_ORIGIN_LAB) && !lab) {
        err_set(err, ERR_USAGE, "bundle %s was made in the lab, from look-alikes", path);
        err_hint(err, "--lab accepts it; for a real cluster make one with 'sandstrap bundle lock' "
                      "and 'sandstrap bundle build'");
        return NULL;
    }
    return STEAL(b);
}

struct lock *artifacts_read_lock(const char *path, bool lab, struct err **err)
{
    struct lock *l CLEANUP(lock_cleanup) = lock_read(path, err);

    if (l && span_is(lock_origin(l), LOCK_ORIGIN_LAB) && !lab) {
        err_set(err, ERR_USAGE, "lock %s was made in the lab, from look-alikes", path);
        err_hint(err, "--lab accepts it; for a real cluster make one with 'sandstrap bundle lock'");
        return NULL;
    }
    return STEAL(l);
}
