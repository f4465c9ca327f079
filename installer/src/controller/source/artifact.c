// SPDX-License-Identifier: Apache-2.0
// What an artifact holds, in source-controller's order: what is checked out (spec.sparseCheckout),
// the artifacts of others copied in (spec.include), the patterns of all .sourceignore files from
// the root down, those of spec.ignore, and then the archive, of files only.
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "controller/source.h"
#include "model/flux.h"

// fluxcd/pkg/sourceignore: what no artifact has, and what it has not unless there is a pattern.
static const char always[] = ".git/\n.gitignore\n.gitmodules\n.gitattributes\n";
static const char by_default[] =
    "*.jpg\n*.jpeg\n*.gif\n*.png\n*.wmv\n*.flv\n*.tar.gz\n*.zip\n"
    ".github/\n.circleci/\n.travis.yml\n.gitlab-ci.yml\nappveyor.yml\n.drone.yml\n"
    "cloudbuild.yaml\ncodeship-services.yml\ncodeship-steps.yml\n"
    "**/.goreleaser.yml\n**/.sops.yaml\n**/.flux.yaml\n";

struct making {
    const struct node *spec;
    struct kustomize_tree *content;
    struct kustomize_tree *work; // as source-controller has it on disk; its links do not count
    struct arena *arena;
    struct err **err;
};

static const struct node *sparse_of(const struct node *spec)
{
    const struct node *list = node_get(spec, "sparseCheckout");

    return node_len(list) ? list : NULL;
}

bool source_has_submodules(const struct node *repository)
{
    const struct node *spec = node_get(repository, "spec");

    return node_get_bool(spec, "recurseSubmodules", false) && !sparse_of(spec);
}

// --- the checkout ---

// go-git compares the start of the whole path: "deploy" also brings "deploy-old/x".
static bool is_checked_out(const struct node *sparse, const char *path)
{
    if (!sparse)
        return true;
    NODE_FOREACH_ITEM (item, sparse) {
        struct span prefix = node_text(item);

        (void)span_skip(&prefix, "./");
        if (strncmp(path, prefix.ptr, prefix.len) == 0)
            return true;
    }
    return false;
}

static bool is_there(struct kustomize_tree *tree, const char *path)
{
    enum kustomize_entry entry = KUSTOMIZE_NONE;
    char *real CLEANUP(mem_cleanup) = NULL;
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    return tree->ops->lookup(tree, path, &entry, &real, &ignored) == 0 && entry != KUSTOMIZE_NONE;
}

static int check_sparse(const struct making *m, const struct node *sparse)
{
    NODE_FOREACH_ITEM (item, sparse) {
        char *path CLEANUP(mem_cleanup) = mem_printf("/%s", node_str(item));
        char *clean CLEANUP(mem_cleanup) = path_clean(path);

        if (is_there(m->work, clean) ||
            (is_checked_out(sparse, clean + 1) && is_there(m->content, clean)))
            continue;
        err_set(m->err, ERR_CONFIG,
                "spec.sparseCheckout: the directory '%s' does not exist in the repository",
                node_str(item));
        return err_hint(m->err, "paths are seen from the root of the repository, without a slash "
                                "in front");
    }
    return 0;
}

static int check_out(const struct making *m)
{
    const struct node *sparse = sparse_of(m->spec);
    size_t count;
    const char **paths = kustomize_tree_list(m->content, m->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct span data;

        if (is_checked_out(sparse, paths[i] + 1) &&
            kustomize_tree_data(m->content, paths[i], &data))
            kustomize_tree_add(m->work, paths[i], data);
    }
    return sparse ? check_sparse(m, sparse) : 0;
}

// --- spec.include ---

int source_includes_read(struct arena *arena, const struct node *repository, source_includes *out,
                         struct err **err)
{
    struct identity id = node_identity(repository);

    NODE_FOREACH_ITEM (item, node_path(repository, "spec", "include")) {
        struct source_include include = {.repository = id, .from = node_get_str(item, "fromPath")};
        const char *to = node_get_str(item, "toPath");

        include.repository.name = node_get_text(node_get(item, "repository"), "name");
        if (!include.repository.name.len)
            return err_set(err, ERR_CONFIG, "spec.include[%zu] names no repository", item_at);
        include.to = to[0] ? to : node_get_str(node_get(item, "repository"), "name");
        vec_push_arena(arena, out, include);
    }
    return 0;
}

static const char *rooted(struct arena *arena, const char *path)
{
    char *joined CLEANUP(mem_cleanup) = mem_printf("/%s", path);
    char *clean CLEANUP(mem_cleanup) = path_clean(joined);

    return arena_str(arena, clean);
}

static int cannot_copy(const struct making *m, const struct source_include *include,
                       const char *why)
{
    return err_set(m->err, ERR_CONFIG,
                   "spec.include: '%.*s' cannot be copied from '%s' to '%s': %s",
                   SPAN_ARG(include->repository.name), include->from, include->to, why);
}

// A folder is renamed onto its place: nothing may be there, nor a file stand on the way.
static int check_place(const struct making *m, const struct source_include *include, const char *to,
                       bool is_file)
{
    struct span data;

    for (const char *slash = strchr(to + 1, '/'); slash; slash = strchr(slash + 1, '/'))
        if (kustomize_tree_data(m->work, arena_printf(m->arena, "%.*s", (int)(slash - to), to),
                                &data))
            return cannot_copy(m, include, "a file is on the way to it");
    if (!is_there(m->work, to) || (is_file && kustomize_tree_data(m->work, to, &data)))
        return 0;
    return cannot_copy(m, include, "there is something already");
}

