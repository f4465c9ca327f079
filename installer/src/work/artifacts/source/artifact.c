// SPDX-License-Identifier: Apache-2.0
// The artifacts of sources: fetched, put together, and cut down to what is in them.
#include "work/artifacts/source/artifact.h"

#include <string.h>

#include "base/mem.h"
#include "controller/source.h"
#include "io/archive.h"
#include "work/artifacts/source/ranges.h"

enum {
    SUBMODULE_DEPTH_MAX = 10, // go-git's own limit
};
#define LAYER_MAX_BYTES ((size_t)256 << 20) // of an artifact, packed and unpacked

// --- submodules ---

struct gitlink {
    const char *path;
    struct git_oid commit;
};

struct gitlinks {
    struct arena *arena;
    VEC(struct gitlink) items;
};

static int see_gitlink(void *data, const char *path, unsigned mode, struct span content,
                       struct err **err UNUSED)
{
    struct gitlinks *links = data;
    struct gitlink link = {0};

    if (mode != GIT_MODE_SUBMODULE || content.len != GIT_OID_BYTES)
        return 0;
    link.path = arena_str(links->arena, path);
    memcpy(link.commit.bytes, content.ptr, GIT_OID_BYTES);
    vec_push_arena(links->arena, &links->items, link);
    return 0;
}

static const char *commit_of(struct walk *w, const struct gitlinks *links, const char *path)
{
    char hex[GIT_OID_HEX + 1];

    VEC_FOREACH (const struct gitlink *, it, &links->items) {
        if (strcmp(it->path, path) != 0)
            continue;
        git_oid_format(&it->commit, hex);
        return arena_printf(w->arena, "commit/%s", hex);
    }
    return NULL;
}

// Adds a repository, and below it its submodules, at the commits that it has them at.
static int add_repository(struct walk *w, const struct sources_git *git,
                          struct kustomize_tree *tree, const char *at, unsigned depth,
                          const char *user, struct err **err)
{
    struct gitlinks links = {.arena = w->arena};
    source_submodules modules = {0};
    struct span text;

    if (sources_git_add(git, tree, at, err) < 0)
        return -1;
    if (depth == SUBMODULE_DEPTH_MAX ||
        !git_find(git->store, &git->target.commit, ".gitmodules", &text))
        return 0;
    if (source_submodules_read(w->arena, text, git->url, &modules, err) < 0 ||
        git_walk(git->store, &git->target.commit, see_gitlink, &links, err) < 0)
        return err_wrap(err, "git %s at %s", git->url, git->ref);
    VEC_FOREACH (const struct source_submodule *, it, &modules) {
        const char *commit = commit_of(w, &links, it->path);
        const struct sources_git *module;

        if (!commit)
            return err_set(err, ERR_CONFIG,
                           "git %s at %s: .gitmodules names the submodule %s, and the tree has no "
                           "commit for it",
                           git->url, git->ref, it->path);
        module = walk_git(w, span_str(it->url), commit,
                          arena_printf(w->arena, "%s, submodule %s", user, it->path), err);
        if (!module ||
            add_repository(w, module, tree, arena_printf(w->arena, "%s/%s", at, it->path),
                           depth + 1, user, err) < 0)
            return -1;
    }
    return 0;
}

static struct kustomize_tree *keep(struct walk *w, struct kustomize_tree *tree_take)
{
    vec_push(&w->sources->trees, tree_take);
    return tree_take;
}

static struct kustomize_tree *git_content(struct walk *w, const struct deep_object *source,
                                          struct err **err)
{
    struct sources_git *git = walk_git_repository(w, source, err);
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = NULL;

    if (!git || !source_has_submodules(source->node))
        return git ? sources_git_tree(git, err) : NULL;
    tree = kustomize_tree_memory();
    if (add_repository(w, git, tree, "", 0, source->label, err) < 0) {
        err_wrap(err, "%s: spec.recurseSubmodules", source->label);
        return NULL;
    }
    return keep(w, STEAL(tree));
}

// --- layers ---

