// SPDX-License-Identifier: Apache-2.0
// The generators and transformers of a kustomization's own fields, in the order that kustomize runs
// them. All are configured before the first runs.
#include "model/kustomize/build/builtin.h"

#include "model/kustomize/build/origin.h"
#include "model/kustomize/generate/generators.h"

struct building {
    struct kust *kust;
    struct target *target;
    const struct transformer_config *config;
    struct transformer_list *out;
};

static void add(struct building *b, transform_fn *run, const void *args, const char *kind,
                size_t entries, const struct node *at)
{
    struct transformer t = {.run = run, .args = args, .kind = kind, .entries = entries, .at = at};
    t.origin = origin_of_target(b->kust, b->target, kind, kind);
    vec_push_arena(b->kust->arena, b->out, t);
}

static struct node *field(const struct building *b, const char *name)
{
    return node_get(b->target->spec, name);
}

static int add_patches(struct building *b, struct err **err)
{
    const struct patch_args *args = NULL;
    struct node *strategic = field(b, "patchesStrategicMerge");
    if (node_len(strategic)) {
        if (patch_configure_strategic(b->kust, b->target->loader, strategic, strategic, NULL, &args,
                                      err) < 0)
            return -1;
        add(b, transform_patch, args, "PatchStrategicMergeTransformer", 1, strategic);
    }
    NODE_FOREACH_ITEM (entry, field(b, "patches")) {
        if (patch_configure(b->kust, b->target->loader, entry, &args, err) < 0)
            return -1;
        add(b, transform_patch, args, "PatchTransformer", 1, entry);
    }
    return 0;
}

static void add_namespace(struct building *b)
{
    struct node *ns = field(b, "namespace");
    if (!node_text(ns).len)
        return;
    struct namespace_args *args = ARENA_NEW(b->kust->arena, struct namespace_args);
    args->ns = node_text(ns);
    args->specs = &b->config->lists[CONFIG_NAMESPACE];
    add(b, transform_namespace, args, "NamespaceTransformer", 1, ns);
}

static void add_affix(struct building *b, const char *name, bool suffix)
{
    struct node *text = field(b, name);
    if (!node_text(text).len)
        return;
    struct affix_args *args = ARENA_NEW(b->kust->arena, struct affix_args);
    args->text = node_text(text);
    args->suffix = suffix;
    args->specs = &b->config->lists[suffix ? CONFIG_NAME_SUFFIX : CONFIG_NAME_PREFIX];
    add(b, transform_affix, args, suffix ? "SuffixTransformer" : "PrefixTransformer", 1, text);
}

static void add_pairs(struct building *b, const struct node *pairs, const struct fieldspecs *specs,
                      const char *kind, const struct node *at)
{
    struct pairs_args *args = ARENA_NEW(b->kust->arena, struct pairs_args);
    args->pairs = pairs;
    args->specs = specs;
    add(b, transform_pairs, args, kind, 1, at);
}

static int merge_specs(struct kust *k, struct fieldspecs *into, const struct fieldspecs *more,
                       struct err **err)
{
    VEC_FOREACH (const struct fieldspec *, spec, more) {
        if (fieldspecs_add(k, into, spec, err) < 0)
            return -1;
    }
    return 0;
}

// The fields that an entry of `labels` sets: its own, then those of its options.
static int label_specs(struct building *b, const struct node *entry, struct fieldspecs *out,
                       struct err **err)
{
    struct kust *k = b->kust;
    const struct fieldspecs *lists = b->config->lists;
    fieldspecs_read(k, node_get(entry, "fields"), out);
    if (merge_specs(k, out, &lists[CONFIG_LABELS], err) < 0)
        return -1;
    if (node_get_bool(entry, "includeSelectors", false))
        return merge_specs(k, out, &lists[CONFIG_COMMON_LABELS], err);
    if (node_get_bool(entry, "includeTemplates", false) &&
        merge_specs(k, out, &lists[CONFIG_TEMPLATE_LABELS], err) < 0)
        return -1;
    struct fieldspec metadata = fieldspec_new(k->arena, GVK_ANY, SPAN("metadata/labels"), true);
    return fieldspecs_add(k, out, &metadata, err);
}

