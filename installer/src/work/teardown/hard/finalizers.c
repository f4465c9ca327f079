// SPDX-License-Identifier: Apache-2.0
// What finalizers mean, and taking them off.
#include "work/teardown/hard/finalizers.h"

#include <string.h>

#include "base/mem.h"
#include "cluster/watch/controllers.h"
#include "model/flux.h"

// The field manager of what is asked of objects that others own.
#define MANAGER "sandstrap-request"

enum { TRIES = 8 }; // against somebody who writes in between

// --- what they mean ---

#define OF_FLUX "finalizers.fluxcd.io"

// A row without a group counts for every object, behind those with its group.
static const struct {
    const char *finalizer, *group, *who, *orphans;
} rows[] = {
    // fluxcd: api/ of the controllers, and what their reconcileDelete() does.
    {OF_FLUX, FLUX_HELM_GROUP, NULL, "the Helm release and all that it installed"},
    {OF_FLUX, FLUX_KUSTOMIZE_GROUP, NULL, "all objects of its inventory"},
    {OF_FLUX, FLUX_SOURCE_GROUP, NULL, "its artifact in the storage of source-controller"},
    {OF_FLUX, NULL, NULL, "what its controller keeps of it"},
    // k8s.io/kubernetes pkg/volume/util/finalizer.go; kubernetes-csi/external-provisioner.
    {"kubernetes.io/pvc-protection", NULL, "kube-controller-manager",
     "a pod that still uses the claim"},
    {"kubernetes.io/pv-protection", NULL, "kube-controller-manager",
     "a claim that is still bound to the volume"},
    {"external-provisioner.volume.kubernetes.io/finalizer", NULL, "the provisioner of its class",
     "the data in the storage system"},
    {"kubernetes.io/pv-controller", NULL, "kube-controller-manager",
     "the data in the storage system"},
    {"customresourcecleanup.apiextensions.k8s.io", NULL, "the API server", "its instances"},
    // k8s.io/apimachinery meta/v1 types.go; k8s.io/api core/v1, batch/v1; cloud-provider.
    {"foregroundDeletion", NULL, "the garbage collector", "objects that it owns"},
    {"orphan", NULL, "the garbage collector", "objects that it owns"},
    {"batch.kubernetes.io/job-tracking", NULL, "kube-controller-manager",
     "nothing: the Job only counts it no more"},
    {"service.kubernetes.io/load-balancer-cleanup", NULL, "the cloud's controller",
     "the load balancer outside the cluster"},
};

// "operator.example.com/cleanup": the name in front is of whoever put it there.
static struct span owner_of(struct span finalizer)
{
    struct span owner, rest;

    return span_cut(finalizer, '/', &owner, &rest) ? owner : finalizer;
}

struct finalizer_meaning finalizer_meaning(struct span finalizer, const struct identity *of)
{
    const char *flux = controllers_name(of->group, of->kind);

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *who = rows[i].who ? rows[i].who : flux ? flux : "a controller of Flux";

        if (span_is(finalizer, rows[i].finalizer) &&
            (!rows[i].group || span_is(of->group, rows[i].group)))
            return (struct finalizer_meaning){span_str(who), rows[i].orphans};
    }
    return (struct finalizer_meaning){owner_of(finalizer), "what its owner would have cleaned up"};
}

void finalizers_describe(const struct node *object, struct buf *out)
{
    struct identity id = node_identity(object);
    const char *separator = "";

    NODE_FOREACH_ITEM (finalizer, node_path(object, "metadata", "finalizers")) {
        struct span who = finalizer_meaning(node_text(finalizer), &id).who;

        buf_printf(out, "%s%s (%.*s)", separator, node_str(finalizer), SPAN_ARG(who));
        separator = ", ";
    }
}

// --- taking them off ---

// The API server itself deletes the objects of a definition: without this one they would stay in
// its storage, out of sight, and come back with the definition.
static bool is_kept(struct span finalizer)
{
    return span_is(finalizer, "customresourcecleanup.apiextensions.k8s.io");
}

struct stripping {
    struct kube *kube;
    const struct identity *id;
    const char *uid;
    struct report *report;
    size_t *stripped;
};

// What stays of the list, and how many go.
static struct node *rest_of(struct doc *d, const struct node *object, size_t *count)
{
    struct node *rest = node_new_seq(d);

    *count = 0;
    NODE_FOREACH_ITEM (finalizer, node_path(object, "metadata", "finalizers")) {
        if (is_kept(node_text(finalizer)))
            node_push(d, rest, node_copy(d, finalizer));
        else
            ++*count;
    }
    return rest;
}

