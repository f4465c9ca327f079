// SPDX-License-Identifier: Apache-2.0
// Rendering with everything remote out of a bundle: the tree on disk, or the one in the bundle.
#include <unistd.h>

#include "work/artifacts/tree/bundled.h"
#include "work/artifacts/tree/disk.h"

static int render_here(const struct bundle *b, const char *entrypoint, struct sources *sources,
                       struct report *report, const struct bundled *t,
                       struct kustomize_result *result, struct err **err)
{
    struct reads reads CLEANUP(reads_free) = {0};
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = NULL;

    if (disk_render(&(struct disk_folder){entrypoint, NULL}, sources, report, &reads, &tree, result,
                    err) < 0)
        return -1;
    if (bundled_compare(t, b, &reads, err) == 0)
        return 0;
    kustomize_result_free(result);
    *result = (struct kustomize_result){0};
    return -1;
}

int artifacts_render_bundle(const struct bundle *b, const char *entrypoint, struct report *report,
                            struct kustomize_result *result, struct err **err)
{
    struct bundled tree CLEANUP(bundled_free) = {0};
    struct sources *sources = sources_bundle(b);
    int status;

    if (!entrypoint && access(ARTIFACTS_ENTRYPOINT, F_OK) == 0)
        entrypoint = ARTIFACTS_ENTRYPOINT;
    status = bundled_load(&tree, b, err);
    if (status == 0)
        status = entrypoint ? render_here(b, entrypoint, sources, report, &tree, result, err)
                            : bundled_render(&tree, sources, report, result, err);
    sources_free(sources);
    return status;
}
