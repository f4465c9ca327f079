// SPDX-License-Identifier: Apache-2.0
// What kustomize-controller builds for a Kustomization: the fields of its spec as fields of a
// kustomization file (fluxcd/pkg/kustomize generator).
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

bool flux_has_post_build(const struct node *kustomization)
{
    return node_path(kustomization, "spec", "postBuild") != NULL;
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

void flux_write_kustomization(const struct node *kustomization, const char *folder,
                              const char *const *paths, size_t count, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *spec = node_get(kustomization, "spec");
    struct node *k = node_new_map(d), *resources = node_new_seq(d);

    node_set_str(d, k, "apiVersion", SPAN("kustomize.config.k8s.io/v1beta1"));
    node_set_str(d, k, "kind", SPAN("Kustomization"));
    for (size_t i = 0; i < count; i++) {
        char *relative CLEANUP(mem_cleanup) = path_relative(folder, paths[i]);

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
