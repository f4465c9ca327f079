// SPDX-License-Identifier: Apache-2.0
// Building the entrypoint from disk.
#include "work/artifacts/tree/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

static char *real_folder(const struct disk_folder *entrypoint, struct err **err)
{
    char *here CLEANUP(mem_cleanup) = getcwd(NULL, 0);
    char *real = NULL;

    if (entrypoint->files && here)
        return path_join(here, entrypoint->name);
    real = realpath(entrypoint->name, NULL);
    if (!real) {
        err_set_errno(err, ERR_CONFIG, errno, "%s", entrypoint->name);
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

int disk_render(const struct disk_folder *entrypoint, struct sources *sources,
                struct report *report, struct reads *reads, struct kustomize_tree **tree,
                struct kustomize_result *result, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = real_folder(entrypoint, err);
    char *here CLEANUP(mem_cleanup) = getcwd(NULL, 0);
    struct kustomize_options options = {
        .folder = folder, .relative_to = here, .resolver = &sources->resolver, .report = report};

    *reads = (struct reads){0};
    if (!folder || (!entrypoint->files && refuse_configuration(folder, err) < 0))
        return -1;
    if (!entrypoint->files) {
        *tree = kustomize_tree_disk("/", err);
        if (!*tree)
            return -1;
    }
    reads_init(reads, entrypoint->files ? entrypoint->files : *tree);
    options.tree = &reads->base;
    return kustomize_build(&options, result, err);
}

char *disk_entrypoint(struct reads *reads, const struct disk_folder *entrypoint, struct err **err)
{
    char *folder CLEANUP(mem_cleanup) = real_folder(entrypoint, err);

    return folder ? path_relative(reads_root(reads), folder) : NULL;
}
