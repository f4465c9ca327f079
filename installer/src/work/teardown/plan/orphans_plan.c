// SPDX-License-Identifier: Apache-2.0
// From the record of a release, or the labels of its objects, to the steps that take it down.
#include <limits.h>

#include "base/mem.h"
#include "cluster/facts/release_record.h"
#include "model/flux.h"
#include "work/teardown/hard/orphans.h"
#include "work/teardown/hard/uninstall.h"

struct planning {
    const struct orphans_options *options;
    const struct orphan *orphan;
    struct arena *arena;
    struct orphan_plan *plan;
    const char *ns; // where the release's objects are that do not say so
    const char *why;
    int rank; // of the last step; its wave is that of the plan's last one
    size_t wave;
};

// --- whose it is ---

static bool has(const struct node *metadata, const char *key, const char *value)
{
    return span_is(node_get_text(node_get(metadata, "annotations"), key), value);
}

// Helm marks what it installs (pkg/action/validate.go setMetadataVisitor), helm-controller does,
// and hooks bear their own annotation only.
static bool bears_release(const struct planning *p, const struct node *live, bool is_hook)
{
    const struct node *metadata = node_get(live, "metadata");
    struct identity release;

    if (flux_release_of(live, &release))
        return identity_eq(&release, &p->orphan->release);
    if (is_hook)
        return node_get(node_get(metadata, "annotations"), "helm.sh/hook");
    return p->orphan->name && has(metadata, "meta.helm.sh/release-name", p->orphan->name) &&
           has(metadata, "meta.helm.sh/release-namespace", p->ns);
}

// What has a phase of its own.
static bool goes_later(const struct identity *id)
{
    return (!id->group.len && span_is(id->kind, "Namespace")) ||
           (span_is(id->group, "apiextensions.k8s.io") &&
            span_is(id->kind, "CustomResourceDefinition")) ||
           span_ends(id->group, FLUX_GROUP_SUFFIX);
}

// --- steps ---

static void add_step(struct planning *p, int rank, const struct orphan_object *o)
{
    const struct teardown_step step = {
        .phase = TEARDOWN_ORPHANS,
        .wave = p->wave += p->plan->steps.len && rank != p->rank,
        .verb = TEARDOWN_VERB_DELETE,
        .id = o->id,
        .version = o->version,
        .uid = o->uid,
        .why = p->why,
    };

    p->rank = rank;
    vec_push_arena(p->arena, &p->plan->steps, step);
}

static void add_kept(struct planning *p, const struct orphan_object *o, const char *why,
                     bool is_left)
{
    const struct teardown_kept kept = {.id = o->id, .why = why, .left = is_left};

    vec_push_arena(p->arena, &p->plan->kept, kept);
}

static void take(struct planning *p, int rank, const struct orphan_object *o)
{
    if (p->options->stays && p->options->stays(p->options->data, &o->id))
        return; // whoever says so tells why
    if (o->is_kept)
        add_kept(p, o, "its chart keeps it (helm.sh/resource-policy)", false);
    else
        add_step(p, rank, o);
}

static struct orphan_object copy_object(struct arena *arena, const struct identity *id,
                                        const struct node *live, bool is_kept)
{
    return (struct orphan_object){
        .id = identity_copy(arena, id),
        .version = arena_str(arena, node_get_str(live, "apiVersion")),
        .uid = arena_str(arena, node_get_str(node_get(live, "metadata"), "uid")),
        .is_kept = is_kept,
    };
}

static void take_live(struct planning *p, const struct uninstall_object *o,
                      const struct identity *id, const struct node *live)
{
    struct orphan_object mine = copy_object(p->arena, id, live, o->is_kept);

    if (bears_release(p, live, o->is_hook))
        take(p, o->rank, &mine);
    else
        add_kept(p, &mine, "its release has one of that name, but somebody else has made this one",
                 true);
}

