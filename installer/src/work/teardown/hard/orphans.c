// SPDX-License-Identifier: Apache-2.0
// Finding releases that nobody uninstalls any more.
#include "work/teardown/hard/orphans.h"

#include <string.h>

#include "base/mem.h"
#include "cluster/facts/release_record.h"
#include "cluster/record/listed.h"
#include "model/flux.h"
#include "work/teardown/hard/uninstall.h"

// The field manager of what helm-controller writes through Helm: client-go takes the program's
// name.
#define HELM_CONTROLLER "helm-controller"

struct search {
    const struct orphans_options *options;
    struct arena *arena;
    struct orphans *found;
    VEC(struct identity) living;          // HelmReleases that are there
    VEC(struct flux_helm_release) theirs; // ... and the releases that they are
    VEC(struct orphan) releases;          // all that have records
};

// --- HelmReleases that are there ---

static struct span keep(struct arena *arena, struct span s)
{
    return arena_span(arena, s);
}

static int see_living(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    struct identity id = node_identity(object);
    struct flux_helm_release helm = flux_helm_release(s->arena, object);

    helm = (struct flux_helm_release){keep(s->arena, helm.name), keep(s->arena, helm.storage_ns),
                                      keep(s->arena, helm.target_ns)};
    vec_push_arena(s->arena, &s->living, identity_copy(s->arena, &id));
    vec_push_arena(s->arena, &s->theirs, helm);
    return 0;
}

static int list_living(struct search *s, struct err **err)
{
    struct kube_selection selection = {0};

    if (kube_find_kind(s->options->kube, FLUX_HELM_GROUP, "HelmRelease", &selection.resource, err) <
        0)
        return -1;
    if (!selection.resource)
        return 0;
    return kube_list(s->options->kube, &selection, see_living, s, NULL, err);
}

static bool is_living(const struct search *s, const struct identity *release)
{
    VEC_FOREACH (const struct identity *, it, &s->living)
        if (identity_eq(it, release))
            return true;
    return false;
}

static bool is_theirs(const struct search *s, const struct orphan *o)
{
    VEC_FOREACH (const struct flux_helm_release *, it, &s->theirs)
        if (span_is(it->name, o->name) && span_is(it->storage_ns, o->ns))
            return true;
    return false;
}

static bool is_wanted(const struct search *s, const struct identity *release)
{
    return !s->options->is_ours || s->options->is_ours(s->options->data, release);
}

static bool was_there(const struct search *s, const struct node *object)
{
    struct identity id = node_identity(object);
    const char *uid = node_get_str(node_get(object, "metadata"), "uid");

    return s->options->before && snapshot_find(s->options->before, &id, uid) == SNAPSHOT_SAME;
}

// --- releases by their records ---

static struct orphan *find_release(struct search *s, struct span ns, struct span name)
{
    struct orphan fresh = {0};

    VEC_FOREACH (struct orphan *, it, &s->releases)
        if (span_is(ns, it->ns) && span_is(name, it->name))
            return it;
    fresh.ns = keep(s->arena, ns).ptr;
    fresh.name = keep(s->arena, name).ptr;
    vec_push_arena(s->arena, &s->releases, fresh);
    return &s->releases.items[s->releases.len - 1];
}

static bool was_written_by_flux(const struct node *secret)
{
    NODE_FOREACH_ITEM (entry, node_path(secret, "metadata", "managedFields"))
        if (span_is(node_get_text(entry, "manager"), HELM_CONTROLLER))
            return true;
    return false;
}

// Labels are helm.sh/helm/v4 pkg/storage/driver/secrets.go's: owner, name, status, version.
static int see_record(void *data, const struct node *secret, struct err **err UNUSED)
{
    struct search *s = data;
    const struct node *labels = node_path(secret, "metadata", "labels");
    struct identity id = node_identity(secret);
    struct orphan *o;
    uint64_t version = 0;

    if (!span_starts(id.name, "sh.helm.release.v1.") || was_there(s, secret) ||
        !span_u64(node_get_text(labels, "version"), &version))
        return 0;
    o = find_release(s, id.ns, node_get_text(labels, "name"));
    if ((int64_t)version < o->version)
        return 0;
    o->version = (int64_t)version;
    o->status = keep(s->arena, node_get_text(labels, "status")).ptr;
    // A release whose objects tell nothing has usually the name of its HelmRelease.
    if (was_written_by_flux(secret))
        o->release = (struct identity){SPAN(FLUX_HELM_GROUP), SPAN("HelmRelease"), span_str(o->ns),
                                       span_str(o->name)};
    return 0;
}

