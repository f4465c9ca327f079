// SPDX-License-Identifier: Apache-2.0
// What holds an object, by its kind.
#include "work/teardown/run/why.h"

#include <string.h>

#include "base/hash.h"
#include "cluster/graph/progress.h"
#include "cluster/told/advice.h"
#include "cluster/watch/controllers.h"
#include "cluster/watch/grown.h"
#include "work/teardown/hard/finalizers.h"
#include "work/teardown/run/act.h"
#include "work/teardown/run/alive.h"
#include "work/teardown/run/see.h"

enum { WHY_NAMED = 3 }; // of several objects so many are named

// --- requests ---

static const char *refusal_reason(enum kube_reason reason)
{
    switch (reason) {
    case KUBE_WEBHOOK: return "WebhookFailed";
    case KUBE_BUSY: return "ServerBusy";
    case KUBE_UNREACHABLE: return "ServerUnreachable";
    default: return "DeletionRefused";
    }
}

static void add_refusal(const struct task *t, struct finding *f)
{
    f->state = act_is_denied(t) ? READY_TERMINAL : READY_FAILING;
    f->reason = refusal_reason(t->reason);
    f->message = t->refusal;
    f->attempts = t->refusals;
}

// --- who uses it ---

// Labels of objects, as text: "Pod a/x, Pod a/y and 3 more".
struct names {
    const struct task *task;
    struct buf *out;
    size_t count;
};

static void add_name(struct names *n, const struct node *object)
{
    struct identity id = node_identity(object);

    if (n->count < WHY_NAMED) {
        buf_add_str(n->out, n->count ? ", " : "");
        identity_format(&id, n->out);
    }
    n->count++;
}

static void end_names(struct names *n)
{
    if (n->count > WHY_NAMED)
        buf_printf(n->out, " and %zu more", n->count - WHY_NAMED);
}

static bool has_ended(const struct node *pod)
{
    struct span phase = node_get_text(node_get(pod, "status"), "phase");

    return span_is(phase, "Succeeded") || span_is(phase, "Failed");
}

static int add_pod_with_claim(void *data, const struct node *pod, struct err **err UNUSED)
{
    struct names *n = data;
    const struct identity *claim = &n->task->step->id;

    if (!span_eq(node_identity(pod).ns, claim->ns) || has_ended(pod))
        return 0;
    NODE_FOREACH_ITEM (volume, node_path(pod, "spec", "volumes")) {
        if (span_eq(node_get_text(node_get(volume, "persistentVolumeClaim"), "claimName"),
                    claim->name))
            add_name(n, pod);
    }
    return 0;
}

static void add_users_of_claim(const struct task *t, struct buf *out)
{
    struct buf list CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct names n = {.task = t, .out = &list};

    informers_each(t->run->facts.informers, "", "Pod", add_pod_with_claim, &n);
    end_names(&n);
    if (n.count)
        buf_printf(out, "; used by %s", buf_str(&list));
}

static int add_instance(void *data, const struct node *object, struct err **err UNUSED)
{
    add_name(data, object);
    return 0;
}

static void add_instances(const struct task *t, const struct node *definition, struct buf *out)
{
    const struct node *spec = node_get(definition, "spec");
    struct buf list CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct names n = {.task = t, .out = &list};

    informers_each(t->run->facts.informers, node_get_str(spec, "group"),
                   node_get_str(node_get(spec, "names"), "kind"), add_instance, &n);
    end_names(&n);
    if (n.count)
        buf_printf(out, "; still there: %s", buf_str(&list));
}

// --- what the object says ---

// All that keeps a namespace, not only the first (NamespaceConditionType in k8s.io/api core/v1).
static void describe_namespace(const struct node *object, struct finding *f, struct buf *out)
{
    NODE_FOREACH_ITEM (condition, node_path(object, "status", "conditions")) {
        if (!span_is(node_get_text(condition, "status"), "True"))
            continue;
        if (!out->len)
            f->reason = node_get_str(condition, "type");
        else
            buf_printf(out, "; %s: ", node_get_str(condition, "type"));
        buf_add_span(out, node_get_text(condition, "message"));
    }
}

static void describe_other(const struct task *t, const struct node *object, struct finding *f,
                           struct buf *out)
{
    const struct node *condition = ready_condition(object, "Terminating");
    const struct identity *id = &t->step->id;

    buf_add_str(out, "being deleted");
    if (node_len(node_path(object, "metadata", "finalizers"))) {
        f->reason = "FinalizersRemain";
        buf_add_str(out, ", held by finalizer ");
        finalizers_describe(object, out);
    }
    if (span_is(node_get_text(condition, "status"), "True"))
        buf_printf(out, ": %.*s", SPAN_ARG(node_get_text(condition, "message")));
    if (span_is(id->kind, "PersistentVolumeClaim"))
        add_users_of_claim(t, out);
    if (span_is(id->kind, "CustomResourceDefinition"))
        add_instances(t, object, out);
}

// --- signs of progress ---

