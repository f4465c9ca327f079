// SPDX-License-Identifier: Apache-2.0
// Why a leftover is there, by its kind, and the next step.
#include <string.h>

#include "base/mem.h"
#include "cluster/watch/backend.h"
#include "model/ready.h"
#include "model/seed.h"
#include "work/teardown/hard/finalizers.h"
#include "work/teardown/proof/leftovers.h"

#define RELEASE_NAME "meta.helm.sh/release-name"
#define RELEASE_NAMESPACE "meta.helm.sh/release-namespace"

enum { HELD_NAMED = 3 };

struct telling {
    struct remains *remains;
    struct remain *remain;
    struct buf why;
    const char *next; // or NULL: it is to be deleted
};

static void add(struct telling *t, const char *text)
{
    if (t->why.len)
        buf_add_str(&t->why, "; ");
    buf_add_str(&t->why, text);
}

static const struct node *metadata_of(const struct telling *t)
{
    return node_get(t->remain->object, "metadata");
}

static bool is_being_deleted(const struct telling *t)
{
    return node_get(metadata_of(t), "deletionTimestamp") != NULL;
}

// --- what any object says ---

static void tell_origin(struct telling *t)
{
    const struct node *annotations = node_get(metadata_of(t), "annotations");
    struct span release = node_text(node_get(annotations, RELEASE_NAME));

    if (t->remain->is_replaced)
        add(t, "there was another one of this name before, with another UID");
    if (!release.len)
        return;
    add(t, "of the Helm release ");
    buf_printf(&t->why, "%s/%.*s", node_get_str(annotations, RELEASE_NAMESPACE), SPAN_ARG(release));
}

static void tell_deletion(struct telling *t)
{
    bool has_finalizers = node_len(node_get(metadata_of(t), "finalizers")) > 0;

    if (is_being_deleted(t)) {
        add(t, "being deleted since ");
        buf_add_str(&t->why, node_get_str(metadata_of(t), "deletionTimestamp"));
    }
    if (!has_finalizers)
        return;
    add(t, is_being_deleted(t) ? "held by finalizer " : "with finalizer ");
    finalizers_describe(t->remain->object, &t->why);
    if (is_being_deleted(t) && !t->next)
        t->next = "let who handles the finalizer run, then run 'sandstrap down' again; if it "
                  "cannot come back: sandstrap down --force-finalizers";
}

// --- by kind ---

static int tell_nothing(struct telling *t UNUSED, struct err **err UNUSED)
{
    return 0;
}

