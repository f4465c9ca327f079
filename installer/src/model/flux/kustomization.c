// SPDX-License-Identifier: Apache-2.0
// What kustomize-controller builds for a Kustomization: which folder of its source.
#include "base/mem.h"
#include "base/path.h"
#include "model/flux.h"

const char *flux_path(struct arena *arena, const struct node *kustomization)
{
    char *rooted CLEANUP(mem_cleanup) =
        mem_printf("/%s", node_get_str(node_get(kustomization, "spec"), "path"));
    char *clean CLEANUP(mem_cleanup) = path_clean(rooted);

    return arena_str(arena, clean);
}
