// SPDX-License-Identifier: Apache-2.0
// Flux sources and Kustomizations: what kustomize-controller would build and apply
// (fluxcd/pkg/kustomize generator: the fields of spec become fields of the kustomization).
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "work/artifacts/walk.h"

const char *flux_git_ref(struct walk *w, const struct walk_object *repository, struct err **err)
{
    const struct node *ref = node_path(repository->node, "spec", "ref");
    struct span name = node_get_text(ref, "name");

    // The order in which source-controller looks at them.
    if (node_get_text(ref, "commit").len)
        return arena_printf(w->arena, "commit/%s", node_get_str(ref, "commit"));
    if (span_skip(&name, "refs/tags/"))
        return arena_printf(w->arena, "tag/%.*s", SPAN_ARG(name));
    if (span_skip(&name, "refs/heads/"))
        return arena_printf(w->arena, "branch/%.*s", SPAN_ARG(name));
    if (span_starts(name, "refs/"))
        return node_get_str(ref, "name");
    if (name.len) {
        err_set(err, ERR_CONFIG, "%s: the reference's name '%.*s' does not start with refs/",
                repository->label, SPAN_ARG(name));
        return NULL;
    }
    if (node_get_text(ref, "semver").len) {
        err_set(err, ERR_UNSUPPORTED, "%s: a reference by semver cannot be locked yet",
                repository->label);
        err_hint(err, "pin a tag or a commit");
        return NULL;
    }
    if (node_get_text(ref, "tag").len)
        return arena_printf(w->arena, "tag/%s", node_get_str(ref, "tag"));
    if (node_get_text(ref, "branch").len)
        return arena_printf(w->arena, "branch/%s", node_get_str(ref, "branch"));
    return "branch/master"; // the API's default
}

static const struct walk_object *find_repository(struct walk *w, const struct walk_object *object,
                                                 struct err **err)
{
    const struct node *source = node_path(object->node, "spec", "sourceRef");
    struct span ns = node_get_text(source, "namespace");
    const struct walk_object *repository;

    if (!span_is(node_get_text(source, "kind"), "GitRepository")) {
        err_set(err, ERR_UNSUPPORTED, "%s: a source of kind %s cannot be followed yet",
                object->label, node_get_str(source, "kind"));
        return NULL;
    }
    repository =
        walk_find(w, "GitRepository", ns.len ? ns : object->ns, node_get_text(source, "name"));
    if (!repository)
        err_set(err, ERR_CONFIG, "%s: its source GitRepository %s is not in the tree",
                object->label, node_get_str(source, "name"));
    return repository;
}

static struct sources_git *fetch(struct walk *w, const struct walk_object *repository,
                                 struct err **err)
{
    const char *ref = flux_git_ref(w, repository, err);

    if (!ref)
        return NULL;
    return walk_git(w, node_get_text(node_get(repository->node, "spec"), "url"), ref,
                    repository->label, err);
}

static void copy_field(struct doc *d, struct node *to, const char *as, const struct node *value)
{
    if (value)
        node_set(d, to, span_str(as), node_copy(d, value));
}

static void add_common_metadata(struct doc *d, struct node *k, const struct node *spec)
{
    const struct node *labels = node_path(spec, "commonMetadata", "labels");
    struct node *list, *entry;

    copy_field(d, k, "commonAnnotations", node_path(spec, "commonMetadata", "annotations"));
    if (!labels)
        return;
    list = node_new_seq(d);
    entry = node_new_map(d);
    node_set(d, entry, SPAN("pairs"), node_copy(d, labels));
    node_push(d, list, entry);
    node_set(d, k, SPAN("labels"), list);
}

// A kustomization of our own in `folder` says what the Flux object adds to its path.
static void write_overlay(const struct node *spec, const char *folder, const flux_paths *paths,
                          struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *k = node_new_map(d), *resources = node_new_seq(d);

    node_set_str(d, k, "apiVersion", SPAN("kustomize.config.k8s.io/v1beta1"));
    node_set_str(d, k, "kind", SPAN("Kustomization"));
    VEC_FOREACH (const char **, path, paths) {
        char *relative CLEANUP(mem_cleanup) = path_relative(folder, *path);

        node_push(d, resources, node_new_str(d, span_str(relative)));
    }
    node_set(d, k, SPAN("resources"), resources);
    copy_field(d, k, "patches", node_get(spec, "patches"));
    copy_field(d, k, "images", node_get(spec, "images"));
    copy_field(d, k, "components", node_get(spec, "components"));
    copy_field(d, k, "namespace", node_get(spec, "targetNamespace"));
    copy_field(d, k, "namePrefix", node_get(spec, "namePrefix"));
    copy_field(d, k, "nameSuffix", node_get(spec, "nameSuffix"));
    add_common_metadata(d, k, spec);
    doc_write_yaml(k, out);
}

// A view of a tree with one file more.
struct overlay {
    struct kustomize_tree base;
    struct kustomize_tree *inner;
    const char *folder;
    char *file;
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

static int build(struct walk *w, struct kustomize_tree *tree, const flux_paths *paths,
                 const struct node *spec, struct kustomize_result *result, struct err **err)
{
    static const struct kustomize_tree_ops ops = {overlay_lookup, overlay_read, overlay_close};
    struct overlay o = {.base = {&ops},
                        .inner = tree,
                        .folder = "/.flux-kustomization",
                        .file = mem_str("/.flux-kustomization/kustomization.yaml"),
                        .content = BUF_INIT(BUF_DOC_MAX)};
    struct kustomize_options options = {.tree = &o.base,
                                        .folder = o.folder,
                                        .relative_to = "/",
                                        .resolver = &w->sources->resolver,
                                        .report = w->report,
                                        .load_any = true};
    int status;

    write_overlay(spec, o.folder, paths, &o.content);
    status = kustomize_build(&options, result, err);
    buf_free(&o.content);
    free(o.file);
    return status;
}

int flux_kustomization(struct walk *w, const struct walk_object *object, struct err **err)
{
    const struct node *spec = node_get(object->node, "spec");
    const struct walk_object *repository = find_repository(w, object, err);
    struct sources_git *git = repository ? fetch(w, repository, err) : NULL;
    struct kustomize_tree *tree = git ? sources_git_tree(git, err) : NULL;
    // Cleaning "/<path>" keeps it below the root: ".." cannot climb out.
    char *rooted CLEANUP(mem_cleanup) = mem_printf("/%s", node_get_str(spec, "path"));
    char *path CLEANUP(mem_cleanup) = path_clean(rooted);
    struct kustomize_result *result;
    flux_paths paths = {0};
    bool ignores;

    if (!tree)
        return -1;
    if (node_get(spec, "postBuild"))
        return err_set(err, ERR_UNSUPPORTED, "%s: postBuild substitutions cannot be followed yet",
                       object->label);
    ignores = node_path(repository->node, "spec", "ignore") != NULL;
    if (flux_folder(w, tree, path, ignores, &paths, err) < 0)
        return err_wrap(err, "%s: git %s", object->label, git->url);
    result = MEM_NEW(struct kustomize_result);
    if (build(w, tree, &paths, spec, result, err) < 0) {
        free(result);
        return err_wrap(err, "%s: %s in git %s", object->label, path + 1, git->url);
    }
    vec_push(&w->builds, result);
    walk_add(w, result);
    return 0;
}
