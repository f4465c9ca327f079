// SPDX-License-Identifier: Apache-2.0
// A path of a Flux Kustomization without a kustomization file: kustomize-controller generates one
// from all manifests below it (fluxcd/pkg/kustomize generator).
#include "work/artifacts/folder.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "model/flux.h"

static int has_kustomization(struct kustomize_tree *tree, const char *folder, bool *has,
                             struct err **err)
{
    *has = false;
    for (size_t i = 0; kustomize_file_names[i] && !*has; i++) {
        char *path CLEANUP(mem_cleanup) = path_join(folder, kustomize_file_names[i]);
        char *real CLEANUP(mem_cleanup) = NULL;
        enum kustomize_entry entry;

        if (tree->ops->lookup(tree, path, &entry, &real, err) < 0)
            return -1;
        *has = entry == KUSTOMIZE_FILE;
    }
    return 0;
}

// What stands for `file` below `root`: itself, or the topmost folder on the way to it with a
// kustomization of its own. In the arena.
static const char *resource_of(struct arena *arena, struct kustomize_tree *tree, const char *root,
                               const char *file, struct err **err)
{
    const char *below = file + (strcmp(root, "/") == 0 ? 0 : strlen(root)) + 1;

    for (const char *slash = strchr(below, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *folder = arena_printf(arena, "%.*s", (int)(slash - file), file);
        bool has;

        if (has_kustomization(tree, folder, &has, err) < 0)
            return NULL;
        if (has)
            return folder;
    }
    return file;
}

static int refuse_ignore_files(const char **files, size_t count, struct err **err)
{
    for (size_t i = 0; i < count; i++) {
        if (flux_is_ignore_file(files[i]))
            return err_set(err, ERR_UNSUPPORTED, "%s cannot be followed yet", files[i]);
    }
    return 0;
}

static bool is_folder(const char *path, const char **files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (path_within(path, files[i]) && strcmp(path, files[i]) != 0)
            return true;
    }
    return false;
}

int folder_resources(struct arena *arena, struct kustomize_tree *tree, const char *root,
                     bool ignores, folder_paths *out, struct err **err)
{
    size_t count;
    const char **files;
    bool has;

    if (has_kustomization(tree, root, &has, err) < 0)
        return -1;
    if (has) {
        vec_push_arena(arena, out, root);
        return 0;
    }
    files = kustomize_tree_list(tree, arena, &count);
    if (!is_folder(root, files, count))
        return err_set(err, ERR_CONFIG, "there is no folder %s", root);
    if (ignores)
        return err_set(err, ERR_UNSUPPORTED,
                       "%s has no kustomization, and what its source ignores cannot be told yet",
                       root);
    if (refuse_ignore_files(files, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *one;

        if (!path_within(root, files[i]) || !flux_is_manifest(files[i]))
            continue;
        one = resource_of(arena, tree, root, files[i], err);
        if (!one)
            return -1;
        // The files of a folder stand together.
        if (!out->len || strcmp(out->items[out->len - 1], one) != 0)
            vec_push_arena(arena, out, one);
    }
    if (out->len)
        return 0;
    return err_set(err, ERR_CONFIG, "%s has neither a kustomization nor a manifest in it", root);
}