static int copy_in(const struct making *m, const struct source_include *include,
                   struct kustomize_tree *artifact)
{
    const char *from = rooted(m->arena, include->from), *to = rooted(m->arena, include->to);
    size_t skipped = from[1] ? strlen(from) : 0, count;
    const char **paths = kustomize_tree_list(artifact, m->arena, &count);
    struct span data;

    if (!is_there(artifact, from))
        return cannot_copy(m, include, "its artifact has no such path");
    if (check_place(m, include, to, kustomize_tree_data(artifact, from, &data)) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (path_within(from, paths[i]) && kustomize_tree_data(artifact, paths[i], &data))
            kustomize_tree_add(m->work, arena_printf(m->arena, "%s%s", to, paths[i] + skipped),
                               data);
    return 0;
}

// --- what is left out ---

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct texts {
    const char **items;
    size_t len, cap;
};

// The folders that files are in, parents before what is in them; "" is the root.
static void list_folders(const struct making *m, const char **paths, size_t count,
                         struct texts *out)
{
    struct map seen = MAP_INIT;

    vec_push_arena(m->arena, out, "");
    for (size_t i = 0; i < count; i++) {
        for (const char *slash = strchr(paths[i] + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
            struct span folder = span_of(paths[i] + 1, (size_t)(slash - paths[i] - 1));

            if (map_get(&seen, folder))
                continue;
            vec_push_arena(m->arena, out, arena_span(m->arena, folder).ptr);
            map_put(&seen, folder, out);
        }
    }
    map_free(&seen);
    qsort(out->items, out->len, sizeof(*out->items), compare_texts);
}

static bool is_git_folder(const char *folder)
{
    struct span rest = span_str(folder), part;

    while (span_next(&rest, '/', &part))
        if (span_is(part, ".git"))
            return true;
    return false;
}

// The .sourceignore of a folder, also where that is a link to a file.
static int read_ignore(const struct making *m, const char *folder, struct buf *out)
{
    const char *path = arena_printf(m->arena, "%s%s/.sourceignore", folder[0] ? "/" : "", folder);
    struct kustomize_tree *tree = is_there(m->work, path) ? m->work : m->content;
    enum kustomize_entry entry = KUSTOMIZE_NONE;
    char *real CLEANUP(mem_cleanup) = NULL;

    if (!is_checked_out(sparse_of(m->spec), path + 1) && tree == m->content)
        return 0;
    if (tree->ops->lookup(tree, path, &entry, &real, m->err) < 0)
        return -1;
    return entry == KUSTOMIZE_FILE ? tree->ops->read(tree, real, out, m->err) : 0;
}

static int add_files(const struct making *m, const struct texts *folders,
                     struct source_ignore *ignore, size_t *patterns)
{
    VEC_FOREACH (const char **, folder, folders) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        if (is_git_folder(*folder))
            continue;
        if (read_ignore(m, *folder, &text) < 0)
            return -1;
        *patterns += source_ignore_add(ignore, buf_span(&text), *folder);
    }
    return 0;
}

// Any pattern takes the place of the default list, but not of what is always left out.
static struct source_ignore *patterns_of(const struct making *m, const char **paths, size_t count)
{
    struct source_ignore *own CLEANUP(source_ignore_cleanup) = source_ignore_new();
    struct source_ignore *defaults CLEANUP(source_ignore_cleanup) = source_ignore_new();
    size_t patterns = 0;
    struct texts folders = {0};

    (void)source_ignore_add(own, SPAN(always), "");
    (void)source_ignore_add(defaults, SPAN(always), "");
    (void)source_ignore_add(defaults, SPAN(by_default), "");
    list_folders(m, paths, count, &folders);
    if (add_files(m, &folders, own, &patterns) < 0)
        return NULL;
    patterns += source_ignore_add(own, node_get_text(m->spec, "ignore"), "");
    return patterns ? STEAL(own) : STEAL(defaults);
}

static struct kustomize_tree *archive(const struct making *m)
{
    struct kustomize_tree *artifact CLEANUP(kustomize_tree_cleanup) = NULL;
    size_t count;
    const char **paths = kustomize_tree_list(m->work, m->arena, &count);
    struct source_ignore *ignore CLEANUP(source_ignore_cleanup) = patterns_of(m, paths, count);
    struct span data;

    if (!ignore)
        return NULL;
    artifact = kustomize_tree_memory();
    for (size_t i = 0; i < count; i++)
        if (!source_ignores(ignore, paths[i] + 1, false) &&
            kustomize_tree_data(m->work, paths[i], &data))
            kustomize_tree_add(artifact, paths[i], data);
    return STEAL(artifact);
}

struct kustomize_tree *source_artifact(const struct node *source, struct kustomize_tree *content,
                                       struct kustomize_tree *const *included, size_t count,
                                       struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kustomize_tree *work CLEANUP(kustomize_tree_cleanup) = NULL;
    struct making m = {.spec = node_get(source, "spec"),
                       .content = content,
                       .work = content,
                       .arena = arena,
                       .err = err};
    source_includes includes = {0};

    if (source_includes_read(arena, source, &includes, err) < 0)
        return NULL;
    if (sparse_of(m.spec) || includes.len) { // else it is all that was fetched
        work = kustomize_tree_memory();
        m.work = work;
        if (check_out(&m) < 0)
            return NULL;
    }
    for (size_t i = 0; i < includes.len && i < count; i++)
        if (copy_in(&m, &includes.items[i], included[i]) < 0)
            return NULL;
    return archive(&m);
}