static int list_records(struct search *s, struct err **err)
{
    struct kube_selection selection = {.labels = "owner=helm", .names_only = true};

    selection.resource = kube_find(s->options->kube, SPAN("v1"), SPAN("Secret"), err);
    if (!selection.resource)
        return -1;
    return kube_list(s->options->kube, &selection, see_record, s, NULL, err);
}

// The HelmRelease that the objects of a manifest name. False: it is not understood.
static bool read_owner(struct search *s, const struct node *record, struct identity *release)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct uninstall u;

    if (uninstall_read(record, d, &u, &ignored) < 0)
        return false;
    VEC_FOREACH (const struct uninstall_object *, o, &u.objects) {
        struct identity id;

        if (!flux_release_of(o->node, &id))
            continue;
        *release = identity_copy(s->arena, &id);
        break;
    }
    return true;
}

// A record that is not understood leaves the guess.
static int learn_owner(struct search *s, struct orphan *o, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *why CLEANUP(err_cleanup) = NULL;
    char *name CLEANUP(mem_cleanup) =
        mem_printf("sh.helm.release.v1.%s.v%lld", o->name, (long long)o->version);
    const struct kube_resource *secrets =
        kube_find(s->options->kube, SPAN("v1"), SPAN("Secret"), err);
    const struct node *record;

    if (!secrets || kube_get(s->options->kube, secrets, o->ns, name, &answer, err) < 0)
        return -1;
    record = release_record_read(answer.object, d, &why);
    o->is_unreadable = !record || !read_owner(s, record, &o->release);
    return 0;
}

static int take_release(struct search *s, struct orphan *o, struct err **err)
{
    if (is_theirs(s, o))
        return 0;
    if (learn_owner(s, o, err) < 0)
        return -1;
    if (o->release.name.len && !is_living(s, &o->release) && is_wanted(s, &o->release))
        vec_push_arena(s->arena, &s->found->list, *o);
    return 0;
}

// --- releases by the labels of what they installed ---

static struct orphan *find_owner(struct search *s, const struct identity *release)
{
    struct orphan fresh = {0};

    VEC_FOREACH (struct orphan *, it, &s->found->list)
        if (identity_eq(&it->release, release))
            return it;
    fresh.release = identity_copy(s->arena, release);
    vec_push_arena(s->arena, &s->found->list, fresh);
    return &s->found->list.items[s->found->list.len - 1];
}

static int see_labelled(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    const struct node *metadata = node_get(object, "metadata");
    struct identity id = node_identity(object), release;
    struct orphan_object mine = {
        .is_kept = node_get(node_get(metadata, "annotations"), "helm.sh/resource-policy")};
    struct orphan *o;

    if (!flux_release_of(object, &release) || is_living(s, &release) || !is_wanted(s, &release) ||
        was_there(s, object))
        return 0;
    o = find_owner(s, &release);
    if (o->name && !o->is_unreadable)
        return 0; // its records tell
    mine.id = identity_copy(s->arena, &id);
    mine.version = arena_str(s->arena, node_get_str(object, "apiVersion"));
    mine.uid = arena_str(s->arena, node_get_str(metadata, "uid"));
    vec_push_arena(s->arena, &o->objects, mine);
    return 0;
}

// What an API service that is down serves cannot be listed, and is gone with it.
static int list_labelled(struct search *s, struct err **err)
{
    size_t count;
    const struct kube_resource *const *all = listed_kinds(s->options->kube, s->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct kube_selection selection = {
            .resource = all[i], .labels = FLUX_HELM_GROUP "/name", .names_only = true};
        struct err *unknown CLEANUP(err_cleanup) = NULL;

        if (!(all[i]->verbs & KUBE_CAN_DELETE) ||
            span_ends(span_str(all[i]->group), FLUX_GROUP_SUFFIX))
            continue;
        if (kube_list(s->options->kube, &selection, see_labelled, s, NULL, &unknown) == 0)
            continue;
        if (err_kind(unknown) == ERR_CANCELLED)
            return err_move(err, &unknown);
        report_warn(s->options->report, "teardown",
                    "what releases have left of %s is not known: %s", all[i]->plural,
                    err_message(unknown));
    }
    return 0;
}

int orphans_find(const struct orphans_options *options, bool by_labels, struct arena *arena,
                 struct orphans *found, struct err **err)
{
    struct search s = {.options = options, .arena = arena, .found = found};

    *found = (struct orphans){0};
    if (list_living(&s, err) < 0 || list_records(&s, err) < 0)
        return -1;
    VEC_FOREACH (struct orphan *, o, &s.releases)
        if (take_release(&s, o, err) < 0)
            return -1;
    return by_labels ? list_labelled(&s, err) : 0;
}