// Words that were not said before. Those that come again tell of none: of instances that stay the
// API server says in turns that it deletes them and that it cannot confirm it (apiextensions,
// pkg/controller/finalizer), and a hook's pods come and go.
static void hear(struct task *t, struct finding *f, const char *words)
{
    uint64_t hash = hash_span(span_str(words));
    bool is_known = false;

    VEC_FOREACH (const uint64_t *, it, &t->heard)
        is_known |= *it == hash;
    if (!is_known)
        vec_push_arena(t->run->arena, &t->heard, hash);
    f->steps = (int64_t)t->heard.len;
}

// --- Flux ---

// How many objects of a release are still seen, as a sign of progress.
static size_t count_grown(const struct task *t, struct arena *arena)
{
    struct grown grown;
    const struct grown_list *list;
    size_t count;

    grown_collect(&grown, t->run->facts.informers, arena);
    list = grown_of_release(&grown, &t->step->id);
    count = list ? list->objects.len : 0;
    grown_free(&grown);
    return count;
}

static bool has_failed(const struct node *object)
{
    const struct node *released = ready_condition(object, "Released");

    return span_is(node_get_text(released, "status"), "False") &&
           span_is(node_get_text(released, "reason"), "UninstallFailed");
}

// An uninstallation that has failed, or the attempt that still runs: helm-controller ends that one
// first.
static void describe_release(const struct node *object, struct finding *f, struct buf *out)
{
    if (has_failed(object)) {
        f->state = READY_FAILING;
        f->reason = "UninstallFailed";
        f->attempts = node_get_int(node_get(object, "status"), "failures", 0);
        buf_truncate(out, 0);
        buf_add_span(out, node_get_text(ready_condition(object, "Released"), "message"));
    } else {
        f->reason = "Uninstalling";
    }
    if (progress_is_retrying(object)) {
        f->reason = "AttemptRunning";
        f->retrying = true;
        buf_printf(out, "; its controller is still at another attempt: %s",
                   node_get_str(ready_condition(object, "Ready"), "message"));
    }
}

// Who should act on it does not.
static void describe_controller(const struct task *t, struct finding *f, struct buf *out)
{
    const struct node *deployment = controllers_find(t->run->facts.informers, t->step->id.group);
    const struct controller *dead = alive_dead(t);
    struct identity id = node_identity(deployment);

    if (dead) {
        f->state = READY_TERMINAL;
        f->reason = WHY_DESERTED;
        f->next = dead->next;
        buf_printf(out, "; %s cannot be brought back: %s", dead->name, dead->why);
    } else if (deployment && controllers_is_down(deployment)) {
        f->state = READY_FAILING;
        f->reason = WHY_DESERTED;
        f->retrying = false;
        buf_printf(out, "; no pod of %.*s %.*s/%.*s is ready", SPAN_ARG(id.kind), SPAN_ARG(id.ns),
                   SPAN_ARG(id.name));
    }
}

static void describe_flux(struct task *t, const struct node *object, struct finding *f,
                          struct arena *arena, struct buf *out)
{
    if (flux_kind(&t->step->id) == FLUX_HELM_RELEASE) {
        describe_release(object, f, out);
        hear(t, f, arena_printf(arena, "%zu", count_grown(t, arena)));
    }
    describe_controller(t, f, out);
}

// --- together ---

static void describe_object(struct task *t, const struct node *object, struct finding *f,
                            struct arena *arena)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    f->since = node_get_str(node_get(object, "metadata"), "deletionTimestamp");
    if (span_is(t->step->id.kind, "Namespace") && !t->step->id.group.len)
        describe_namespace(object, f, &out);
    if (!out.len)
        describe_other(t, object, f, &out);
    if (span_ends(t->step->id.group, FLUX_GROUP_SUFFIX))
        describe_flux(t, object, f, arena, &out);
    f->message = arena_str(arena, buf_str(&out));
    if (flux_kind(&t->step->id) != FLUX_HELM_RELEASE)
        hear(t, f, f->message);
}

static void describe_rest(struct task *t, struct finding *f, struct arena *arena)
{
    const char *last = "";
    size_t left = see_remains(t, arena, &last);

    f->reason = t->helm.name.len ? "RecordsRemain" : "PodsRemain";
    f->message = arena_printf(arena, "it is gone, and %s%s is still there", last,
                              left > 1 ? " and more" : "");
    hear(t, f, f->message);
}

struct finding why_find(struct task *t, struct arena *arena)
{
    struct finding f = {.layer = teardown_phase_name(t->step->phase),
                        .state = READY_PROGRESSING,
                        .object = t->label,
                        .reason = "Terminating",
                        .message = ""};
    const struct node *object;

    if (t->reason != KUBE_OK)
        add_refusal(t, &f);
    else if (t->is_gone)
        describe_rest(t, &f, arena);
    else if (t->state == TASK_WAITING &&
             informers_get(t->run->facts.informers, &t->step->id, &object) == INFORMERS_FOUND)
        describe_object(t, object, &f, arena);
    else if (t->state == TASK_WAITING)
        f.message = "being deleted";
    else
        f.message = "the API server is asked";
    if (!f.next)
        f.next = advice_next(&f, arena);
    return f;
}
