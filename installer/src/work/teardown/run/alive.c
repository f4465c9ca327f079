// SPDX-License-Identifier: Apache-2.0
// Keeping the controllers alive as long as they are needed, and no longer.
#include "work/teardown/run/alive.h"

#include "base/timer.h"
#include "cluster/watch/controllers.h"
#include "work/teardown/hard/finalizers.h"
#include "work/teardown/run/tasks.h"

enum { ALIVE_PAUSE_MS = 3000 };

#define FINALIZER "finalizers.fluxcd.io"

// --- bringing back ---

static const char *layer_of(const struct running *run, const struct node *object)
{
    const struct layers *layers = run->options->layers;

    for (size_t i = 0; i < layers->count; i++)
        for (size_t k = 0; k < layers->items[i].count; k++)
            if (layers->items[i].objects[k] == object)
                return layers->items[i].name;
    return "";
}

static int put_back(struct running *run, const struct node *object, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct journal_entry entry = {.id = node_identity(object),
                                  .version = node_get_str(object, "apiVersion"),
                                  .uid = "",
                                  .digest = "",
                                  .layer = layer_of(run, object)};

    if (record_intend(run->record, &entry, 1, err) < 0 ||
        kube_apply(run->kube, object, false, &answer, err) < 0)
        return -1;
    record_note(run->record, &entry.id, node_get_str(node_get(answer.object, "metadata"), "uid"));
    return 0;
}

static int restore(void *data, const struct node *const *objects, size_t count, struct err **err)
{
    struct running *run = data;

    run->has_restored = true;
    for (size_t i = 0; i < count; i++)
        if (put_back(run, objects[i], err) < 0)
            return -1;
    return record_flush(run->record, err);
}

static struct task *find_task(const struct running *run, const struct teardown_step *step)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (identity_eq(&(*it)->step->id, &step->id) && (*it)->step->verb == step->verb)
            return *it;
    return NULL;
}

// What was put back is in no step so far, or in one for the object of its name that has gone.
static int plan_again(struct running *run, struct err **err)
{
    struct teardown_plan *plan = ARENA_NEW(run->arena, struct teardown_plan);
    const struct kube_resource *resource;

    vec_push_arena(run->arena, &run->plans, plan);
    if (teardown_plan(run->loop, run->kube, run->record, run->options, run->report, plan, err) < 0)
        return -1;
    VEC_FOREACH (const struct teardown_step *, step, &plan->steps) {
        struct task *known = find_task(run, step);

        if (step->phase <= run->phase)
            continue;
        if (known) {
            known->uid = step->uid ? step->uid : "";
            continue;
        }
        if (kube_find_kind(run->kube, step->id.group.ptr, step->id.kind.ptr, &resource, err) < 0)
            return -1;
        tasks_add(run, step, resource);
    }
    return 0;
}

static bool needs_any(const struct running *run)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (!task_is_over(*it) && task_deletes(*it) &&
            span_ends((*it)->step->id.group, FLUX_GROUP_SUFFIX))
            return true;
    return false;
}

int alive_ensure(struct running *run, bool now, struct err **err)
{
    const struct revive_options options = {.loop = run->loop,
                                           .kube = run->kube,
                                           .report = run->report,
                                           .budget = run->options->budget,
                                           .fail_after_ms = run->options->fail_after_ms,
                                           .layers = run->options->layers,
                                           .restore = run->options->layers ? restore : NULL,
                                           .restore_data = run};

    if ((!now && timer_now() - run->revived_at < ALIVE_PAUSE_MS) || !needs_any(run))
        return 0;
    if (record_check(run->record, err) < 0)
        return -1;
    run->controllers = (struct controllers){0};
    run->has_restored = false;
    if (revive_controllers(&options, run->arena, &run->controllers, err) < 0)
        return -1;
    run->revived_at = timer_now();
    return run->has_restored ? plan_again(run, err) : 0;
}

static bool is_definition_of_flux(const struct identity *id, const struct node *object)
{
    return span_is(id->kind, "CustomResourceDefinition") &&
           span_is(node_get_text(node_path(object, "metadata", "labels"), CONTROLLERS_PART_OF),
                   "flux");
}

bool alive_lacks_kind(const struct running *run)
{
    const struct layers *layers = run->options->layers;
    const struct node *found;

    for (size_t i = 0; layers && i < layers->count; i++)
        for (size_t k = 0; k < layers->items[i].count; k++) {
            struct identity id = node_identity(layers->items[i].objects[k]);

            if (is_definition_of_flux(&id, layers->items[i].objects[k]) &&
                informers_get(run->facts.informers, &id, &found) == INFORMERS_ABSENT)
                return true;
        }
    return false;
}

const struct controller *alive_dead(const struct task *t)
{
    struct span who = finalizer_meaning(SPAN(FINALIZER), &t->step->id).who;

    VEC_FOREACH (const struct controller *, c, &t->run->controllers.list)
        if (c->state == REVIVE_DEAD && span_is(who, c->name))
            return c;
    return NULL;
}

// --- letting go ---

struct search {
    struct arena *arena;
    const char *label;
};

static int see(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    struct buf label CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct identity id = node_identity(object);

    NODE_FOREACH_ITEM (finalizer, node_path(object, "metadata", "finalizers")) {
        if (s->label || !span_ends(node_text(finalizer), "fluxcd.io"))
            continue;
        identity_format(&id, &label);
        s->label = arena_str(s->arena, buf_str(&label));
    }
    return 0;
}

int alive_needed_by(struct running *run, const char **label, struct err **err)
{
    struct search s = {.arena = run->arena};

    if (revive_list(run->kube, see, &s, err) < 0)
        return -1;
    *label = s.label;
    return 0;
}
