// SPDX-License-Identifier: Apache-2.0
// From steps to tasks.
#include "work/teardown/run/tasks.h"

#include "work/teardown/run/act.h"

void tasks_add(struct running *run, const struct teardown_step *step,
               const struct kube_resource *resource)
{
    struct task *t = ARENA_NEW(run->arena, struct task);
    struct buf label CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    identity_format(&step->id, &label);
    t->run = run;
    t->step = step;
    t->resource = resource;
    t->uid = step->uid ? step->uid : "";
    t->label = arena_str(run->arena, buf_str(&label));
    t->verdict = verdict_new(run->options->fail_after_ms);
    vec_push(&run->tasks, t);
}

int tasks_add_plan(struct running *run, const struct teardown_plan *plan, struct err **err)
{
    VEC_FOREACH (const struct teardown_step *, step, &plan->steps) {
        const struct kube_resource *resource;

        if (kube_find_kind(run->kube, step->id.group.ptr, step->id.kind.ptr, &resource, err) < 0)
            return -1;
        tasks_add(run, step, resource);
    }
    return 0;
}

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_str(arena, text) : NULL;
}

void tasks_keep(struct running *run, const struct teardown_kept *kept)
{
    struct arena *arena = run->result->arena;
    struct teardown_kept mine = *kept;

    mine.id = identity_copy(arena, &kept->id);
    mine.why = copy(arena, kept->why);
    mine.next = copy(arena, kept->next);
    vec_push_arena(arena, &run->result->kept, mine);
}

void tasks_free(struct running *run)
{
    VEC_FOREACH (struct task **, it, &run->tasks) {
        act_abort(*it);
        verdict_free((*it)->verdict);
        doc_free((*it)->doc);
        free((*it)->refusal);
    }
    vec_free(&run->tasks);
    VEC_FOREACH (struct teardown_plan **, it, &run->plans)
        teardown_plan_free(*it);
}
