// SPDX-License-Identifier: Apache-2.0
// Making pods, watching them, taking them away.
#include "work/routes/probe_run.h"

#include "base/mem.h"
#include "base/timer.h"
#include "work/routes/owner.h"
#include "work/routes/probe_pods.h"

enum {
    TICK_MS = 1000,
    FAILING_MS = 25000,  // a pull is tried again after 10 s
    STARTING_MS = 60000, // without a word of what keeps it
};

#define SELECTOR PROBE_LABEL "=" PROBE_NAME

// One namespace of them.
struct place {
    struct span ns;
    const char *owner_kind, *owner; // ours, with which all goes when a run was killed
    struct span owner_uid;
    struct kube_watch *watch;
};
struct run {
    const struct routes_options *o;
    struct run_pods *pods;
    const struct kube_resource *pod, *config_map, *service, *event;
    VEC(struct place) places;
    int64_t begun;
};

static void run_end(struct run *r)
{
    VEC_FOREACH (struct place *, it, &r->places)
        kube_watch_stop(it->watch);
    vec_free(&r->places);
}

// --- what becomes of one ---

static void settle(struct run *r, struct run_pod *pod, enum run_outcome outcome, struct span why)
{
    pod->outcome = outcome;
    pod->why = arena_span(r->pods->arena, span_trim(why)).ptr;
}

static const struct node *container_state(const struct node *object, const char *state)
{
    const struct node *first = node_item(node_path(object, "status", "containerStatuses"), 0);

    return node_get(node_get(first, "state"), state);
}

static struct span first_of(struct span a, struct span b)
{
    return a.len ? a : b;
}

static void see_failed(struct run *r, struct run_pod *pod, const struct node *object)
{
    const struct node *status = node_get(object, "status");
    const struct node *ended = container_state(object, "terminated");

    if (!ended) // by the kubelet: no room
        settle(r, pod, RUN_REFUSED,
               first_of(node_get_text(status, "message"), node_get_text(status, "reason")));
    else
        settle(r, pod, RUN_FAILED,
               first_of(node_get_text(ended, "message"), node_get_text(ended, "reason")));
}

// What keeps it, as far as it says so.
static struct span obstacle(const struct node *object)
{
    const struct node *waiting = container_state(object, "waiting");
    struct span reason = node_get_text(waiting, "reason");

    NODE_FOREACH_ITEM (condition, node_path(object, "status", "conditions"))
        if (span_is(node_get_text(condition, "reason"), "Unschedulable"))
            return node_get_text(condition, "message");
    if (!reason.len || span_is(reason, "ContainerCreating") || span_is(reason, "PodInitializing"))
        return SPAN_EMPTY;
    return first_of(node_get_text(waiting, "message"), reason);
}

static void see(struct run *r, struct run_pod *pod, const struct node *object)
{
    struct span phase = node_get_text(node_get(object, "status"), "phase"), why;

    if (pod->outcome != RUN_OPEN)
        return;
    if (span_is(phase, "Succeeded")) {
        settle(r, pod, RUN_ENDED_WELL, SPAN_EMPTY);
        return;
    }
    if (span_is(phase, "Failed")) {
        see_failed(r, pod, object);
        return;
    }
    why = obstacle(object);
    if (!why.len)
        return;
    if (!pod->failing_since_ms)
        pod->failing_since_ms = timer_now();
    // The pause between two tries is told with less than the failure.
    if (!pod->why || !span_starts(why, "Back-off"))
        pod->why = arena_span(r->pods->arena, why).ptr;
}

static void on_change(void *data, enum kube_change change, const struct node *object)
{
    struct run *r = data;
    struct span name = node_get_text(node_get(object, "metadata"), "name");

    VEC_FOREACH (struct run_pod *, it, &r->pods->items) {
        if (!span_eq(node_get_text(node_get(it->object, "metadata"), "name"), name))
            continue;
        if (change == KUBE_DELETED && it->outcome == RUN_OPEN)
            settle(r, it, RUN_FAILED, SPAN("somebody deleted it"));
        else
            see(r, it, object);
    }
}

