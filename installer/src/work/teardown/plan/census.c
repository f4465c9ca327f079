// SPDX-License-Identifier: Apache-2.0
// Reading the facts out of objects.
#include "work/teardown/plan/census.h"

#include <stdint.h>

#include "model/flux.h"
#include "model/seed.h"

#define KUSTOMIZE_NAME FLUX_KUSTOMIZE_GROUP "/name"
#define KUSTOMIZE_NS FLUX_KUSTOMIZE_GROUP "/namespace"
#define SEALING_KEY "sealedsecrets.bitnami.com/sealed-secrets-key"
#define WEBHOOK_GROUP "admissionregistration.k8s.io"

void census_open(struct census *c)
{
    *c = (struct census){.arena = arena_new(), .doc = doc_new(), .key = BUF_INIT(BUF_TEXT_MAX)};
}

void census_close(struct census *c)
{
    vec_free(&c->objects);
    vec_free(&c->kinds);
    vec_free(&c->hooks);
    vec_free(&c->programs);
    map_free(&c->by_id);
    map_free(&c->by_uid);
    buf_free(&c->key);
    doc_free(c->doc);
    arena_free(c->arena);
    *c = (struct census){0};
}

static bool is_flux_made(const struct identity *id)
{
    return flux_kind(id) != FLUX_OTHER;
}

// Of which workloads the programs are told apart.
static bool is_program(struct span group, struct span kind)
{
    return span_is(group, "apps") && (span_is(kind, "Deployment") || span_is(kind, "DaemonSet") ||
                                      span_is(kind, "StatefulSet"));
}

static bool is_webhook(struct span group, struct span kind)
{
    return span_is(group, WEBHOOK_GROUP) && span_ends(kind, "WebhookConfiguration");
}

bool census_wants_all(struct span group, struct span kind)
{
    struct identity id = {.group = group, .kind = kind};

    return is_flux_made(&id) || is_program(group, kind) || is_webhook(group, kind) ||
           census_is_core(&id, "PersistentVolume");
}

// --- marks ---

static bool is_text(const struct node *map, const char *key, const char *value)
{
    return span_is(node_get_text(map, key), value);
}

static unsigned marks_of(const struct node *object, const struct managers *managers)
{
    const struct node *labels = node_path(object, "metadata", "labels");
    const struct node *notes = node_path(object, "metadata", "annotations");

    return (managers->applied ? CENSUS_APPLIED : 0u) |
           (is_text(labels, "app.kubernetes.io/part-of", "flux") ? CENSUS_FLUX_PART : 0u) |
           (is_text(labels, SEED_LABEL, SEED_NAME) ? CENSUS_AGENTS : 0u) |
           (node_get(notes, "meta.helm.sh/release-name") ? CENSUS_HELM : 0u) |
           (is_text(notes, "helm.sh/resource-policy", "keep") ? CENSUS_HELM_KEEPS : 0u) |
           (node_get(notes, "helm.sh/hook") ? CENSUS_HOOK : 0u) |
           (is_text(notes, FLUX_KUSTOMIZE_GROUP "/prune", "disabled") ? CENSUS_UNPRUNED : 0u) |
           (node_get(labels, SEALING_KEY) ? CENSUS_SEALING_KEY : 0u) |
           (is_text(node_get(object, "spec"), "persistentVolumeReclaimPolicy", "Retain")
                ? CENSUS_RETAINED
                : 0u);
}

static bool made_by(const struct node *object, struct identity *maker)
{
    const struct node *labels = node_path(object, "metadata", "labels");
    struct span name = node_get_text(labels, KUSTOMIZE_NAME);

    if (flux_release_of(object, maker))
        return true;
    if (!name.len)
        return false;
    *maker = (struct identity){SPAN(FLUX_KUSTOMIZE_GROUP), SPAN("Kustomization"),
                               node_get_text(labels, KUSTOMIZE_NS), name};
    return true;
}

// The controller among its owners, or the first one.
static const char *owner_of(const struct node *object)
{
    const struct node *owners = node_path(object, "metadata", "ownerReferences");
    const struct node *owner = node_item(owners, 0);

    NODE_FOREACH_ITEM (it, owners) {
        if (node_get_bool(it, "controller", false))
            owner = it;
    }
    return node_get_str(owner, "uid");
}

// --- what some kinds say besides ---

static struct span copy(struct census *c, struct span text)
{
    return arena_span(c->arena, text);
}

static struct span last_part(struct span path)
{
    return span_tail(path, span_rfind(path, '/') == path.len ? 0 : span_rfind(path, '/') + 1);
}

// "kyverno" of "ghcr.io/kyverno/kyverno:v1.18.2@sha256:…".
static struct span image_name(struct span image)
{
    struct span name = last_part(span_head(image, span_find(image, '@')));