static int add_object(struct planning *p, const struct uninstall_object *o, struct err **err)
{
    struct identity id = node_identity(o->node);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    char *group CLEANUP(mem_cleanup) = mem_strn(id.group.ptr, id.group.len);
    const struct kube_resource *resource;
    int absent;

    if (!id.kind.len || !id.name.len || goes_later(&id))
        return 0;
    if (kube_find_kind(p->options->kube, group, id.kind.ptr, &resource, err) < 0)
        return -1;
    if (!resource)
        return 0; // it is gone with its kind
    if (!resource->namespaced)
        id.ns = SPAN_EMPTY;
    else if (!id.ns.len)
        id.ns = span_str(p->ns);
    absent = kube_get(p->options->kube, resource, id.ns.ptr, id.name.ptr, &answer, err);
    if (absent == 0)
        take_live(p, o, &id, answer.object);
    return absent < 0 ? -1 : 0;
}

// --- a release with records ---

static void join_hooks(struct planning *p, const struct uninstall *u)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const char *const *, hook, &u->hooks)
        buf_printf(&out, "%s%s", out.len ? ", " : "", *hook);
    if (out.len)
        p->plan->hooks = arena_str(p->arena, buf_str(&out));
}

static int read_record(struct planning *p, struct kube_answer *answer, struct err **err)
{
    char *name CLEANUP(mem_cleanup) =
        mem_printf("sh.helm.release.v1.%s.v%lld", p->orphan->name, (long long)p->orphan->version);
    const struct kube_resource *secrets =
        kube_find(p->options->kube, SPAN("v1"), SPAN("Secret"), err);

    return secrets ? kube_get(p->options->kube, secrets, p->orphan->ns, name, answer, err) : -1;
}

static int add_manifest(struct planning *p, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    int absent = read_record(p, &answer, err);
    struct uninstall u;
    const struct node *record;

    if (absent != 0)
        return absent < 0 ? -1 : 0;
    record = release_record_read(answer.object, d, err);
    if (!record || uninstall_read(record, d, &u, err) < 0)
        return -1;
    p->ns = arena_str(p->arena, node_get_str(record, "namespace"));
    join_hooks(p, &u);
    VEC_FOREACH (const struct uninstall_object *, o, &u.objects)
        if (add_object(p, o, err) < 0)
            return -1;
    return 0;
}

static int add_record(void *data, const struct node *secret, struct err **err UNUSED)
{
    struct planning *p = data;
    struct identity id = node_identity(secret);

    struct orphan_object mine = copy_object(p->arena, &id, secret, false);

    if (span_starts(id.name, "sh.helm.release.v1."))
        add_step(p, INT_MAX, &mine);
    return 0;
}

static int add_records(struct planning *p, struct err **err)
{
    char *labels CLEANUP(mem_cleanup) = mem_printf("owner=helm,name=%s", p->orphan->name);
    struct kube_selection selection = {.ns = p->orphan->ns, .labels = labels, .names_only = true};

    selection.resource = kube_find(p->options->kube, SPAN("v1"), SPAN("Secret"), err);
    if (!selection.resource)
        return -1;
    return kube_list(p->options->kube, &selection, add_record, p, NULL, err);
}

// --- a release without any ---

// Objects by rank, without a record's order.
static void add_labelled(struct planning *p)
{
    for (int rank = 0; rank <= UNINSTALL_RANKS; rank++)
        VEC_FOREACH (const struct orphan_object *, o, &p->orphan->objects)
            if (uninstall_rank(o->id.kind) == rank && !goes_later(&o->id))
                take(p, rank, o);
}

int orphans_plan(const struct orphans_options *options, const struct orphan *orphan,
                 struct arena *arena, struct orphan_plan *plan, struct err **err)
{
    struct planning p = {
        .options = options, .orphan = orphan, .arena = arena, .plan = plan, .ns = orphan->ns};
    char *label CLEANUP(mem_cleanup) = identity_label(&orphan->release);

    *plan = (struct orphan_plan){0};
    p.why = arena_printf(arena, "installed by %s, which is gone", label);
    if (!orphan->name || orphan->is_unreadable)
        add_labelled(&p);
    else if (add_manifest(&p, err) < 0)
        return -1;
    return orphan->name ? add_records(&p, err) : 0;
}
