// SPDX-License-Identifier: Apache-2.0
// Flux Kustomizations: what kustomize-controller would build and apply.
#include "work/artifacts/kustomization.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "work/artifacts/artifact.h"
#include "work/artifacts/folder.h"

// A view of a tree with one file more.
struct overlay {
    struct kustomize_tree base;
    struct kustomize_tree *inner;
    const char *folder;
    const char *file;
    struct buf content;
};

static int overlay_lookup(struct kustomize_tree *t, const char *path, enum kustomize_entry *entry,
                          char **real, struct err **err)
{
    struct overlay *o = (struct overlay *)t;

    if (strcmp(path, o->folder) != 0 && strcmp(path, o->file) != 0)
        return o->inner->ops->lookup(o->inner, path, entry, real, err);
    *entry = strcmp(path, o->file) == 0 ? KUSTOMIZE_FILE : KUSTOMIZE_FOLDER;
    *real = mem_str(path);
    return 0;
}

static int overlay_read(struct kustomize_tree *t, const char *real, struct buf *out,
                        struct err **err)
{
    struct overlay *o = (struct overlay *)t;

    if (strcmp(real, o->file) != 0)
        return o->inner->ops->read(o->inner, real, out, err);
    buf_add_span(out, buf_span(&o->content));
    return buf_check(out, ERR_CONFIG, real, err);
}

static void overlay_close(struct kustomize_tree *t UNUSED)
{
}

// Builds a kustomization of our own that says what the Flux object adds to its path.
static int build(struct walk *w, struct kustomize_tree *tree, const folder_paths *paths,
                 const struct node *kustomization, struct kustomize_result *result,
                 struct err **err)
{
    static const struct kustomize_tree_ops ops = {overlay_lookup, overlay_read, overlay_close};
    struct overlay o = {.base = {&ops, false},
                        .inner = tree,
                        .folder = "/.flux-kustomization",
                        .file = "/.flux-kustomization/kustomization.yaml",
                        .content = BUF_INIT(BUF_DOC_MAX)};
    struct kustomize_options options = {.tree = &o.base,
                                        .folder = o.folder,
                                        .relative_to = "/",
                                        .resolver = &w->sources->resolver,
                                        .report = w->report,
                                        .load_any = true};
    int status;

    flux_write_kustomization(kustomization, o.folder, paths->items, paths->len, &o.content);
    status = kustomize_build(&options, result, err);
    buf_free(&o.content);
    return status;
}

int kustomization_follow(struct walk *w, const struct walk_object *object, struct err **err)
{
    const struct walk_object *source = walk_find_source(w, object, err);
    const char *path = flux_path(w->arena, object->node);
    struct kustomize_tree *tree = source ? artifact_tree(w, source, err) : NULL;
    struct kustomize_result *result;
    folder_paths paths = {0};

    if (!tree)
        return -1;
    if (flux_has_post_build(object->node))
        return err_set(err, ERR_UNSUPPORTED, "%s: postBuild substitutions cannot be followed yet",
                       object->label);
    if (folder_resources(w->arena, tree, path, false, &paths, err) < 0)
        return err_wrap(err, "%s: %s", object->label, source->label);
    result = MEM_NEW(struct kustomize_result);
    if (build(w, tree, &paths, object->node, result, err) < 0) {
        free(result);
        return err_wrap(err, "%s: %s in %s", object->label, path + 1, source->label);
    }
    vec_push(&w->builds, result);
    walk_add(w, result);
    return 0;
}
