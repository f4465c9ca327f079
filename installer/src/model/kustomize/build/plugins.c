// SPDX-License-Identifier: Apache-2.0
// The built-in plugins by name, as files of `generators`, `transformers` and `validators` configure
// them. Plugins that run programs are refused.
#include "model/kustomize/build/plugins.h"

#include "base/opt.h"
#include "model/kustomize/build/origin.h"
#include "model/kustomize/config/fields.h"
#include "model/kustomize/generate/generators.h"
#include "model/kustomize/resource/objects.h"
#include "model/kustomize/scalar.h"

struct plugin {
    struct kust *kust;
    struct target *target;
    const struct resource *resource;
    struct node *config; // checked
    struct transformer_list *out;
};

static const struct origin *plugin_origin(struct kust *k, const struct resource *r)
{
    struct origin *o = ARENA_NEW(k->arena, struct origin);
    *o = *r->origin;
    o->configured_in = r->origin->path;
    o->path = "";
    o->by_api_version = arena_span(k->arena, resource_api_version(r)).ptr;
    o->by_kind = arena_span(k->arena, resource_kind(r)).ptr;
    o->by_name = arena_span(k->arena, resource_name(r)).ptr;
    o->by_namespace = arena_span(k->arena, resource_namespace(r)).ptr;
    o->field = "generators";
    if (o->chain_len)
        o->chain_len--; // the configuration's own file does not count
    return o;
}

static void add(struct plugin *p, transform_fn *run, const void *args)
{
    struct kust *k = p->kust;
    struct transformer t = {.run = run, .args = args, .entries = 1, .at = p->resource->node};
    t.kind = arena_span(k->arena, resource_kind(p->resource)).ptr;
    t.origin = plugin_origin(k, p->resource);
    vec_push_arena(k->arena, p->out, t);
}

static const struct fieldspecs *own_specs(struct plugin *p)
{
    struct fieldspecs *specs = ARENA_NEW(p->kust->arena, struct fieldspecs);
    fieldspecs_read(p->kust, node_get(p->config, "fieldSpecs"), specs);
    return specs;
}

static int pairs_plugin(struct plugin *p, const char *field)
{
    struct pairs_args *args = ARENA_NEW(p->kust->arena, struct pairs_args);
    args->pairs = node_get(p->config, field);
    args->specs = own_specs(p);
    add(p, transform_pairs, args);
    return 0;
}

static int annotations_plugin(struct plugin *p, struct err **err)
{
    (void)err;
    return pairs_plugin(p, "annotations");
}

static int labels_plugin(struct plugin *p, struct err **err)
{
    (void)err;
    return pairs_plugin(p, "labels");
}

static int hash_plugin(struct plugin *p, struct err **err)
{
    (void)err;
    add(p, transform_hash, NULL);
    return 0;
}

static int images_plugin(struct plugin *p, struct err **err)
{
    struct kust *k = p->kust;
    struct node *one = node_get(p->config, "imageTag"), *list = node_new_seq(k->doc);
    struct image_args *args = ARENA_NEW(k->arena, struct image_args);
    (void)err;
    node_push(k->doc, list, one ? one : node_new_map(k->doc));
    args->images = list;
    args->specs = own_specs(p);
    add(p, transform_images, args);
    return 0;
}

static int namespace_plugin(struct plugin *p, struct err **err)
{
    static const char *const modes[] = {"defaultOnly", "allServiceAccounts", "none"};
    struct kust *k = p->kust;
    struct namespace_args *args = ARENA_NEW(k->arena, struct namespace_args);
    struct node *mode = node_get(p->config, "setRoleBindingSubjects");
    bool known = !mode || !node_text(mode).len;
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (span_is(node_text(mode), modes[i])) {
            args->subjects = (enum subject_mode)i;
            known = true;
        }
    }
    if (!known)
        return kust_fail(k, mode, err,
                         "setRoleBindingSubjects: expected defaultOnly, "
                         "allServiceAccounts or none, found '%s'",
                         node_str(mode));
    args->ns = node_text(node_path(p->config, "metadata", "namespace"));
    args->unset_only = node_get_bool(p->config, "unsetOnly", false);
    args->specs = own_specs(p);
    add(p, transform_namespace, args);
    return 0;
}