static const char *namespace_step(const struct node *object)
{
    static const struct {
        const char *condition, *next;
    } rows[] = {
        {"NamespaceDeletionDiscoveryFailure", "let the API service answer that the message names, "
                                              "or delete it: kubectl get apiservices"},
        {"NamespaceDeletionGroupVersionParsingFailure",
         "delete the API service whose name is no group and version: kubectl get apiservices"},
        {"NamespaceFinalizersRemaining",
         "let who handles the finalizers run, then run 'sandstrap down' again; if it cannot come "
         "back: sandstrap down --force-finalizers"},
        {"NamespaceDeletionContentFailure",
         "mend what the message names (a webhook, or a conversion, that does not answer), then run "
         "'sandstrap down' again"},
        {"NamespaceContentRemaining",
         "delete what the message names, then run 'sandstrap down' again"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (span_is(node_get_text(ready_condition(object, rows[i].condition), "status"), "True"))
            return rows[i].next;
    return "wait, then run 'sandstrap down' again: nothing says that it is held up";
}

static int tell_namespace(struct telling *t, struct err **err)
{
    struct remain *it = t->remain;

    if (remains_read(t->remains, it, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (condition, node_path(it->object, "status", "conditions")) {
        if (!span_is(node_get_text(condition, "status"), "True"))
            continue;
        add(t, node_get_str(condition, "type"));
        buf_printf(&t->why, ": %s", node_get_str(condition, "message"));
    }
    if (it->held) {
        add(t, "it has ");
        buf_printf(&t->why, "%zu object%s: %s", it->held, PLURAL(it->held), buf_str(&it->names));
        if (it->held > HELD_NAMED)
            buf_printf(&t->why, " and %zu more", it->held - HELD_NAMED);
    }
    if (is_being_deleted(t))
        t->next = namespace_step(it->object);
    return 0;
}

static int tell_backend(struct telling *t, const char *name, const struct node *config,
                        struct err **err)
{
    const struct node *service = node_get(config, "service");
    enum backend_state state;

    if (!service)
        return 0;
    if (backend_look(t->remains->kube, node_get_str(service, "namespace"),
                     node_get_str(service, "name"), &state, err) < 0)
        return -1;
    add(t, *name ? name : "it");
    buf_printf(&t->why, " calls Service %s/%s", node_get_str(service, "namespace"),
               node_get_str(service, "name"));
    if (state != BACKEND_READY)
        buf_printf(&t->why, ", which %s", backend_text(state));
    return 0;
}

static int tell_webhooks(struct telling *t, struct err **err)
{
    size_t told = 0;

    if (remains_read(t->remains, t->remain, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (webhook, node_get(t->remain->object, "webhooks")) {
        if (told++ == HELD_NAMED)
            break;
        if (tell_backend(t, node_get_str(webhook, "name"), node_get(webhook, "clientConfig"), err) <
            0)
            return -1;
    }
    return 0;
}

static int tell_api_service(struct telling *t, struct err **err)
{
    const struct node *available;

    if (remains_read(t->remains, t->remain, err) < 0)
        return -1;
    available = ready_condition(t->remain->object, "Available");
    if (available && !span_is(node_get_text(available, "status"), "True")) {
        add(t, "not available: ");
        buf_add_str(&t->why, node_get_str(available, "message"));
    }
    return tell_backend(t, "", node_get(t->remain->object, "spec"), err);
}

struct instances {
    struct span group, kind;
    size_t count;
    struct buf *names;
};

static void count_instance(void *data, const struct snapshot_object *object)
{
    struct instances *n = data;

    if (!span_eq(object->id.group, n->group) || !span_eq(object->id.kind, n->kind))
        return;
    if (n->count++ < HELD_NAMED) {
        buf_add_str(n->names, n->count > 1 ? ", " : "");
        identity_format(&object->id, n->names);
    }
}

static int tell_definition(struct telling *t, struct err **err)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct instances n = {.names = &names};
    const struct node *spec, *terminating;

    if (remains_read(t->remains, t->remain, err) < 0)
        return -1;
    spec = node_get(t->remain->object, "spec");
    n.group = node_get_text(spec, "group");
    n.kind = node_get_text(node_get(spec, "names"), "kind");
    snapshot_each(t->remains->now, count_instance, &n);
    terminating = ready_condition(t->remain->object, "Terminating");
    if (span_is(node_get_text(terminating, "status"), "True")) {
        add(t, node_get_str(terminating, "reason"));
        buf_printf(&t->why, ": %s", node_get_str(terminating, "message"));
    }
    if (!n.count)
        return 0;
    if (is_being_deleted(t))
        t->next = "delete its instances, which hold it, then run 'sandstrap down' again";
    add(t, "it has ");
    buf_printf(&t->why, "%zu instance%s: %s", n.count, PLURAL(n.count), buf_str(&names));
    if (n.count > HELD_NAMED)
        buf_printf(&t->why, " and %zu more", n.count - HELD_NAMED);
    return 0;
}

static int tell_volume(struct telling *t, struct err **err)
{
    const struct node *claim, *spec;

    if (remains_read(t->remains, t->remain, err) < 0)
        return -1;
    spec = node_get(t->remain->object, "spec");
    claim = node_get(spec, "claimRef");
    add(t, node_str(node_path(t->remain->object, "status", "phase")));
    if (claim)
        buf_printf(&t->why, ", of PersistentVolumeClaim %s/%s", node_get_str(claim, "namespace"),
                   node_get_str(claim, "name"));
    if (node_get(spec, "persistentVolumeReclaimPolicy"))
        buf_printf(&t->why, ", reclaim policy %s",
                   node_get_str(spec, "persistentVolumeReclaimPolicy"));
    return 0;
}

static int tell_release(struct telling *t, struct err **err UNUSED)
{
    const struct node *labels = node_get(metadata_of(t), "labels");

    add(t, "Helm's record of the release ");
    buf_printf(&t->why, "%.*s/%s, %s", SPAN_ARG(t->remain->id.ns), node_get_str(labels, "name"),
               node_get_str(labels, "status"));
    t->next = arena_printf(t->remains->arena,
                           "run 'sandstrap down' again, which uninstalls a release without its "
                           "HelmRelease; or: helm uninstall %s -n %.*s",
                           node_get_str(labels, "name"), SPAN_ARG(t->remain->id.ns));
    return 0;
}

static int tell_key(struct telling *t, struct err **err UNUSED)
{
    add(t, "a key that SealedSecrets are opened with");
    t->next = "export it first ('sandstrap keys export'), then 'sandstrap down --data'";
    return 0;
}

static int tell_agent(struct telling *t, struct err **err UNUSED)
{
    add(t, "serves the nodes as long as anything else is left");
    t->next = "'sandstrap down' removes it when the rest of this list is seen to";
    return 0;
}

// --- which kind ---

typedef int tell_fn(struct telling *t, struct err **err);

// The first that fits; the order is that of the list, too.
static const struct {
    const char *cause;
    const char *group; // NULL: any
    const char *kind;  // NULL: any
    const char *label; // that it bears; NULL: none needed
    bool hangs;        // it is being deleted, and has finalizers
    tell_fn *tell;
} rows[] = {
    {"webhook", "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", NULL, false,
     tell_webhooks},
    {"webhook", "admissionregistration.k8s.io", "MutatingWebhookConfiguration", NULL, false,
     tell_webhooks},
    {"API service", "apiregistration.k8s.io", "APIService", NULL, false, tell_api_service},
    {"namespace", "", "Namespace", NULL, false, tell_namespace},
    {"definition", "apiextensions.k8s.io", "CustomResourceDefinition", NULL, false,
     tell_definition},
    {"Helm release", "", "Secret", "owner=helm", false, tell_release},
    {"sealing key", "", "Secret", "sealedsecrets.bitnami.com/sealed-secrets-key", false, tell_key},
    {"volume", "", "PersistentVolume", NULL, false, tell_volume},
    {"volume", "", "PersistentVolumeClaim", NULL, false, tell_nothing},
    {"cluster role", "rbac.authorization.k8s.io", "ClusterRole", NULL, false, tell_nothing},
    {"cluster role", "rbac.authorization.k8s.io", "ClusterRoleBinding", NULL, false, tell_nothing},
    {"node agent", NULL, NULL, SEED_LABEL "=" SEED_NAME, false, tell_agent},
    {"finalizer", NULL, NULL, NULL, true, tell_nothing},
    {"object", NULL, NULL, NULL, false, tell_nothing},
};

int leftovers_rank(const char *cause)
{
    size_t i = 0;

    while (i < ARRAY_LEN(rows) && strcmp(rows[i].cause, cause) != 0)
        i++;
    return (int)i;
}

// `label` is a key, or a key and its value.
static bool bears(const struct node *metadata, const char *label)
{
    struct span key = span_str(label), value = SPAN_EMPTY;
    bool any = !span_cut(span_str(label), '=', &key, &value);
    const struct node *found = node_get_span(node_get(metadata, "labels"), key);

    return found && (any || span_eq(node_text(found), value));
}

static size_t row_of(const struct telling *t)
{
    const struct identity *id = &t->remain->id;
    bool hangs = is_being_deleted(t) && node_len(node_get(metadata_of(t), "finalizers"));

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if ((!rows[i].group || span_is(id->group, rows[i].group)) &&
            (!rows[i].kind || span_is(id->kind, rows[i].kind)) &&
            (!rows[i].label || bears(metadata_of(t), rows[i].label)) && (!rows[i].hangs || hangs))
            return i;
    return ARRAY_LEN(rows) - 1;
}

static int deletion_step(struct telling *t, struct err **err)
{
    const struct identity *id = &t->remain->id;
    const struct kube_resource *r;
    struct buf step CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (kube_find_kind(t->remains->kube, id->group.ptr, id->kind.ptr, &r, err) < 0)
        return -1;
    if (is_being_deleted(t))
        buf_add_str(&step, "wait, then run 'sandstrap down' again");
    else
        buf_printf(&step, "kubectl delete %s%s%s %s", r ? r->plural : id->kind.ptr,
                   id->group.len ? "." : "", id->group.ptr, id->name.ptr);
    if (id->ns.len && !is_being_deleted(t))
        buf_printf(&step, " -n %s", id->ns.ptr);
    t->next = arena_str(t->remains->arena, buf_str(&step));
    return 0;
}

int leftovers_describe(struct remains *r, struct remain *it, struct leftover *leftover,
                       struct err **err)
{
    struct telling t = {.remains = r, .remain = it, .why = BUF_INIT(BUF_TEXT_MAX)};
    size_t row = row_of(&t);
    int result = rows[row].tell(&t, err);

    if (result == 0)
        tell_deletion(&t);
    if (result == 0)
        tell_origin(&t);
    if (result == 0 && !t.next)
        result = deletion_step(&t, err);
    *leftover = (struct leftover){
        .id = identity_copy(r->arena, &it->id),
        .cause = rows[row].cause,
        .why = arena_str(r->arena, t.why.len   ? buf_str(&t.why)
                                   : r->before ? "it was not there before"
                                               : "it bears the marks of sandstrap or Flux"),
        .next = t.next,
    };
    buf_free(&t.why);
    return result;
}
