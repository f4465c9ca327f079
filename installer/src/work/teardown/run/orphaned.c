// SPDX-License-Identifier: Apache-2.0
// Releases without their HelmRelease, in the course of a teardown: their manifests become steps.
#include "work/teardown/run/orphaned.h"

#include "base/mem.h"
#include "work/teardown/hard/orphans.h"
#include "work/teardown/run/tasks.h"

static bool is_of_orphan(const struct task *t)
{
    return t->step->verb == TEARDOWN_VERB_UNINSTALL || t->is_orphaned;
}

static bool has_orphans(const struct running *run)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (is_of_orphan(*it))
            return true;
    return false;
}

static bool is_ours(void *data, const struct identity *release)
{
    const struct running *run = data;

    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (is_of_orphan(*it) && identity_eq(&(*it)->step->id, release))
            return true;
    return false;
}

static bool stays(void *data, const struct identity *object)
{
    const struct running *run = data;
    bool is_data = !object->group.len && (span_is(object->kind, "PersistentVolumeClaim") ||
                                          span_is(object->kind, "PersistentVolume"));

    return (is_data && !run->options->data) || teardown_plan_keeps(run->plan, object);
}

static bool is_known(const struct running *run, const struct teardown_step *step)
{
    VEC_FOREACH (struct task *const *, it, &run->tasks)
        if (task_deletes(*it) && identity_eq(&(*it)->step->id, &step->id))
            return true;
    return false;
}

static int add_step(struct running *run, const struct teardown_step *step, struct err **err)
{
    const struct kube_resource *resource;

    if (is_known(run, step))
        return 0;
    if (kube_find_kind(run->kube, step->id.group.ptr, step->id.kind.ptr, &resource, err) < 0)
        return -1;
    tasks_add(run, step, resource);
    return 0;
}

static int add(struct running *run, const struct orphans_options *options,
               const struct orphan *orphan, struct err **err)
{
    struct orphan_plan plan = {0};
    char *label CLEANUP(mem_cleanup) = identity_label(&orphan->release);

    if (orphans_plan(options, orphan, run->arena, &plan, err) < 0)
        return err_wrap(err, "%s", label);
    report_object(run->report, TEARDOWN_SAYS, teardown_phase_name(run->phase), label,
                  "nobody uninstalls it any more: what it installed is deleted%s%s",
                  plan.hooks ? ", without its hooks: " : "", plan.hooks ? plan.hooks : "");
    VEC_FOREACH (const struct teardown_step *, step, &plan.steps)
        if (add_step(run, step, err) < 0)
            return -1;
    VEC_FOREACH (const struct teardown_kept *, kept, &plan.kept)
        tasks_keep(run, kept);
    return 0;
}

int orphaned_add(struct running *run, struct err **err)
{
    struct orphans_options options = {.kube = run->kube,
                                      .report = run->report,
                                      .before = run->before,
                                      .is_ours = is_ours,
                                      .stays = stays,
                                      .data = run};
    struct orphans found = {0};

    if (!has_orphans(run))
        return 0;
    if (orphans_find(&options, true, run->arena, &found, err) < 0)
        return -1;
    VEC_FOREACH (const struct orphan *, orphan, &found.list)
        if (add(run, &options, orphan, err) < 0)
            return -1;
    return 0;
}
