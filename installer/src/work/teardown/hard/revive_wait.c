// SPDX-License-Identifier: Apache-2.0
// Looking at Deployments, and then at leases.
#include "work/teardown/hard/revive_wait.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "cluster/judge/verdict.h"
#include "cluster/look.h"
#include "cluster/told/talk.h"
#include "cluster/watch/controllers.h"

enum {
    WAIT_LOOK_MS = 1000, // a look at least so often
    WAIT_LEASE_MS = 500, // between two reads of leases
};

struct wait {
    const struct revive_wait *of;
    struct revived *const *list;
    size_t count;
    struct facts facts;
    struct verdict *verdict;
    struct talk talk;
    int64_t until;
};

static bool is_waited_for(const struct revived *c)
{
    return c->deployment && !c->why;
}

// Those that run as they were need no look.
static bool is_settled(const struct wait *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (is_waited_for(w->list[i]) &&
            (w->list[i]->is_changed || controllers_is_down(w->list[i]->deployment)))
            return false;
    return true;
}

// --- until its pods are ready ---

static struct layer layer_of(const struct wait *w, struct arena *arena)
{
    VEC(const struct node *) objects = {0};

    for (size_t i = 0; i < w->count; i++)
        if (is_waited_for(w->list[i]))
            vec_push_arena(arena, &objects, w->list[i]->deployment);
    return (struct layer){"controllers", objects.items, objects.len};
}

static struct revived *find(const struct wait *w, const struct finding *f)
{
    for (size_t i = 0; i < w->count; i++) {
        struct revived *c = w->list[i];
        char *label CLEANUP(mem_cleanup) = is_waited_for(c) ? node_label(c->deployment) : NULL;

        if (label && strcmp(label, f->object) == 0)
            return c;
    }
    return NULL;
}

static void give_up(struct wait *w, const struct finding *f)
{
    struct revived *c = find(w, f);
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!c)
        return;
    finding_cause(f, &why);
    c->why = arena_str(w->of->arena, buf_str(&why));
    c->next = f->next ? arena_str(w->of->arena, f->next) : NULL;
}

// 1 when all are ready.
static int look(struct wait *w, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct layer layer = layer_of(w, arena);
    struct layers layers = {&layer, 1};
    struct look l CLEANUP(look_free) = {0};
    const struct finding *final;
    bool learned;

    if (!layer.count)
        return 1;
    look_take(&l, &w->facts, &layers, 0);
    final = verdict_see(w->verdict, l.findings, l.count, timer_now());
    if (!l.count && informers_settled(w->facts.informers))
        return 1;
    if (l.count && informers_settled(w->facts.informers))
        talk_say(&w->talk, w->of->report, l.findings, l.count);
    if (final)
        give_up(w, final);
    for (size_t i = 0; timer_now() >= w->until && i < l.count; i++)
        give_up(w, &l.findings[i]);
    return facts_learn(&w->facts, &learned, err) < 0 ? -1 : 0;
}

static int wait_for_pods(struct wait *w, struct err **err)
{
    for (;;) {
        int result = look(w, err);
        int64_t until = timer_add(timer_now(), WAIT_LOOK_MS);

        if (result != 0)
            return result < 0 ? -1 : 0;
        if (informers_wait(w->facts.informers, until, err) < 0)
            return -1;
    }
}

// --- until it holds its lease ---

// fluxcd/pkg/runtime/leaderelection: one of several replicas acts, which this flag asks for.
static bool elects(const struct node *deployment)
{
    const struct node *containers = node_path(deployment, "spec", "template", "spec", "containers");

    NODE_FOREACH_ITEM (container, containers)
        NODE_FOREACH_ITEM (arg, node_get(container, "args"))
            if (span_starts(node_text(arg), "--enable-leader-election") &&
                !span_ends(node_text(arg), "=false"))
                return true;
    return false;
}

// Whether a pod that is there holds the Lease: "<pod>_<random>". Of a pod that is gone without
// giving it up, it has to run out.
static int is_led(struct wait *w, const struct revived *c, bool *is_it, struct err **err)
{
    struct kube *k = w->of->kube;
    struct kube_answer lease CLEANUP(kube_answer_free) = {0};
    struct kube_answer pod CLEANUP(kube_answer_free) = {0};
    char *name CLEANUP(mem_cleanup) = mem_printf("%s-leader-election", c->name);
    char *holder CLEANUP(mem_cleanup) = NULL;
    struct identity id = node_identity(c->deployment);
    const struct kube_resource *leases, *pods = kube_find(k, SPAN("v1"), SPAN("Pod"), err);
    struct span who, random;
    int absent;

    *is_it = false;
    if (!pods || kube_find_kind(k, "coordination.k8s.io", "Lease", &leases, err) < 0)
        return -1;
    absent = leases ? kube_get(k, leases, id.ns.ptr, name, &lease, err) : 1;
    if (absent != 0)
        return absent < 0 ? -1 : 0;
    if (!span_cut(node_get_text(node_get(lease.object, "spec"), "holderIdentity"), '_', &who,
                  &random))
        return 0;
    holder = mem_strn(who.ptr, who.len);
    absent = kube_get(k, pods, id.ns.ptr, holder, &pod, err);
    *is_it = absent == 0;
    return absent < 0 ? -1 : 0;
}

static int wait_for_lease(struct wait *w, struct revived *c, struct err **err)
{
    bool is_it = false, is_said = false;

    while (is_waited_for(c) && elects(c->deployment)) {
        if (is_led(w, c, &is_it, err) < 0)
            return -1;
        if (is_it)
            return 0;
        if (!is_said)
            report_info(w->of->report, "teardown",
                        "%s runs, and waits for its lease, which a former pod has not given up",
                        c->name);
        is_said = true;
        if (timer_now() >= w->until)
            c->why = "its pods run, and none of them gets the lease that lets it act";
        else if (loop_sleep(w->of->loop, WAIT_LEASE_MS, err) < 0)
            return -1;
    }
    return 0;
}

static int wait_for_all(struct wait *w, struct err **err)
{
    if (wait_for_pods(w, err) < 0)
        return -1;
    for (size_t i = 0; i < w->count; i++)
        if (wait_for_lease(w, w->list[i], err) < 0)
            return -1;
    return 0;
}

int revive_wait(const struct revive_wait *of, struct revived *const *list, size_t count,
                struct err **err)
{
    int64_t late = timer_add(timer_now(), of->fail_after_ms);
    struct wait w = {.of = of,
                     .list = list,
                     .count = count,
                     .talk = {.component = "teardown"},
                     .until = late < of->deadline ? late : of->deadline};
    int result;

    if (is_settled(&w))
        return 0;
    w.verdict = verdict_new(of->fail_after_ms);
    facts_open(&w.facts, of->loop, of->kube, of->report, false);
    result = wait_for_all(&w, err);
    facts_close(&w.facts);
    verdict_free(w.verdict);
    talk_free(&w.talk);
    return result;
}
