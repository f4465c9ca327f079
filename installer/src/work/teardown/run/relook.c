// SPDX-License-Identifier: Apache-2.0
// Looking for children of what is gone.
#include "work/teardown/run/relook.h"

#include "base/mem.h"
#include "work/teardown/run/tasks.h"

struct search {
    struct running *run;
    const struct kube_resource *resource; // that is looked at
    size_t wave;                          // of what is found
    size_t added;
};

static struct task *find_task(struct running *run, const struct identity *id)
{
    struct task *last = NULL;

    VEC_FOREACH (struct task **, it, &run->tasks)
        if (identity_eq(&(*it)->step->id, id) && task_deletes(*it))
            last = *it;
    return last;
}

static const struct task *parent_of(struct running *run, const struct node *object)
{
    struct identity parent;

    if (flux_release_of(object, &parent) || flux_kustomization_of(object, &parent))
        return find_task(run, &parent);
    return NULL;
}

static void say(const struct running *run, const struct teardown_step *step)
{
    char *label CLEANUP(mem_cleanup) = identity_label(&step->id);

    report_object(run->report, TEARDOWN_SAYS, teardown_phase_name(step->phase), label,
                  "%s: it is taken down, too", step->why);
}

static void add(struct search *s, const struct node *object, const struct task *parent)
{
    struct arena *arena = s->run->arena;
    struct teardown_step *step = ARENA_NEW(arena, struct teardown_step);
    struct identity id = node_identity(object);

    *step = (struct teardown_step){
        .phase = s->run->phase,
        .wave = s->wave,
        .verb = TEARDOWN_VERB_DELETE,
        .id = identity_copy(arena, &id),
        .version = arena_str(arena, node_get_str(object, "apiVersion")),
        .uid = arena_str(arena, node_get_str(node_get(object, "metadata"), "uid")),
        .layer = parent->step->layer,
        .why = arena_printf(arena, "made anew by %s", parent->label),
    };
    s->added++;
    say(s->run, step);
    tasks_add(s->run, step, s->resource);
}

// Another one of what is gone, or a child of it. What a parent that is still there has made is
// taken down by that, if it is in no task of its own.
static bool is_made_anew(const struct task *known, const struct task *parent,
                         const struct node *object)
{
    if (known)
        return task_is_over(known) &&
               !span_is(node_get_text(node_get(object, "metadata"), "uid"), known->uid);
    return parent->state == TASK_DONE && parent->step->verb == TEARDOWN_VERB_DELETE;
}

static int consider(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    struct identity id = node_identity(object);
    const struct task *parent = parent_of(s->run, object);
    struct task *known = find_task(s->run, &id);

    if (!parent || !is_made_anew(known, parent, object) || teardown_plan_keeps(s->run->plan, &id))
        return 0;
    if (known && known->state == TASK_FOREIGN)
        known->state = TASK_DONE; // not somebody else's, after all
    add(s, object, parent);
    return 0;
}

// A kind that is not served any more has no objects.
static int list(struct search *s, const struct kube_selection *selection, struct err **err)
{
    struct kube *k = s->run->kube;
    struct err *why CLEANUP(err_cleanup) = NULL;
    const struct kube_resource *served;

    if (kube_list(k, selection, consider, s, NULL, &why) == 0)
        return 0;
    if (err_kind(why) != ERR_API)
        return err_move(err, &why);
    if (kube_discover(k, err) < 0 ||
        kube_find_kind(k, selection->resource->group, selection->resource->kind, &served, err) < 0)
        return -1;
    return served ? err_move(err, &why) : 0;
}

static int look_at(struct search *s, const char *group, const char *kind, struct err **err)
{
    struct kube_selection selection = {0};

    if (kube_find_kind(s->run->kube, group, kind, &selection.resource, err) < 0)
        return -1;
    s->resource = selection.resource;
    return s->resource ? list(s, &selection, err) : 0;
}

int relook(struct running *run, size_t *added, struct err **err)
{
    static const struct {
        const char *group, *kind;
    } kinds[] = {
        {FLUX_HELM_GROUP, "HelmRelease"},      {FLUX_KUSTOMIZE_GROUP, "Kustomization"},
        {FLUX_SOURCE_GROUP, "GitRepository"},  {FLUX_SOURCE_GROUP, "OCIRepository"},
        {FLUX_SOURCE_GROUP, "HelmRepository"}, {FLUX_SOURCE_GROUP, "Bucket"},
    };
    struct search s = {.run = run};

    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if ((*it)->step->phase == run->phase && (*it)->step->wave >= s.wave)
            s.wave = (*it)->step->wave + 1;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (look_at(&s, kinds[i].group, kinds[i].kind, err) < 0)
            return -1;
    *added = s.added;
    return 0;
}
