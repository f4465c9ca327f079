// SPDX-License-Identifier: Apache-2.0
// Looking at what the watches tell.
#include "work/teardown/run/see.h"

#include <string.h>

#include "base/timer.h"

#define RECORD_PREFIX "sh.helm.release.v1."

// --- Helm's records ---

static void on_record(void *data, enum kube_change change UNUSED, const struct node *object UNUSED)
{
    struct running *run = data;

    informers_note_change(run->facts.informers);
}

static void on_records(void *data)
{
    struct running *run = data;

    informers_note_change(run->facts.informers);
}

// Who may not list Secrets takes the object's word for it.
static void on_refused(void *data, enum kube_reason reason UNUSED, const struct err *error)
{
    struct running *run = data;

    if (!run->records_refused)
        report_warn(run->report, TEARDOWN_SAYS,
                    "whether Helm's records of the releases go cannot be seen: %s",
                    err_message(error));
    run->records_refused = true;
    informers_note_change(run->facts.informers);
}

void see_begin(struct running *run)
{
    const struct kube_watch_handler handler = {on_record, on_records, on_refused, run};
    struct kube_selection selection = {.labels = "owner=helm", .names_only = true};
    struct err *unknown CLEANUP(err_cleanup) = NULL;

    selection.resource = kube_find(run->kube, SPAN("v1"), SPAN("Secret"), &unknown);
    if (selection.resource && !run->records)
        run->records = kube_watch_start(run->kube, &selection, &handler);
}

void see_end(struct running *run)
{
    kube_watch_stop(run->records);
    run->records = NULL;
}

struct count {
    const struct task *task;
    struct arena *arena;
    const char **last;
    size_t n;
};

static void count_it(struct count *c, const struct node *object)
{
    struct identity id = node_identity(object);

    c->n++;
    if (c->last)
        *c->last = arena_printf(c->arena, "%.*s %.*s/%.*s", SPAN_ARG(id.kind), SPAN_ARG(id.ns),
                                SPAN_ARG(id.name));
}

// "sh.helm.release.v1.<name>.v<n>"; names of releases have no dots.
static bool is_record_of(struct span secret, struct span release)
{
    struct span rest = secret;

    return span_skip(&rest, RECORD_PREFIX) && rest.len > release.len &&
           span_eq(span_head(rest, release.len), release) &&
           span_starts(span_tail(rest, release.len), ".v");
}

static int count_record(void *data, const struct node *secret, struct err **err UNUSED)
{
    struct count *c = data;
    const struct flux_helm_release *helm = &c->task->helm;
    struct identity id = node_identity(secret);

    if (span_eq(id.ns, helm->storage_ns) && is_record_of(id.name, helm->name))
        count_it(c, secret);
    return 0;
}

// --- pods ---

static bool has_labels(const struct node *object, const struct node *wanted)
{
    const struct node *labels = node_path(object, "metadata", "labels");

    NODE_FOREACH_PAIR (label, wanted) {
        if (!span_eq(node_text(node_get_span(labels, label->key)), node_text(label->value)))
            return false;
    }
    return node_len(wanted) > 0;
}

struct pods {
    const struct task *task;
    kube_object_fn *each;
    void *data;
};

static int pass_on_its_own(void *data, const struct node *pod, struct err **err)
{
    const struct pods *p = data;
    const struct node *wanted = node_path(p->task->before, "spec", "selector", "matchLabels");

    if (!span_eq(node_identity(pod).ns, p->task->step->id.ns) || !has_labels(pod, wanted))
        return 0;
    return p->each(p->data, pod, err);
}

void see_each_pod(const struct task *t, kube_object_fn *each, void *data)
{
    struct pods p = {t, each, data};

    informers_each(t->run->facts.informers, "", "Pod", pass_on_its_own, &p);
}

static int count_pod(void *data, const struct node *pod, struct err **err UNUSED)
{
    count_it(data, pod);
    return 0;
}

// --- tasks ---

static bool has_records(const struct task *t)
{
    return t->step->verb != TEARDOWN_VERB_LET_GO && t->helm.name.len && t->run->records &&
           !t->run->records_refused;
}

static bool has_pods(const struct task *t)
{
    return t->before && span_is(t->step->id.group, "apps");
}

size_t see_remains(const struct task *t, struct arena *arena, const char **last)
{
    struct count c = {.task = t, .arena = arena, .last = last};
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (has_records(t) && kube_watch_each(t->run->records, count_record, &c, &err) < 0)
        return 0;
    if (has_pods(t))
        see_each_pod(t, count_pod, &c);
    return c.n;
}

static bool is_known(const struct task *t)
{
    const struct identity pods = {.kind = SPAN("Pod"), .name = SPAN("-"), .ns = SPAN("-")};
    const struct node *none;

    if (has_records(t) && !kube_watch_synced(t->run->records))
        return false;
    return !has_pods(t) || informers_get(t->run->facts.informers, &pods, &none) == INFORMERS_ABSENT;
}

// Its object is gone. Helm's own words of a release may stay, when nobody has uninstalled it.
static void see_rest(struct task *t, int64_t now)
{
    size_t left;

    if (!is_known(t))
        return;
    left = see_remains(t, NULL, NULL);
    if (!left) {
        t->state = TASK_DONE;
        return;
    }
    if (!t->gone_at || left != t->left) {
        t->gone_at = now;
        t->left = left;
    }
    if (has_records(t) && (t->is_stripped || now - t->gone_at >= SEE_RECORDS_MS)) {
        t->is_orphaned = true;
        t->state = TASK_DONE;
    }
}

void see_task(struct task *t, int64_t now)
{
    const struct node *object;

    if (t->state != TASK_WAITING)
        return;
    if (!t->is_gone)
        switch (informers_get(t->run->facts.informers, &t->step->id, &object)) {
        case INFORMERS_FOUND:
            t->is_gone = !span_is(node_get_text(node_get(object, "metadata"), "uid"), t->uid);
            break;
        case INFORMERS_ABSENT: t->is_gone = true; break;
        case INFORMERS_UNKNOWN: break;
        }
    if (t->is_gone)
        see_rest(t, now);
}
