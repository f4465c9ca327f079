// SPDX-License-Identifier: Apache-2.0
// The objects of a build on their way to the cluster: what is refused, dropped, labelled, and in
// which order they go (kustomize-controller reconcile(), fluxcd/pkg/ssa).
#include "controller/kustomization/applied.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "model/flux.h"

void applied_read(struct kustomize_object *object)
{
    const struct node *meta = node_get(object->node, "metadata");

    object->api_version = node_get_text(object->node, "apiVersion");
    object->kind = node_get_text(object->node, "kind");
    object->namespace = node_get_text(meta, "namespace");
    object->name = node_get_text(meta, "name");
}

void applied_touch(const struct merge *m, struct arena *arena, struct kustomize_object *object,
                   const char *field)
{
    const char **more;

    if (!m->options->track_transformers)
        return;
    more = arena_array(arena, object->touched_len + 1, sizeof(*more));
    for (size_t i = 0; i < object->touched_len; i++)
        more[i] = object->touched[i];
    more[object->touched_len++] = arena_printf(arena, "%s: %s", m->label, field);
    object->touched = more;
}

int applied_are_whole(const struct kustomize_result *result, struct err **err)
{
    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *o = &result->objects[i];

        if (!o->api_version.len || !o->kind.len || !o->name.len)
            return err_set(err, ERR_CONFIG,
                           "%s:%u: failed to decode Kubernetes apiVersion, kind and name from "
                           "%.*s '%.*s'",
                           o->file, o->line, SPAN_ARG(o->kind), SPAN_ARG(o->name));
    }
    return 0;
}

// A file for kustomize that stands among the resources (IsKustomization()), or what is no object to
// client-go: its name is a number, say, or was substituted away (IsKubernetesObject()).
static bool is_dropped(const struct kustomize_object *o)
{
    if (!o->api_version.len || !o->kind.len || !o->name.len)
        return true;
    return o->kind.len == 13 && strncasecmp(o->kind.ptr, "kustomization", 13) == 0 &&
           span_starts(o->api_version, "kustomize.config.k8s.io/");
}

// What client-go cannot read at all: it takes the kind from apiVersion and kind together.
static int check_kind(const struct kustomize_object *o, struct err **err)
{
    struct span first, rest;

    if (o->kind.len &&
        !(span_cut(o->api_version, '/', &first, &rest) && span_find(rest, '/') < rest.len))
        return 0;
    err_set(err, ERR_CONFIG, "%s:%u: Object 'Kind' is missing", o->file, o->line);
    return err_hint(err, "look at its kind and apiVersion, with the variables of spec.postBuild");
}

static bool decrypts(const struct merge *m)
{
    return node_path(m->options->kustomization, "spec", "decryption") != NULL;
}

static bool is_encrypted(const struct kustomize_object *o)
{
    const struct node *off = node_path(o->node, "metadata", "annotations");

    return node_get(o->node, "sops") &&
           !span_is(node_get_text(off, "kustomize.toolkit.fluxcd.io/decrypt"), "disabled");
}

static int check_encrypted(const struct merge *m, const struct kustomize_object *o,
                           struct err **err)
{
    char *label CLEANUP(mem_cleanup) = NULL;

    if (!is_encrypted(o))
        return 0;
    label = node_label(o->node);
    if (decrypts(m)) {
        merge_note(m, "spec.decryption",
                   "needs a key: %s is encrypted with SOPS, and stays as it is here", label);
        return 0;
    }
    if (!span_is(o->kind, "Secret") || !span_is(o->api_version, "v1"))
        return 0;
    err_set(err, ERR_CONFIG,
            "%s is SOPS encrypted, configuring decryption is required for this secret to be "
            "reconciled",
            label);
    return err_hint(err, "set spec.decryption of the Kustomization");
}

int applied_admit(const struct merge *m, struct kustomize_result *result, struct err **err)
{
    size_t kept = 0;

    for (size_t i = 0; i < result->len; i++) {
        struct kustomize_object *o = &result->objects[i];

        applied_read(o);
        if (check_kind(o, err) < 0)
            return -1;
        if (is_dropped(o)) {
            merge_note(m, "kustomization", "%s:%u: no object of Kubernetes, and left out", o->file,
                       o->line);
            continue;
        }
        if (check_encrypted(m, o, err) < 0)
            return -1;
        result->objects[kept++] = *o;
    }
    result->len = kept;
    return 0;
}

