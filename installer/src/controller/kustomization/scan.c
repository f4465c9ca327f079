// SPDX-License-Identifier: Apache-2.0
// A path without a kustomization: scanManifests() of fluxcd/pkg/kustomize. Which files there are is
// the source's business: kustomize-controller ignores none that is in the artifact.
#include "controller/kustomization/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/path.h"

static int order(char c)
{
    return c == '/' ? 0 : (unsigned char)c + 1;
}

// As filepath.Walk goes: names are compared one after the other ("a/x" before "a-b", "a-b" before
// "a.yaml").
static int by_walk(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;

    for (; *a && *a == *b; a++, b++)
        continue;
    return (*a ? order(*a) : -1) - (*b ? order(*b) : -1);
}

static bool is_kustomization(const char *name)
{
    for (size_t i = 0; kustomize_file_names[i]; i++) {
        if (strcmp(name, kustomize_file_names[i]) == 0)
            return true;
    }
    return false;
}

static bool is_manifest(const char *path)
{
    struct span name = span_str(path_base(path));

    return span_ends(name, ".yaml") || span_ends(name, ".yml");
}

// The topmost folder on the way from `below` (within `file`) to it that has a kustomization; the
// empty span for none.
static struct span folder_of(const struct map *folders, const char *file, const char *below)
{
    for (const char *slash = strchr(below, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct span folder = span_of(file, (size_t)(slash - file));

        if (map_get(folders, folder))
            return folder;
    }
    return SPAN_EMPTY;
}

static void collect(struct arena *arena, const struct map *folders, const char *root,
                    const char *const *files, size_t count, scan_paths *out)
{
    size_t skip = strcmp(root, "/") == 0 ? 1 : strlen(root) + 1;
    struct span last = SPAN_EMPTY;

    for (size_t i = 0; i < count; i++) {
        struct span folder = folder_of(folders, files[i], files[i] + skip);

        // The files of a folder stand together.
        if (folder.len ? span_eq(folder, last) : !is_manifest(files[i]))
            continue;
        last = folder;
        if (folder.len)
            vec_push_arena(
                arena, out,
                arena_printf(arena, "./%.*s", (int)(folder.len - skip), folder.ptr + skip));
        else
            vec_push_arena(arena, out, arena_printf(arena, "./%s", files[i] + skip));
    }
}

void scan_manifests(struct arena *arena, struct kustomize_tree *tree, const char *root,
                    scan_paths *out)
{
    struct map folders CLEANUP(map_free) = MAP_INIT;
    size_t count, kept = 0;
    const char **files = kustomize_tree_list(tree, arena, &count);

    for (size_t i = 0; i < count; i++) {
        const char *name = path_base(files[i]);

        if (!path_within(root, files[i]) || strcmp(root, files[i]) == 0)
            continue;
        if (is_kustomization(name) && name - files[i] > 1)
            map_put(&folders, span_of(files[i], (size_t)(name - files[i]) - 1), tree);
        files[kept++] = files[i];
    }
    if (kept)
        qsort((void *)files, kept, sizeof(*files), by_walk);
    collect(arena, &folders, root, files, kept, out);
}