static void say(const struct stripping *s, const struct node *object)
{
    char *label CLEANUP(mem_cleanup) = identity_label(s->id);

    NODE_FOREACH_ITEM (finalizer, node_path(object, "metadata", "finalizers")) {
        struct finalizer_meaning meaning = finalizer_meaning(node_text(finalizer), s->id);

        if (is_kept(node_text(finalizer)))
            continue;
        report_object(s->report, "teardown", NULL, label,
                      "its finalizer %s is taken off, which %.*s has not handled; what may stay "
                      "behind: %s",
                      node_str(finalizer), SPAN_ARG(meaning.who), meaning.orphans);
    }
}

// Of this object as it was read, and no other: UID and resourceVersion are preconditions.
static int patch(const struct stripping *s, const struct kube_resource *resource,
                 const struct node *object, struct node *rest, struct doc *d,
                 struct kube_answer *answer, struct err **err)
{
    struct node *body = node_new_map(d), *metadata = node_new_map(d);
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .resource = resource,
                                   .ns = s->id->ns.ptr,
                                   .name = s->id->name.ptr,
                                   .body = body,
                                   .manager = MANAGER};

    node_set_str(d, metadata, "uid", span_str(s->uid));
    node_set_str(d, metadata, "resourceVersion",
                 node_get_text(node_get(object, "metadata"), "resourceVersion"));
    node_set(d, metadata, SPAN("finalizers"), rest);
    node_set(d, body, SPAN("metadata"), metadata);
    return kube_perform(s->kube, &request, answer, err);
}

enum outcome { FAILED = -1, DONE, AGAIN };

static enum outcome strip_read(const struct stripping *s, const struct kube_resource *resource,
                               const struct node *object, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct node *metadata = node_get(object, "metadata");
    struct err *error = NULL;
    size_t count;
    struct node *rest = rest_of(d, object, &count);

    if (!count || !span_is(node_get_text(metadata, "uid"), s->uid) ||
        !node_get_text(metadata, "deletionTimestamp").len)
        return DONE;
    if (patch(s, resource, object, rest, d, &answer, &error) == 0) {
        say(s, object);
        *s->stripped += count;
        return DONE;
    }
    if (answer.reason == KUBE_CONFLICT || answer.reason == KUBE_NOT_FOUND) {
        err_free(error);
        return answer.reason == KUBE_CONFLICT ? AGAIN : DONE;
    }
    return err_move(err, &error);
}

// In one version, once; a server that fails is asked again by the caller, if need be.
static enum outcome strip_once(const struct stripping *s, const struct kube_resource *resource,
                               bool is_last, struct err **err)
{
    struct kube_request request = {.verb = KUBE_GET,
                                   .resource = resource,
                                   .ns = s->id->ns.ptr,
                                   .name = s->id->name.ptr,
                                   .once = !is_last};
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *error = NULL;

    if (kube_perform(s->kube, &request, &answer, &error) == 0)
        return strip_read(s, resource, answer.object, err);
    if (answer.reason != KUBE_NOT_FOUND)
        return err_move(err, &error);
    err_free(error);
    return DONE;
}

static int strip_in(const struct stripping *s, const struct kube_resource *resource, bool is_last,
                    struct err **err)
{
    for (int i = 0; i < TRIES; i++) {
        enum outcome outcome = strip_once(s, resource, is_last, err);

        if (outcome != AGAIN)
            return outcome == FAILED ? -1 : 0;
    }
    char *label CLEANUP(mem_cleanup) = identity_label(s->id);

    return err_set(err, ERR_API, "taking the finalizers off %s: it was changed %d times meanwhile",
                   label, TRIES);
}

// In each version that is served, since a conversion that fails in one may not be needed in
// another; then with patience in the preferred one.
int finalizers_strip(struct kube *k, const struct identity *id, const char *uid,
                     struct report *report, size_t *stripped, struct err **err)
{
    struct stripping s = {k, id, uid, report, stripped};
    const struct kube_resource *preferred;
    const struct kube_resource *const *all;
    size_t count;

    *stripped = 0;
    if (kube_find_kind(k, id->group.ptr, id->kind.ptr, &preferred, err) < 0)
        return -1;
    if (!preferred)
        return 0; // with its kind, the object is gone
    all = kube_resources(k, &count);
    for (size_t i = 0; i < count; i++) {
        struct err *ignored CLEANUP(err_cleanup) = NULL;

        if (!span_is(id->group, all[i]->group) || !span_is(id->kind, all[i]->kind))
            continue;
        if (strip_in(&s, all[i], false, &ignored) == 0)
            return 0;
        if (err_kind(ignored) == ERR_CANCELLED)
            return err_move(err, &ignored);
    }
    return strip_in(&s, preferred, true, err);
}