static bool are_settled(void *data)
{
    VEC_FOREACH (const struct run_pod *, it, &((struct run *)data)->pods->items)
        if (it->outcome == RUN_OPEN)
            return false;
    return true;
}

// --- what keeps one that does not say so ---

struct newest {
    struct arena *arena;
    struct span text;
};

static int on_event(void *data, const struct node *event, struct err **err UNUSED)
{
    struct newest *n = data;

    if (span_is(node_get_text(event, "type"), "Warning"))
        n->text = arena_span(n->arena, node_get_text(event, "message"));
    return 0;
}

static int ask_events(struct run *r, struct run_pod *pod, struct err **err)
{
    const struct node *metadata = node_get(pod->object, "metadata");
    struct newest newest = {r->pods->arena, SPAN("it does not start, and no event says why")};
    const struct kube_selection selection = {
        .resource = r->event,
        .ns = node_get_str(metadata, "namespace"),
        .fields =
            arena_printf(r->pods->arena, "involvedObject.name=%s", node_get_str(metadata, "name")),
        .budget = r->o->budget};

    if (kube_list(r->o->kube, &selection, on_event, &newest, NULL, err) < 0)
        return -1;
    settle(r, pod, RUN_FAILED, newest.text);
    return 0;
}

// --- all of them ---

static int give_up_late(struct run *r, struct err **err)
{
    int64_t now = timer_now();

    VEC_FOREACH (struct run_pod *, it, &r->pods->items) {
        if (it->outcome != RUN_OPEN)
            continue;
        if (it->failing_since_ms && now - it->failing_since_ms >= FAILING_MS)
            it->outcome = RUN_FAILED;
        else if (!it->failing_since_ms && now - r->begun >= STARTING_MS &&
                 ask_events(r, it, err) < 0)
            return -1;
    }
    return 0;
}

static int wait_for_all(struct run *r, struct err **err)
{
    while (!are_settled(r)) {
        if (loop_run_until(r->o->loop, are_settled, r, timer_now() + TICK_MS, err) < 0 ||
            give_up_late(r, err) < 0)
            return -1;
    }
    return 0;
}

static struct place *place_of(struct run *r, const struct run_pod *pod)
{
    struct span ns = node_get_text(node_get(pod->object, "metadata"), "namespace");

    VEC_FOREACH (struct place *, it, &r->places)
        if (span_eq(it->ns, ns))
            return it;
    vec_push(&r->places, (struct place){.ns = ns});
    return &r->places.items[r->places.len - 1];
}

// The Service where it is, and the CA where the controllers are.
static int find_owner(struct run *r, struct place *p, struct err **err)
{
    bool is_home = span_is(p->ns, r->o->target.ns);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};

    p->owner_kind = is_home ? "Service" : "ConfigMap";
    p->owner = is_home ? r->o->target.name : PATCH_CA_NAME;
    if (kube_get(r->o->kube, is_home ? r->service : r->config_map, p->ns.ptr, p->owner, &answer,
                 err) < 0)
        return -1;
    p->owner_uid =
        arena_span(r->pods->arena, node_text(node_path(answer.object, "metadata", "uid")));
    return 0;
}

static const struct node *owned(struct doc *d, const struct node *object, const struct place *p)
{
    struct node *copy = node_copy(d, object);

    if (p->owner_uid.len)
        owner_set(d, copy, p->owner_kind, p->owner, p->owner_uid);
    return copy;
}

// What is refused for good before it runs is no failure of routes.
static int make_pod(struct run *r, struct run_pod *pod, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_request request = {.verb = KUBE_CREATE,
                                   .resource = r->pod,
                                   .body = owned(d, pod->object, place_of(r, pod)),
                                   .repeatable = true,
                                   .budget = r->o->budget};
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *refusal CLEANUP(err_cleanup) = NULL;

    if (kube_perform(r->o->kube, &request, &answer, &refusal) == 0)
        return 0;
    if (answer.reason != KUBE_FORBIDDEN && answer.reason != KUBE_OTHER &&
        answer.reason != KUBE_INVALID)
        return err_move(err, &refusal);
    settle(r, pod, RUN_REFUSED, span_str(err_message(refusal)));
    return 0;
}

