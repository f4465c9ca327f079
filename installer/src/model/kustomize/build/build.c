// SPDX-License-Identifier: Apache-2.0
// A build from start to end: the root kustomization, what happens once everything is accumulated
// (hashes, references, vars), and the result.
#include <stdlib.h>
#include <string.h>

#include "io/regex.h"
#include "model/kustomize/build/accumulate.h"
#include "model/kustomize/build/origin.h"
#include "model/kustomize/generate/generators.h"
#include "model/kustomize/resource/objects.h"
#include "model/kustomize/resource/order.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/schema/schema.h"
#include "model/kustomize/transform/transform.h"

#define LOCAL_KEY "config.kubernetes.io/local-config"
#define MANAGED_BY_KEY "app.kubernetes.io/managed-by"
#define MANAGED_BY "kustomize-v5.8.1" // kustomize itself

static void read_options(const struct node *spec, struct metadata_options *o)
{
    NODE_FOREACH_ITEM (item, node_get(spec, "buildMetadata")) {
        struct span text = node_text(item);
        if (span_is(text, "originAnnotations"))
            o->origins = true;
        else if (span_is(text, "transformerAnnotations"))
            o->transformations = true;
        else if (span_is(text, "managedByLabel"))
            o->managed_by = true;
    }
}

// As an entry of `labels` would: what is no map is refused, unlike annotations, which are replaced.
static int label_managed_by(struct kust *k, struct resmap *m, struct err **err)
{
    struct fieldspecs specs = {0};
    struct fieldspec labels = fieldspec_new(k->arena, GVK_ANY, SPAN("metadata/labels"), true);
    struct node *pairs = node_new_map(k->doc);
    const struct pairs_args args = {.pairs = pairs, .specs = &specs};
    const struct transformer labelling = {.args = &args};
    const struct kustomize_edit *edit = k->options->edit;
    node_set_str(k->doc, pairs, MANAGED_BY_KEY, edit ? span_str(edit->name) : SPAN(MANAGED_BY));
    vec_push_arena(k->arena, &specs, labels);
    return transform_pairs(k, &labelling, m, err);
}

// Resources that are for local use only are not part of the result; the others are looked at once
// more, since patches can have taken their names.
static int drop_local(struct kust *k, struct resmap *m, struct err **err)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        if (objects_check(k, r->node, err) < 0)
            return -1;
        struct node *local = node_get(node_path(r->node, "metadata", "annotations"), LOCAL_KEY);
        if (!local || k->options->keep_local || span_is(scalar_raw(local), "false"))
            m->items[kept++] = r;
    }
    m->len = kept;
    return resmap_check_unique(k, m, "a patch or replacement", err);
}

static const char *const *touched_by(struct kust *k, const struct resource *r)
{
    const char **list = arena_array(k->arena, r->transformations.len + 1, sizeof(*list));
    for (size_t i = 0; i < r->transformations.len; i++) {
        const struct origin *o = r->transformations.items[i];
        list[i] = arena_printf(k->arena, "%s: %s", o->configured_in, o->by_kind);
    }
    return list;
}

static struct kustomize_object object_of(struct kust *k, const struct resource *r)
{
    const struct origin *o = r->origin;
    struct kustomize_object object = {
        .api_version = resource_api_version(r),
        .kind = resource_kind(r),
        .namespace = resource_namespace(r),
        .name = resource_name(r),
        .cluster_scoped = resource_cluster_scoped(r),
        .node = r->node,
        .file = r->file ? r->file : "",
        .line = r->line,
    };
    if (o) {
        object.generator = o->field;
        object.chain = o->chain;
        object.chain_len = o->chain_len;
    }
    object.touched_len = r->transformations.len;
    object.touched = touched_by(k, r);
    return object;
}

static int make_result(struct kust *k, const struct target *t, struct resmap *m,
                       struct kustomize_result *result, struct err **err)
{
    struct node *sort = node_get(t->spec, "sortOptions");
    if (order_resources(k, m, sort, &result->sorted, err) < 0)
        return -1;
    result->sort_options = sort != NULL;
    result->len = m->len;
    result->objects = arena_array(k->arena, m->len + 1, sizeof(*result->objects));
    for (size_t i = 0; i < m->len; i++)
        result->objects[i] = object_of(k, m->items[i]);
    return 0;
}

// What kustomize does last: everything that depends on all names being final.
static int finish(struct kust *k, struct accumulator *acc, struct err **err)
{
    generator_add_hashes(k, acc->resources);
    if (transform_references(k, acc->resources, acc->config, err) < 0 ||
        vars_resolve(k, &acc->vars, acc->resources, acc->config, err) < 0)
        return -1;
    return drop_local(k, acc->resources, err);
}

static int build(struct kust *k, struct kustomize_result *result, struct err **err)
{
    static const struct origin none = {.path = "", .repo = "", .ref = "", .configured_in = ""};
    struct metadata_options options = {0};
    struct loader *l = load_root(k, err);
    struct target *t = l ? target_read(k, l, &none, err) : NULL;
    if (!t || target_set_schema(k, t, err) < 0)
        return -1;
    read_options(t->spec, &options);
    k->build_metadata = node_len(node_get(t->spec, "buildMetadata")) > 0;
    k->track_transformers = k->options->track_transformers || options.transformations;
    struct accumulator *acc = accumulator_new(k);
    if (target_accumulate(k, t, acc, err) < 0 || finish(k, acc, err) < 0)
        return -1;
    struct resmap *m = acc->resources;
    if ((options.managed_by && label_managed_by(k, m, err) < 0) ||
        make_result(k, t, m, result, err) < 0)
        return -1;
    for (size_t i = 0; i < m->len; i++) {
        origin_annotate(k, m->items[i], &options);
        node_settle_empty(m->items[i]->node);
    }
    return 0;
}

int kustomize_build(const struct kustomize_options *options, struct kustomize_result *result,
                    struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct kust k = {.doc = doc, .arena = doc_arena(doc), .options = options};
    struct kustomize_result made = {0};
    k.schemas = schemas_new(doc);
    int rc = build(&k, &made, err);
    for (size_t i = 0; i < k.resmaps.len; i++)
        resmap_changed(k.resmaps.items[i]);
    for (size_t i = 0; i < k.regexes.len; i++)
        regex_free(k.regexes.items[i]);
    if (rc < 0)
        return -1;
    *result = made;
    result->doc = STEAL(doc);
    return 0;
}

void kustomize_write_yaml(const struct kustomize_result *result, bool sorted, struct buf *out)
{
    for (size_t i = 0; i < result->len; i++) {
        if (i)
            buf_add_str(out, "---\n");
        doc_write_yaml(result->objects[sorted ? result->sorted[i] : i].node, out);
    }
}

void kustomize_result_free(struct kustomize_result *result)
{
    doc_free(result->doc);
    *result = (struct kustomize_result){0};
}
