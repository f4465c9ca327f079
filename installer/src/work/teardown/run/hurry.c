// SPDX-License-Identifier: Apache-2.0
// Removing pods before their grace period is over.
#include "work/teardown/run/hurry.h"

#include "base/mem.h"
#include "base/timer.h"
#include "work/teardown/run/see.h"

struct late {
    struct arena *arena;
    VEC(const struct node *) pods;
};

static int take(void *data, const struct node *pod, struct err **err UNUSED)
{
    struct late *late = data;

    vec_push_arena(late->arena, &late->pods, pod);
    return 0;
}

static bool is_late(const struct task *t)
{
    return t->step->phase == TEARDOWN_CONTROLLERS && t->state == TASK_WAITING && t->is_gone &&
           t->gone_at && !t->is_hurried && timer_now() - t->gone_at >= HURRY_AFTER_MS;
}

static int remove_pod(struct task *t, const struct kube_resource *pods,
                      const struct kube_request *one, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = *one;

    if (record_check(t->run->record, err) < 0)
        return -1;
    request.verb = KUBE_DELETE;
    request.resource = pods;
    request.forced = true;
    request.budget = t->run->options->budget;
    if (kube_perform(t->run->kube, &request, &answer, err) == 0) {
        report_object(t->run->report, TEARDOWN_SAYS, teardown_phase_name(t->step->phase), t->label,
                      "pod %s/%s takes its time for what is gone: removed, its node ends it",
                      one->ns, one->name);
        return 0;
    }
    if (answer.reason != KUBE_NOT_FOUND && answer.reason != KUBE_CONFLICT)
        return -1;
    err_clear(err); // it has ended by itself
    return 0;
}

int hurry_pods(struct task *t, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = NULL;
    const struct kube_resource *pods;
    struct late late = {0};
    struct kube_request *requests;

    if (!is_late(t))
        return 0;
    t->is_hurried = true;
    arena = late.arena = arena_new();
    see_each_pod(t, take, &late);
    // What the watch holds is borrowed until the loop runs.
    requests = arena_array(arena, late.pods.len + 1, sizeof(*requests));
    for (size_t i = 0; i < late.pods.len; i++) {
        const struct node *metadata = node_get(late.pods.items[i], "metadata");

        requests[i].ns = arena_str(arena, node_get_str(metadata, "namespace"));
        requests[i].name = arena_str(arena, node_get_str(metadata, "name"));
        requests[i].uid = arena_str(arena, node_get_str(metadata, "uid"));
    }
    pods = kube_find(t->run->kube, SPAN("v1"), SPAN("Pod"), err);
    if (!pods)
        return -1;
    for (size_t i = 0; i < late.pods.len; i++)
        if (remove_pod(t, pods, &requests[i], err) < 0)
            return -1;
    return 0;
}