// --- labels and annotations ---

static struct node *map_in(struct doc *d, struct node *map, const char *key)
{
    struct node *value = node_get(map, key);

    if (!node_is(value, NODE_MAP)) {
        value = node_new_map(d);
        node_set(d, map, span_str(key), value);
    }
    return value;
}

// The labels, or annotations, as client-go has them: texts. With anything else among them there are
// none (GetLabels()), and they are replaced by what is added.
static struct node *texts_in(struct doc *d, struct node *meta, const char *key)
{
    struct node *map = map_in(d, meta, key);
    bool lost = false;

    NODE_FOREACH_PAIR (pair, map) {
        if (node_is(pair->value, NODE_NULL))
            pair->value = node_new_str(d, SPAN_EMPTY);
        lost = lost || !node_is(pair->value, NODE_STRING);
    }
    if (lost)
        map->map.len = 0;
    return map;
}

static void add_all(struct doc *d, struct node *meta, const char *key, const struct node *texts)
{
    if (!node_len(texts))
        return;
    NODE_FOREACH_PAIR (pair, texts)
        node_set(d, texts_in(d, meta, key), pair->key, node_copy(d, pair->value));
}

void applied_own(const struct merge *m, struct kustomize_result *result)
{
    const struct node *common = node_path(m->options->kustomization, "spec", "commonMetadata");
    struct identity owner = node_identity(m->options->kustomization);

    for (size_t i = 0; i < result->len; i++) {
        struct kustomize_object *o = &result->objects[i];
        struct node *meta = map_in(result->doc, o->node, "metadata");
        struct node *labels = texts_in(result->doc, meta, "labels");

        node_set_str(result->doc, labels, FLUX_KUSTOMIZE_GROUP "/name", owner.name);
        node_set_str(result->doc, labels, FLUX_KUSTOMIZE_GROUP "/namespace", owner.ns);
        add_all(result->doc, meta, "labels", node_get(common, "labels"));
        add_all(result->doc, meta, "annotations", node_get(common, "annotations"));
        if (common)
            applied_touch(m, doc_arena(result->doc), o, "spec.commonMetadata");
    }
}

// --- the order ---

static bool is_kind(const struct kustomize_object *o, struct span kind, const char *group)
{
    return o->kind.len == kind.len && strncasecmp(o->kind.ptr, kind.ptr, kind.len) == 0 &&
           span_is(identity_group(o->api_version), group);
}

// Definitions, then classes, then all else, each by kind (ApplyAllStaged()).
static int stage_of(const struct kustomize_object *o)
{
    if (is_kind(o, SPAN("CustomResourceDefinition"), "apiextensions.k8s.io") ||
        is_kind(o, SPAN("ClusterRole"), "rbac.authorization.k8s.io") ||
        (is_kind(o, SPAN("Namespace"), "") && span_is(o->api_version, "v1")))
        return 0;
    return span_ends(o->kind, "Class") ? 1 : 2;
}

static int compare(const struct kustomize_object *a, const struct kustomize_object *b)
{
    int by = stage_of(a) - stage_of(b);

    by = by ? by : flux_apply_rank(a->kind) - flux_apply_rank(b->kind);
    by = by ? by : span_cmp(identity_group(a->api_version), identity_group(b->api_version));
    by = by ? by : span_cmp(a->kind, b->kind);
    by = by ? by : span_cmp(a->namespace, b->namespace);
    return by ? by : span_cmp(a->name, b->name);
}

struct place {
    const struct kustomize_object *object;
    uint32_t at;
};

static int by_place(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int by = compare(a->object, b->object);

    return by ? by : (a->at > b->at) - (a->at < b->at);
}

void applied_order(struct kustomize_result *result)
{
    struct arena *arena = doc_arena(result->doc);
    struct place *places = arena_array(arena, result->len + 1, sizeof(*places));
    uint32_t *sorted = arena_array(arena, result->len + 1, sizeof(*sorted));

    for (size_t i = 0; i < result->len; i++)
        places[i] = (struct place){&result->objects[i], (uint32_t)i};
    if (result->len)
        qsort(places, result->len, sizeof(*places), by_place);
    for (size_t i = 0; i < result->len; i++)
        sorted[i] = places[i].at;
    result->sorted = sorted;
}