static int reference_of(struct walk *w, const struct deep_object *source, struct oci_ref *ref,
                        const char **user, struct err **err)
{
    struct flux_oci_range range = flux_oci_range(source->node);
    struct flux_oci_layer layer = flux_oci_layer(source->node);
    struct source_wanted wanted = {.range = range.semver,
                                   .filter = range.filter,
                                   .is_chart_tag = span_is(layer.media_type, OCI_CHART_LAYER)};
    const char *text = flux_oci_reference(w->arena, source->node);
    struct span url = flux_url(source->node), tag;

    *user = source->label;
    if (range.is_set) {
        if (ranges_tag(w, url, &wanted, &tag, err) < 0)
            return -1;
        text = arena_printf(w->arena, "%.*s:%.*s", SPAN_ARG(url), SPAN_ARG(tag));
        *user = arena_printf(w->arena, "%s, semver '%.*s'", *user, SPAN_ARG(range.semver));
    }
    return oci_ref_parse(w->arena, span_str(text), ref, err);
}

// Appends the layer that is the content of an OCIRepository, and locks it. *name is what a lock
// calls it.
static int read_layer(struct walk *w, const struct deep_object *source,
                      struct registry_layer *layer, const char **name, struct buf *out,
                      struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct lock_entry entry = {.kind = LOCK_CHART, .used_by_count = 1};
    const struct lock_entry *known;
    struct oci_ref ref;
    const char *user;

    layer->media_type = flux_oci_layer(source->node).media_type;
    if (reference_of(w, source, &ref, &user, err) < 0)
        return err_wrap(err, "%s", source->label);
    oci_ref_format(&ref, &text);
    *name = arena_str(w->arena, buf_str(&text));
    entry.name = span_str(*name);
    entry.used_by = &user;
    known = lock_find(w->lock, LOCK_CHART, entry.name, SPAN_EMPTY);
    if (!known && w->frozen)
        return walk_not_locked(w, "chart", entry.name, source->label, err);
    if (known)
        ref.digest = known->digest;
    if (registry_read_content(&w->registry, w->arena, &ref, layer, w->lock, *name, &entry, out,
                              err) < 0)
        return err_wrap(err, "%s", source->label);
    lock_add(w->lock, &entry);
    return 0;
}

// Links are left out, as source-controller does. The contents live in the arena of the sources.
static int unpack(struct walk *w, struct span layer, const char *name, struct kustomize_tree *tree,
                  struct err **err)
{
    struct stream *s = stream_decompress(stream_from_span(layer), LAYER_MAX_BYTES, name);
    struct tar_reader *tar CLEANUP(tar_reader_cleanup) = tar_reader_new(s, name, err);
    struct tar_entry entry;
    int more = tar ? tar_next(tar, &entry, err) : -1;

    for (; more > 0; more = tar_next(tar, &entry, err)) {
        struct buf content CLEANUP(buf_free) = BUF_INIT(LAYER_MAX_BYTES);
        char *path CLEANUP(mem_cleanup) = mem_printf("/%s", entry.path);

        if (entry.type != TAR_FILE)
            continue;
        if (tar_read(tar, &content, err) < 0)
            return -1;
        kustomize_tree_add(tree, path, arena_span(w->sources->arena, buf_span(&content)));
    }
    return more;
}

static struct kustomize_tree *oci_content(struct walk *w, const struct deep_object *source,
                                          struct err **err)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct buf layer CLEANUP(buf_free) = BUF_INIT(LAYER_MAX_BYTES);
    struct registry_layer chosen = {0};
    const char *name;

    if (read_layer(w, source, &chosen, &name, &layer, err) < 0)
        return NULL;
    if (unpack(w, buf_span(&layer), name, tree, err) < 0) {
        err_wrap(err, "%s", source->label);
        return NULL;
    }
    return keep(w, STEAL(tree));
}

// --- artifacts ---

// What an artifact depends on in the object: the same key, the same artifact.
static struct span key_of(struct walk *w, const struct deep_object *source)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    buf_printf(&key, "%s ", source->label);
    doc_write_json(node_get(source->node, "spec"), true, &key);
    return arena_span(w->sources->arena, buf_span(&key));
}

// The artifacts that an artifact includes, in the order of spec.include.
static struct kustomize_tree *const *included(struct walk *w, const struct deep_object *source,
                                              size_t *count, struct err **err)
{
    struct kustomize_tree **trees;
    source_includes includes = {0};

    if (source_includes_read(w->arena, source->node, &includes, err) < 0)
        return NULL;
    trees = arena_array(w->arena, includes.len + 1, sizeof(struct kustomize_tree *));
    *count = includes.len;
    for (size_t i = 0; i < includes.len; i++) {
        const struct deep_object *found = walk_find(w, &includes.items[i].repository);

        if (!found) {
            err_set(err, ERR_CONFIG, "spec.include: GitRepository %.*s is not in the tree",
                    SPAN_ARG(includes.items[i].repository.name));
            return NULL;
        }
        trees[i] = artifact_tree(w, found, err);
        if (!trees[i])
            return NULL;
    }
    return trees;
}

