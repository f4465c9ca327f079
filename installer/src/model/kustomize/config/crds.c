// SPDX-License-Identifier: Apache-2.0
// What the OpenAPI definitions of `crds` say about fields: label selectors, annotations, names and
// references to names.
#include <strings.h>

#include "model/kustomize/config/config.h"

struct reading {
    struct kust *kust;
    const struct node *definitions;
    struct transformer_config *config;
    struct gvk gvk;
    unsigned depth;
};

#define DEPTH_MAX 32 // of references within each other

// The properties of a definition, under "Schema" as kustomize reads them.
static struct node *properties_of(const struct node *definition)
{
    struct node *schema = node_get(definition, "Schema");
    return node_get(schema ? schema : node_get(definition, "schema"), "properties");
}

static const char *extension(const struct node *property, const char *name)
{
    NODE_FOREACH_PAIR (pair, property) {
        if (pair->key.len == strlen(name) && node_is(pair->value, NODE_STRING) &&
            strncasecmp(pair->key.ptr, name, pair->key.len) == 0)
            return node_str(pair->value);
    }
    return NULL;
}

static int add_to(struct reading *r, enum config_list list, const char *path, struct err **err)
{
    struct fieldspec spec = fieldspec_new(r->kust->arena, r->gvk, span_str(path), false);
    return fieldspecs_add(r->kust, &r->config->lists[list], &spec, err);
}

static int add_reference(struct reading *r, const struct node *property, const char *path,
                         struct err **err)
{
    struct kust *k = r->kust;
    const char *version = extension(property, "x-kubernetes-object-ref-api-version");
    const char *kind = extension(property, "x-kubernetes-object-ref-kind");
    const char *key = extension(property, "x-kubernetes-object-ref-name-key");
    if (!version || !kind)
        return 0;
    struct gvk target = {SPAN_EMPTY, span_str(version), span_str(kind)};
    const char *full = arena_printf(k->arena, "%s/%s", path, key ? key : "name");
    struct fieldspec spec = fieldspec_new(k->arena, r->gvk, span_str(full), false);
    VEC_FOREACH (struct name_reference *, have, &r->config->references) {
        if (gvk_equal(&have->target, &target))
            return fieldspecs_add(k, &have->referrers, &spec, err);
    }
    struct name_reference made = {.target = target};
    vec_push_arena(k->arena, &made.referrers, spec);
    vec_push_arena(k->arena, &r->config->references, made);
    return 0;
}

static int read_definition(struct reading *r, struct span name, const char *path, struct err **err);

static int read_property(struct reading *r, const struct node *property, const char *path,
                         struct err **err)
{
    if (extension(property, "x-kubernetes-annotation") &&
        add_to(r, CONFIG_COMMON_ANNOTATIONS, path, err) < 0)
        return -1;
    if (extension(property, "x-kubernetes-label-selector") &&
        add_to(r, CONFIG_COMMON_LABELS, path, err) < 0)
        return -1;
    if (extension(property, "x-kubernetes-identity") &&
        add_to(r, CONFIG_NAME_PREFIX, path, err) < 0)
        return -1;
    if (add_reference(r, property, path, err) < 0)
        return -1;
    struct node *ref = node_get(property, "$ref");
    return ref ? read_definition(r, node_text(ref), path, err) : 0;
}

static int read_definition(struct reading *r, struct span name, const char *path, struct err **err)
{
    struct node *definition = node_get_span(r->definitions, name);
    if (++r->depth > DEPTH_MAX)
        return kust_fail(r->kust, definition, err, "crds: %.*s refers to itself", SPAN_ARG(name));
    NODE_FOREACH_PAIR (pair, properties_of(definition)) {
        const char *below =
            arena_printf(r->kust->arena, "%s%s%.*s", path, *path ? "/" : "", SPAN_ARG(pair->key));
        if (read_property(r, pair->value, below, err) < 0)
            return -1;
    }
    r->depth--;
    return 0;
}

static int read_file(struct kust *k, const struct node *definitions,
                     struct transformer_config *config, struct err **err)
{
    NODE_FOREACH_PAIR (pair, definitions) {
        struct node *properties = properties_of(pair->value);
        struct reading r = {k, definitions, config, {SPAN_EMPTY, SPAN_EMPTY, SPAN_EMPTY}, 0};
        if (!node_get(properties, "kind") || !node_get(properties, "apiVersion") ||
            !node_get(properties, "metadata"))
            continue;
        size_t dot = span_rfind(pair->key, '.');
        r.gvk.kind = dot < pair->key.len ? span_tail(pair->key, dot + 1) : pair->key;
        if (read_definition(&r, pair->key, "", err) < 0)
            return -1;
    }
    return 0;
}

const struct transformer_config *config_from_crds(struct kust *k, struct loader *l,
                                                  const struct node *paths, struct err **err)
{
    struct transformer_config *config = ARENA_NEW(k->arena, struct transformer_config);
    NODE_FOREACH_ITEM (path, paths) {
        struct node *file = load_yaml(k, l, path, node_str(path), err);
        if (!file || read_file(k, file, config, err) < 0)
            return NULL;
    }
    return config;
}