    return span_head(name, span_find(name, ':'));
}

static void add_program(struct census *c, struct span name, size_t workload)
{
    if (name.len)
        vec_push(&c->programs, (struct census_program){copy(c, name), workload});
}

static void add_programs(struct census *c, const struct node *workload, size_t index)
{
    const struct node *pod = node_path(workload, "spec", "template", "spec");

    add_program(c, node_identity(workload).name, index);
    NODE_FOREACH_ITEM (container, node_get(pod, "containers")) {
        add_program(c, node_get_text(container, "name"), index);
        add_program(c, image_name(node_get_text(container, "image")), index);
        add_program(c, last_part(node_text(node_item(node_get(container, "command"), 0))), index);
    }
}

static void add_hooks(struct census *c, const struct node *configuration, size_t index)
{
    NODE_FOREACH_ITEM (hook, node_get(configuration, "webhooks")) {
        const struct node *service = node_path(hook, "clientConfig", "service");
        struct census_hook one = {index, copy(c, node_get_text(service, "namespace")),
                                  copy(c, node_get_text(service, "name"))};

        if (one.service.len)
            vec_push(&c->hooks, one);
    }
}

static struct identity claim_of(struct census *c, const struct node *volume)
{
    const struct node *claim = node_path(volume, "spec", "claimRef");

    if (!claim)
        return (struct identity){0};
    return (struct identity){SPAN_EMPTY, SPAN("PersistentVolumeClaim"),
                             copy(c, node_get_text(claim, "namespace")),
                             copy(c, node_get_text(claim, "name"))};
}

static void add_details(struct census *c, const struct node *object, size_t index)
{
    struct census_object *o = &c->objects.items[index];

    if (is_flux_made(&o->id))
        o->object = node_copy(c->doc, object);
    else if (is_program(o->id.group, o->id.kind))
        add_programs(c, object, index);
    else if (is_webhook(o->id.group, o->id.kind))
        add_hooks(c, object, index);
    else if (census_is_core(&o->id, "PersistentVolume"))
        o->claim = claim_of(c, object);
}

// --- adding and finding ---

void census_add(struct census *c, const struct node *object)
{
    struct identity id = node_identity(object), maker = {0};
    struct managers managers = managers_of(object);
    struct span group, version;
    size_t index = c->objects.len;
    struct census_object o = {
        .id = identity_copy(c->arena, &id),
        .uid = arena_str(c->arena, node_get_str(node_get(object, "metadata"), "uid")),
        .owner = arena_str(c->arena, owner_of(object)),
        .maker = managers.maker,
        .manager = copy(c, managers.name),
        .marks = marks_of(object, &managers),
    };

    identity_split(node_get_text(object, "apiVersion"), &group, &version);
    o.version = copy(c, version).ptr;
    if (made_by(object, &maker))
        o.made_by = identity_copy(c->arena, &maker);
    if (map_get(&c->by_id, identity_key(&o.id, &c->key)))
        return; // changed pages while the list went on
    vec_push(&c->objects, o);
    map_put(&c->by_id, copy(c, buf_span(&c->key)), (void *)(uintptr_t)(index + 1));
    if (o.uid[0])
        map_put(&c->by_uid, span_str(o.uid), (void *)(uintptr_t)(index + 1));
    add_details(c, object, index);
}

void census_add_kind(struct census *c, struct span group, struct span kind, struct span plural)
{
    vec_push(&c->kinds, (struct census_kind){copy(c, group), copy(c, kind), copy(c, plural)});
}

long census_find(struct census *c, const struct identity *id)
{
    return (long)(uintptr_t)map_get(&c->by_id, identity_key(id, &c->key)) - 1;
}

long census_find_uid(struct census *c, const char *uid)
{
    return (long)(uintptr_t)map_get(&c->by_uid, span_str(uid)) - 1;
}

bool census_is_core(const struct identity *id, const char *kind)
{
    return id->group.len == 0 && span_is(id->kind, kind);
}

bool census_is_definition(const struct identity *id)
{
    return span_is(id->group, "apiextensions.k8s.io") &&
           span_is(id->kind, "CustomResourceDefinition");
}

long census_definition_of(struct census *c, const struct identity *object)
{
    VEC_FOREACH (const struct census_kind *, k, &c->kinds) {
        if (span_eq(k->kind, object->kind) && span_eq(k->group, object->group)) {
            struct identity id = {SPAN("apiextensions.k8s.io"), SPAN("CustomResourceDefinition"),
                                  SPAN_EMPTY, SPAN_EMPTY};

            id.name = span_str(
                arena_printf(c->arena, "%.*s.%.*s", SPAN_ARG(k->plural), SPAN_ARG(k->group)));
            return census_find(c, &id);
        }
    }
    return CENSUS_NONE;
}
