// SPDX-License-Identifier: Apache-2.0
// Finding the Jobs by Helm's annotation, and looking at them as at any other workload.
#include "work/teardown/run/hooks.h"

#include <string.h>

#define HOOK "helm.sh/hook"

static bool runs_in_uninstall(const struct node *job)
{
    struct span rest = node_get_text(node_path(job, "metadata", "annotations"), HOOK), one;

    while (span_next(&rest, ',', &one))
        if (span_is(span_trim(one), "pre-delete") || span_is(span_trim(one), "post-delete"))
            return true;
    return false;
}

// Hooks bear no more than the chart gives them: the usual label of the release's name, or a name
// that starts with it.
static bool is_hook_of(const struct task *t, const struct node *job)
{
    const struct node *labels = node_path(job, "metadata", "labels");
    struct identity id = node_identity(job), release;
    struct span instance = node_get_text(labels, "app.kubernetes.io/instance");

    if (!t->helm.name.len || !span_eq(id.ns, t->helm.target_ns))
        return false;
    if (flux_release_of(job, &release))
        return identity_eq(&release, &t->step->id);
    if (instance.len)
        return span_eq(instance, t->helm.name);
    return id.name.len >= t->helm.name.len &&
           span_eq(span_head(id.name, t->helm.name.len), t->helm.name);
}

// A user has it do without: what is left of hooks is of attempts that are over.
static bool leaves_hooks_out(const struct task *t)
{
    const struct node *release;

    return informers_get(t->run->facts.informers, &t->step->id, &release) == INFORMERS_FOUND &&
           node_get_bool(node_path(release, "spec", "uninstall"), "disableHooks", false);
}

struct search {
    struct running *run;
    struct arena *arena;
    VEC(const struct node *) jobs;
};

static int consider(void *data, const struct node *job, struct err **err UNUSED)
{
    struct search *s = data;

    if (!runs_in_uninstall(job))
        return 0;
    VEC_FOREACH (struct task *const *, it, &s->run->tasks) {
        if ((*it)->state == TASK_WAITING && is_hook_of(*it, job)) {
            vec_push_arena(s->arena, &s->jobs, job);
            break;
        }
    }
    return 0;
}

void hooks_look(struct running *run, struct look *l, struct arena *arena)
{
    struct search s = {.run = run, .arena = arena};
    struct layer *layer = ARENA_NEW(arena, struct layer);
    struct layers *layers = ARENA_NEW(arena, struct layers);

    informers_each(run->facts.informers, "batch", "Job", consider, &s);
    layer->name = teardown_phase_name(run->phase);
    layer->objects = s.jobs.items;
    layer->count = s.jobs.len;
    layers->items = layer;
    layers->count = 1;
    look_take(l, &run->facts, layers, 0);
}

static const struct node *find_job(const struct task *t, const struct look *l, const char *label)
{
    VEC_FOREACH (const struct graph_item *, item, &l->graph.items)
        if (item->object && strcmp(item->label, label) == 0 && is_hook_of(t, item->object))
            return item->object;
    return NULL;
}

// Not what is said of other Jobs, to delete it: helm-controller makes a new one itself when it has
// seen that this one failed, and waits for one that is gone until the timeout of the release.
static const char *after_failure(const struct task *t, const struct node *job, struct arena *arena)
{
    struct identity id = node_identity(job);
    const struct identity *release = &t->step->id;

    return arena_printf(arena,
                        "read why it failed: kubectl -n %.*s logs job/%.*s --all-containers; "
                        "helm-controller tries again and runs a new one; to have it left out: "
                        "kubectl -n %.*s patch helmrelease %.*s --type merge -p "
                        "'{\"spec\":{\"uninstall\":{\"disableHooks\":true}}}'",
                        SPAN_ARG(id.ns), SPAN_ARG(id.name), SPAN_ARG(release->ns),
                        SPAN_ARG(release->name));
}

void hooks_explain(const struct task *t, const struct look *l, struct finding *f,
                   struct arena *arena)
{
    struct finding release = *f;

    if (leaves_hooks_out(t))
        return;
    for (size_t i = 0; i < l->count; i++) {
        const struct node *job = find_job(t, l, l->findings[i].object);

        if (!job)
            continue;
        *f = l->findings[i];
        f->release = release.object;
        f->steps += release.steps;
        if (span_is(node_get_text(ready_condition(job, "Failed"), "status"), "True"))
            f->next = after_failure(t, job, arena);
        else if (!f->next)
            f->next = release.next;
        if (release.state >= READY_FAILING)
            f->message =
                arena_printf(arena, "%s (%s: %s)", f->message, release.reason, release.message);
        return;
    }
}