static int json6902_plugin(struct plugin *p, struct err **err)
{
    const struct patch_args *args = NULL;
    if (patch_configure_json6902(p->kust, p->target->loader, p->config, "jsonOp", &args, err) < 0)
        return -1;
    add(p, transform_patch, args);
    return 0;
}

static int strategic_plugin(struct plugin *p, struct err **err)
{
    const struct patch_args *args = NULL;
    struct node *paths = node_get(p->config, "paths"), *text = node_get(p->config, "patches");
    if (!node_len(paths) && !node_text(text).len)
        return kust_fail(p->kust, p->config, err, "this patch has neither `paths` nor `patches`");
    if (patch_configure_strategic(p->kust, p->target->loader, p->config, paths, text, &args, err) <
        0)
        return -1;
    add(p, transform_patch, args);
    return 0;
}

static int patch_plugin(struct plugin *p, struct err **err)
{
    const struct patch_args *args = NULL;
    if (patch_configure(p->kust, p->target->loader, p->config, &args, err) < 0)
        return -1;
    add(p, transform_patch, args);
    return 0;
}

static int affix_plugin(struct plugin *p, bool suffix, struct err **err)
{
    struct affix_args *args = ARENA_NEW(p->kust->arena, struct affix_args);
    if (!node_get(p->config, "fieldSpecs"))
        return kust_fail(p->kust, p->config, err, "fieldSpecs is missing");
    args->text = node_get_text(p->config, suffix ? "suffix" : "prefix");
    args->suffix = suffix;
    args->specs = own_specs(p);
    add(p, transform_affix, args);
    return 0;
}

static int prefix_plugin(struct plugin *p, struct err **err)
{
    return affix_plugin(p, false, err);
}

static int suffix_plugin(struct plugin *p, struct err **err)
{
    return affix_plugin(p, true, err);
}

static int prefix_suffix_plugin(struct plugin *p, struct err **err)
{
    if (affix_plugin(p, false, err) < 0)
        return -1;
    p->out->items[p->out->len - 1].entries = 0; // the two count as one
    return affix_plugin(p, true, err);
}

static int replacement_plugin(struct plugin *p, struct err **err)
{
    const struct replacement_args *args = NULL;
    if (replacements_configure(p->kust, p->target->loader, node_get(p->config, "replacements"),
                               &args, err) < 0)
        return -1;
    add(p, transform_replacements, args);
    return 0;
}

static int replica_plugin(struct plugin *p, struct err **err)
{
    struct replica_args *args = ARENA_NEW(p->kust->arena, struct replica_args);
    struct node *replica = node_get(p->config, "replica");
    (void)err;
    args->name = node_get_text(replica, "name");
    args->count = node_get(replica, "count");
    args->specs = own_specs(p);
    add(p, transform_replicas, args);
    return 0;
}

static int value_plugin(struct plugin *p, struct err **err)
{
    const struct value_args *args = NULL;
    if (value_configure(p->kust, p->target->loader, p->config, &args, err) < 0)
        return -1;
    add(p, transform_value, args);
    return 0;
}

static const struct {
    const char *kind;
    int (*configure)(struct plugin *p, struct err **err);
} transformers[] = {
    {"AnnotationsTransformer", annotations_plugin},
    {"HashTransformer", hash_plugin},
    {"ImageTagTransformer", images_plugin},
    {"LabelTransformer", labels_plugin},
    {"NamespaceTransformer", namespace_plugin},
    {"PatchJson6902Transformer", json6902_plugin},
    {"PatchStrategicMergeTransformer", strategic_plugin},
    {"PatchTransformer", patch_plugin},
    {"PrefixSuffixTransformer", prefix_suffix_plugin},
    {"PrefixTransformer", prefix_plugin},
    {"ReplacementTransformer", replacement_plugin},
    {"ReplicaCountTransformer", replica_plugin},
    {"SuffixTransformer", suffix_plugin},
    {"ValueAddTransformer", value_plugin},
};