static struct kustomize_tree *make(struct walk *w, const struct deep_object *source,
                                   struct err **err)
{
    bool is_oci = flux_kind(&source->id) == FLUX_OCI_REPOSITORY;
    struct kustomize_tree *const *others;
    struct kustomize_tree *content, *artifact;
    size_t count = 0;

    if (!is_oci && flux_kind(&source->id) != FLUX_GIT_REPOSITORY) {
        err_set(err, ERR_UNSUPPORTED, "%s: what is in a %.*s can only be seen in a cluster",
                source->label, SPAN_ARG(source->id.kind));
        return NULL;
    }
    content = is_oci ? oci_content(w, source, err) : git_content(w, source, err);
    if (!content)
        return NULL;
    others = included(w, source, &count, err);
    artifact = others ? source_artifact(source->node, content, others, count, err) : NULL;
    if (!artifact)
        err_wrap(err, "%s", source->label);
    return artifact ? keep(w, artifact) : NULL;
}

struct kustomize_tree *artifact_tree(struct walk *w, const struct deep_object *source,
                                     struct err **err)
{
    static char being_made;
    struct map *made = &w->sources->artifacts;
    struct span key = key_of(w, source);
    void *known = map_get(made, key);
    struct kustomize_tree *tree;

    if (known == &being_made) {
        err_set(err, ERR_CONFIG, "%s: spec.include leads back to it", source->label);
        return NULL;
    }
    if (known)
        return known;
    map_put(made, key, &being_made);
    tree = make(w, source, err);
    if (tree)
        map_put(made, key, tree);
    else
        map_delete(made, key);
    return tree;
}

// --- charts ---

// The archive that source-controller makes of an artifact.
static int repack(struct arena *arena, struct kustomize_tree *artifact, struct buf *tgz,
                  struct err **err)
{
    struct buf tar CLEANUP(buf_free) = BUF_INIT(LAYER_MAX_BYTES);
    struct tar_writer *writer CLEANUP(tar_writer_cleanup) = tar_writer_new(&tar);
    size_t count;
    const char **paths = kustomize_tree_list(artifact, arena, &count);
    struct span data;

    for (size_t i = 0; i < count; i++)
        if (kustomize_tree_data(artifact, paths[i], &data) &&
            tar_add_file(writer, paths[i] + 1, false, data, err) < 0)
            return -1;
    if (tar_writer_finish(STEAL(writer), err) < 0)
        return -1;
    compress_gzip(buf_span(&tar), tgz);
    return 0;
}

// The archive that is handed on: the layer itself, unless something of it is left out.
static int chart_archive_of(struct walk *w, const struct deep_object *source, const char *name,
                            struct buf *layer, struct err **err)
{
    struct kustomize_tree *content CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_tree *artifact CLEANUP(kustomize_tree_cleanup) = NULL;
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(LAYER_MAX_BYTES);
    size_t all, left;

    if (unpack(w, buf_span(layer), name, content, err) < 0)
        return -1;
    artifact = source_artifact(source->node, content, NULL, 0, err);
    if (!artifact)
        return -1;
    (void)kustomize_tree_list(content, w->arena, &all);
    (void)kustomize_tree_list(artifact, w->arena, &left);
    if (all == left)
        return 0;
    if (repack(w->arena, artifact, &tgz, err) < 0)
        return -1;
    buf_truncate(layer, 0);
    buf_add_span(layer, buf_span(&tgz));
    return 0;
}

struct chart *artifact_chart(struct walk *w, const struct deep_object *source, struct err **err)
{
    struct buf layer CLEANUP(buf_free) = BUF_INIT(LAYER_MAX_BYTES);
    struct registry_layer chosen = {0};
    struct chart *chart = NULL;
    const char *name;

    if (read_layer(w, source, &chosen, &name, &layer, err) < 0)
        return NULL;
    if (flux_oci_layer(source->node).is_copied ||
        chart_archive_of(w, source, name, &layer, err) == 0)
        chart = chart_load_archive(buf_span(&layer), name, err);
    if (!chart && !chosen.has_chart_config)
        err_wrap_as(err, ERR_SOURCE, "%s: %s is no Helm chart", source->label, name);
    else if (!chart)
        err_wrap(err, "%s", source->label);
    return chart;
}