static int make_loader(struct run *r, struct span loader, const struct place *p, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_request request = {.verb = KUBE_APPLY,
                                   .resource = r->config_map,
                                   .body = owned(d, probe_loader(d, loader, p->ns), p),
                                   .manager = ROUTES_MANAGER,
                                   .force = true,
                                   .budget = r->o->budget};
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};

    return kube_perform(r->o->kube, &request, &answer, err);
}

static int begin(struct run *r, struct span loader, struct err **err)
{
    const struct kube_watch_handler handler = {.changed = on_change, .data = r};

    VEC_FOREACH (struct place *, it, &r->places) {
        const struct kube_selection selection = {
            .resource = r->pod, .ns = it->ns.ptr, .labels = SELECTOR};

        if (find_owner(r, it, err) < 0 || make_loader(r, loader, it, err) < 0)
            return -1;
        it->watch = kube_watch_start(r->o->kube, &selection, &handler);
    }
    VEC_FOREACH (struct run_pod *, it, &r->pods->items)
        if (make_pod(r, it, err) < 0)
            return -1;
    r->begun = timer_now();
    return 0;
}

// --- what is left ---

struct names_of_pods {
    VEC(char *) items;
};

static void names_free(struct names_of_pods *n)
{
    VEC_FOREACH (char **, it, &n->items)
        free(*it);
    vec_free(&n->items);
}

static int on_left(void *data, const struct node *object, struct err **err UNUSED)
{
    struct names_of_pods *n = data;

    vec_push(&n->items, mem_str(node_get_str(node_get(object, "metadata"), "name")));
    return 0;
}

static int clean_place(struct run *r, const struct place *place, struct err **err)
{
    struct names_of_pods names CLEANUP(names_free) = {0};
    const struct kube_selection selection = {
        .resource = r->pod, .ns = place->ns.ptr, .labels = SELECTOR, .budget = r->o->budget};

    if (kube_list(r->o->kube, &selection, on_left, &names, NULL, err) < 0)
        return -1;
    VEC_FOREACH (char **, it, &names.items) {
        const struct kube_request request = {.verb = KUBE_DELETE,
                                             .resource = r->pod,
                                             .ns = place->ns.ptr,
                                             .name = *it,
                                             .forced = true,
                                             .budget = r->o->budget};
        struct kube_answer answer CLEANUP(kube_answer_free) = {0};

        if (kube_perform(r->o->kube, &request, &answer, err) < 0) {
            if (answer.reason != KUBE_NOT_FOUND)
                return -1;
            err_clear(err);
        }
    }
    return kube_delete(r->o->kube, r->config_map, place->ns.ptr, PROBE_NAME, NULL, err);
}

static int clean(struct run *r, struct err **err)
{
    VEC_FOREACH (const struct place *, it, &r->places)
        if (clean_place(r, it, err) < 0)
            return -1;
    return 0;
}

int run_pods(const struct routes_options *o, struct span loader, struct run_pods *pods,
             struct err **err)
{
    struct run r CLEANUP(run_end) = {.o = o, .pods = pods};
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    int result;

    r.pod = kube_find(o->kube, SPAN("v1"), SPAN("Pod"), err);
    r.config_map = r.pod ? kube_find(o->kube, SPAN("v1"), SPAN("ConfigMap"), err) : NULL;
    r.service = r.config_map ? kube_find(o->kube, SPAN("v1"), SPAN("Service"), err) : NULL;
    r.event = r.service ? kube_find(o->kube, SPAN("v1"), SPAN("Event"), err) : NULL;
    if (!r.event)
        return -1;
    VEC_FOREACH (const struct run_pod *, it, &pods->items)
        place_of(&r, it);
    if (clean(&r, err) < 0)
        return -1;
    result = begin(&r, loader, err) < 0 ? -1 : wait_for_all(&r, err);
    return clean(&r, result < 0 ? &ignored : err) < 0 ? -1 : result;
}