static bool is_generator(struct span kind)
{
    return span_ends(kind, "Generator");
}

// The plugin has to be one of kustomize's own; its configuration is checked.
static int check_plugin(struct plugin *p, struct err **err)
{
    struct kust *k = p->kust;
    const struct resource *r = p->resource;
    struct span kind = resource_kind(r);
    if (!span_is(resource_api_version(r), "builtin")) {
        kust_fail(k, r->node, err, "%s is an external plugin, which is never run",
                  resource_text(k, r));
        return err_hint(err, "kustomize's own plugins have apiVersion: builtin");
    }
    if (span_is(kind, "HelmChartInflationGenerator"))
        return kust_unsupported(k, r->node, err,
                                "HelmChartInflationGenerator needs the helm program, which is "
                                "never run");
    const struct fields *fields = fields_of_plugin(kind);
    if (!fields) {
        const char *names[ARRAY_LEN(transformers)];
        for (size_t i = 0; i < ARRAY_LEN(transformers); i++)
            names[i] = transformers[i].kind;
        kust_fail(k, r->node, err, "there is no built-in plugin %.*s", SPAN_ARG(kind));
        const char *near =
            opt_nearest(arena_span(k->arena, kind).ptr, names, ARRAY_LEN(transformers));
        return near ? err_hint(err, "did you mean %s?", near) : -1;
    }
    p->config = node_copy(k->doc, r->node);
    return fields_check(k, p->config, fields, err);
}

int plugin_transformers(struct kust *k, struct target *t, const struct resmap *configs,
                        struct transformer_list *out, struct err **err)
{
    for (size_t i = 0; i < configs->len; i++) {
        struct plugin p = {k, t, configs->items[i], NULL, out};
        struct span kind = resource_kind(p.resource);
        if (check_plugin(&p, err) < 0)
            return -1;
        if (is_generator(kind))
            return kust_fail(k, p.resource->node, err, "%.*s is not a transformer", SPAN_ARG(kind));
        for (size_t j = 0; j < ARRAY_LEN(transformers); j++) {
            if (span_is(kind, transformers[j].kind) && transformers[j].configure(&p, err) < 0)
                return err_wrap(err, "%s", resource_text(k, p.resource));
        }
    }
    return 0;
}

static int generate_one(struct plugin *p, struct resmap *resources, struct err **err)
{
    struct kust *k = p->kust;
    struct span kind = resource_kind(p->resource);
    struct resource *made = NULL;
    if (check_plugin(p, err) < 0)
        return -1;
    if (!is_generator(kind))
        return kust_fail(k, p->resource->node, err, "%.*s is not a generator", SPAN_ARG(kind));
    if (span_is(kind, "IAMPolicyGenerator"))
        made = generator_iam(k, p->config, err);
    else
        made = generator_make(k, p->target->loader,
                              span_is(kind, "SecretGenerator") ? "Secret" : "ConfigMap", p->config,
                              NULL, err);
    if (!made)
        return err_wrap(err, "%s", resource_text(k, p->resource));
    made->origin = plugin_origin(k, p->resource);
    return generator_absorb(k, resources, made, err);
}

int plugin_generate(struct kust *k, struct target *t, const struct resmap *configs,
                    struct resmap *resources, struct err **err)
{
    for (size_t i = 0; i < configs->len; i++) {
        struct plugin p = {k, t, configs->items[i], NULL, NULL};
        if (generate_one(&p, resources, err) < 0)
            return -1;
    }
    return 0;
}