static int add_labels(struct building *b, struct err **err)
{
    struct node *labels = field(b, "labels"), *common = field(b, "commonLabels");
    if (!node_len(labels) && !node_len(common))
        return 0;
    NODE_FOREACH_ITEM (entry, labels) {
        struct fieldspecs *specs = ARENA_NEW(b->kust->arena, struct fieldspecs);
        if (label_specs(b, entry, specs, err) < 0)
            return err_wrap(err, "%s: labels", kust_where(b->kust, entry));
        add_pairs(b, node_get(entry, "pairs"), specs, "LabelTransformer", entry);
    }
    add_pairs(b, common, &b->config->lists[CONFIG_COMMON_LABELS], "LabelTransformer", common);
    return 0;
}

static int add_json6902(struct building *b, struct err **err)
{
    NODE_FOREACH_ITEM (entry, field(b, "patchesJson6902")) {
        const struct patch_args *args = NULL;
        if (patch_configure_json6902(b->kust, b->target->loader, entry, "patch", &args, err) < 0)
            return -1;
        add(b, transform_patch, args, "PatchJson6902Transformer", 1, entry);
    }
    return 0;
}

static void add_replicas(struct building *b)
{
    NODE_FOREACH_ITEM (entry, field(b, "replicas")) {
        struct replica_args *args = ARENA_NEW(b->kust->arena, struct replica_args);
        args->name = node_get_text(entry, "name");
        args->count = node_get(entry, "count");
        args->specs = &b->config->lists[CONFIG_REPLICAS];
        add(b, transform_replicas, args, "ReplicaCountTransformer", 1, entry);
    }
}

static void add_images(struct building *b)
{
    struct node *images = field(b, "images");
    if (!node_len(images))
        return;
    struct image_args *args = ARENA_NEW(b->kust->arena, struct image_args);
    args->images = images;
    args->specs = &b->config->lists[CONFIG_IMAGES];
    add(b, transform_images, args, "ImageTagTransformer", node_len(images), images);
}

static int add_replacements(struct building *b, struct err **err)
{
    struct node *list = field(b, "replacements");
    const struct replacement_args *args = NULL;
    if (!node_len(list))
        return 0;
    if (replacements_configure(b->kust, b->target->loader, list, &args, err) < 0)
        return -1;
    add(b, transform_replacements, args, "ReplacementTransformer", 1, list);
    return 0;
}

int builtin_transformers(struct kust *k, struct target *t, const struct transformer_config *config,
                         struct transformer_list *out, struct err **err)
{
    struct building b = {k, t, config, out};
    if (add_patches(&b, err) < 0)
        return -1;
    add_namespace(&b);
    add_affix(&b, "namePrefix", false);
    add_affix(&b, "nameSuffix", true);
    if (add_labels(&b, err) < 0)
        return -1;
    struct node *annotations = field(&b, "commonAnnotations");
    if (node_len(annotations))
        add_pairs(&b, annotations, &config->lists[CONFIG_COMMON_ANNOTATIONS],
                  "AnnotationsTransformer", annotations);
    if (add_json6902(&b, err) < 0)
        return -1;
    add_replicas(&b);
    add_images(&b);
    return add_replacements(&b, err);
}

static int generate(struct kust *k, struct target *t, struct resmap *resources, const char *name,
                    const char *kind, const char *plugin, struct err **err)
{
    const struct origin *origin = origin_of_target(k, t, plugin, name);
    NODE_FOREACH_ITEM (entry, node_get(t->spec, name)) {
        struct resource *r =
            generator_make(k, t->loader, kind, entry, node_get(t->spec, "generatorOptions"), err);
        if (!r)
            return -1;
        r->origin = origin;
        if (generator_absorb(k, resources, r, err) < 0)
            return -1;
    }
    return 0;
}

int builtin_generate(struct kust *k, struct target *t, struct resmap *resources, struct err **err)
{
    if (generate(k, t, resources, "configMapGenerator", "ConfigMap", "ConfigMapGenerator", err) < 0)
        return -1;
    return generate(k, t, resources, "secretGenerator", "Secret", "SecretGenerator", err);
}
