// SPDX-License-Identifier: Apache-2.0
// Which controllers are needed, what they lack, and giving it to them.
#include "work/teardown/hard/revive.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "cluster/watch/controllers.h"
#include "model/flux.h"
#include "work/teardown/hard/revive_wait.h"

enum { REVIVE_PAUSE_MS = 500 }; // between two looks at a namespace that is being deleted

#define MANAGER "sandstrap-request"
#define FINALIZER "finalizers.fluxcd.io"
#define PART_OF_FLUX CONTROLLERS_PART_OF "=flux"

// A controller that is needed.
struct needed {
    struct revived revived;
    size_t objects; // that wait for it
    enum revive_state state;
};

struct reviving {
    const struct revive_options *options;
    struct arena *arena;
    struct doc *doc; // of the Deployments
    VEC(struct needed) list;
    VEC(const struct node *) parts;   // what Flux is made of, in the tree
    VEC(const struct node *) lacking; // ... and what of it the cluster does not have
    const char *refusal;              // why that could not be applied, or NULL
};

// --- who is needed ---

static struct needed *find(struct reviving *r, const char *name)
{
    VEC_FOREACH (struct needed *, it, &r->list)
        if (strcmp(it->revived.name, name) == 0)
            return it;
    return NULL;
}

static int see_object(void *data, const struct node *object, struct err **err UNUSED)
{
    struct reviving *r = data;
    struct identity id = node_identity(object);
    struct needed fresh = {.revived.name = controllers_name(id.group, id.kind)};

    NODE_FOREACH_ITEM (finalizer, node_path(object, "metadata", "finalizers")) {
        if (!span_is(node_text(finalizer), FINALIZER) || !fresh.revived.name)
            continue;
        if (!find(r, fresh.revived.name))
            vec_push_arena(r->arena, &r->list, fresh);
        find(r, fresh.revived.name)->objects++;
    }
    return 0;
}

struct kinds {
    struct arena *arena;
    kube_object_fn *each;
    void *data;
    VEC(struct kube_selection) wanted, refused;
    struct err *why; // of the last one that was refused
};

static int pass_on(void *data, const struct node *object, struct err **err)
{
    const struct kinds *k = data;

    return k->each(k->data, object, err);
}

static void note_refused(void *data, const struct kube_selection *selection,
                         const struct err *error)
{
    struct kinds *k = data;

    vec_push_arena(k->arena, &k->refused, *selection);
    err_free(k->why);
    k->why = err_clone(error);
}

// A kind that is not served any more has no objects.
static int check_refused(struct kube *k, struct kinds *kinds, struct err **err)
{
    const struct kube_resource *served;

    if (kinds->refused.len && kube_discover(k, err) < 0)
        return -1;
    VEC_FOREACH (const struct kube_selection *, it, &kinds->refused) {
        if (kube_find_kind(k, it->resource->group, it->resource->kind, &served, err) < 0)
            return -1;
        if (served)
            return err_move(err, &kinds->why);
    }
    return 0;
}

int revive_list(struct kube *k, kube_object_fn *each, void *data, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kinds kinds = {.arena = arena, .each = each, .data = data};
    const struct kube_resource *const *all;
    struct kube_lists lists = {.each = pass_on, .refused = note_refused, .data = &kinds};
    size_t count;
    int result;

    if (kube_discover(k, err) < 0)
        return -1;
    all = kube_resources(k, &count);
    for (size_t i = 0; i < count; i++) {
        const struct kube_selection one = {.resource = all[i], .names_only = true};

        if (all[i]->preferred && (all[i]->verbs & KUBE_CAN_LIST) &&
            span_ends(span_str(all[i]->group), FLUX_GROUP_SUFFIX))
            vec_push_arena(arena, &kinds.wanted, one);
    }
    lists.selections = kinds.wanted.items;
    lists.count = kinds.wanted.len;
    result = kube_list_many(k, &lists, err) < 0 ? -1 : check_refused(k, &kinds, err);
    err_free(kinds.why);
    return result;
}

// --- their Deployments ---

static int see_deployment(void *data, const struct node *object, struct err **err UNUSED)
{
    struct reviving *r = data;
    const struct node *labels = node_path(object, "metadata", "labels");
    struct span component = node_get_text(labels, CONTROLLERS_COMPONENT);

    VEC_FOREACH (struct needed *, it, &r->list)
        if (span_is(component, it->revived.name))
            it->revived.deployment = node_copy(r->doc, object);
    return 0;
}

static int list_deployments(struct reviving *r, struct err **err)
{
    struct kube_selection selection = {.labels = PART_OF_FLUX};

    VEC_FOREACH (struct needed *, it, &r->list)
        it->revived.deployment = NULL;
    if (kube_find_kind(r->options->kube, "apps", "Deployment", &selection.resource, err) < 0)
        return -1;
    return kube_list(r->options->kube, &selection, see_deployment, r, NULL, err);
}

// --- what was deleted ---

struct lack {
    struct reviving *r;
    VEC(const struct node *) wanted; // of one kind, in the tree
    bool *is_there;                  // one of each
};

static bool is_of_flux(const struct node *object)
{
    return span_is(node_get_text(node_path(object, "metadata", "labels"), CONTROLLERS_PART_OF),
                   "flux");
}

static int see_part(void *data, const struct node *object, struct err **err UNUSED)
{
    struct lack *l = data;
    struct identity id = node_identity(object);

    for (size_t i = 0; i < l->wanted.len; i++) {
        struct identity wanted = node_identity(l->wanted.items[i]);

        l->is_there[i] |= identity_eq(&wanted, &id);
    }
    return 0;
}

// The objects of the tree of the same kind as the one at `from`, and whether that is their first.
static bool take_kind(struct lack *l, size_t from)
{
    const struct node *first = l->r->parts.items[from];

    for (size_t i = 0; i < l->r->parts.len; i++) {
        const struct node *part = l->r->parts.items[i];

        if (!span_eq(node_get_text(part, "apiVersion"), node_get_text(first, "apiVersion")) ||
            !span_eq(node_get_text(part, "kind"), node_get_text(first, "kind")))
            continue;
        if (i < from)
            return false;
        vec_push_arena(l->r->arena, &l->wanted, part);
    }
    return true;
}

static int find_lacking(struct reviving *r, size_t from, struct err **err)
{
    struct lack l = {.r = r};
    struct kube_selection selection = {.labels = PART_OF_FLUX, .names_only = true};

    if (!take_kind(&l, from) || !l.wanted.len)
        return 0;
    l.is_there = arena_array(r->arena, l.wanted.len, sizeof(*l.is_there));
    selection.resource = kube_find_for(r->options->kube, l.wanted.items[0], err);
    if (!selection.resource || kube_list(r->options->kube, &selection, see_part, &l, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < l.wanted.len; i++)
        if (!l.is_there[i])
            vec_push_arena(r->arena, &r->lacking, l.wanted.items[i]);
    return 0;
}

// What Flux needs of itself, in the order of the tree.
static void take_parts(struct reviving *r)
{
    const struct layers *layers = r->options->layers;

    for (size_t i = 0; layers && i < layers->count; i++)
        for (size_t k = 0; k < layers->items[i].count; k++)
            if (is_of_flux(layers->items[i].objects[k]))
                vec_push_arena(r->arena, &r->parts, layers->items[i].objects[k]);
}

static void say_lacking(const struct reviving *r)
{
    VEC_FOREACH (const struct node *const *, it, &r->lacking) {
        char *label CLEANUP(mem_cleanup) = node_label(*it);

        report_object(r->options->report, "teardown", NULL, label,
                      "it was deleted, and Flux needs it to let go of what it has made: it is "
                      "applied again");
    }
}

static int is_going(const struct reviving *r, const struct node *ns, bool *going, struct err **err)
{
    const struct kube_resource *resource = kube_find_for(r->options->kube, ns, err);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    int absent = resource ? kube_get(r->options->kube, resource, NULL,
                                     node_get_str(node_get(ns, "metadata"), "name"), &answer, err)
                          : -1;

    *going = absent == 0 && node_get(node_get(answer.object, "metadata"), "deletionTimestamp");
    return absent < 0 ? -1 : 0;
}

// Nothing can be made in a namespace that is being deleted, so it has to be gone first.
static int wait_for_namespace(const struct reviving *r, const struct node *ns, struct err **err)
{
    int64_t until = timer_add(timer_now(), r->options->fail_after_ms);
    char *label CLEANUP(mem_cleanup) = node_label(ns);
    bool going = false, is_said = false;

    if (until > budget_deadline(&r->options->budget))
        until = budget_deadline(&r->options->budget);
    for (;;) {
        if (is_going(r, ns, &going, err) < 0)
            return -1;
        if (!going || timer_now() >= until)
            return 0;
        if (!is_said)
            report_object(r->options->report, "teardown", NULL, label,
                          "it is being deleted; Flux is applied again when it is gone");
        is_said = true;
        if (loop_sleep(r->options->loop, REVIVE_PAUSE_MS, err) < 0)
            return -1;
    }
}

static int wait_for_namespaces(const struct reviving *r, struct err **err)
{
    VEC_FOREACH (const struct node *const *, it, &r->parts)
        if (span_is(node_get_text(*it, "kind"), "Namespace") && wait_for_namespace(r, *it, err) < 0)
            return -1;
    return 0;
}

static int find_all_lacking(struct reviving *r, struct err **err)
{
    r->lacking.len = 0;
    for (size_t i = 0; i < r->parts.len; i++)
        if (find_lacking(r, i, err) < 0)
            return -1;
    return 0;
}

// A refusal leaves the controllers as they are; the caller is told why.
static int restore(struct reviving *r, struct err **err)
{
    struct err *refusal = NULL;

    if (!r->options->restore)
        return 0;
    take_parts(r);
    if (find_all_lacking(r, err) < 0)
        return -1;
    if (!r->lacking.len)
        return 0;
    if (wait_for_namespaces(r, err) < 0 || find_all_lacking(r, err) < 0)
        return -1;
    say_lacking(r);
    if (r->options->restore(r->options->restore_data, r->lacking.items, r->lacking.len, &refusal) ==
        0)
        return list_deployments(r, err);
    if (err_kind(refusal) != ERR_API)
        return err_move(err, &refusal);
    r->refusal = arena_str(r->arena, err_message(refusal));
    err_free(refusal);
    return 0;
}

// --- what was stopped ---

static int64_t replicas_in_tree(const struct reviving *r, const struct node *deployment)
{
    struct identity id = node_identity(deployment);

    VEC_FOREACH (const struct node *const *, it, &r->parts) {
        struct identity wanted = node_identity(*it);
        int64_t replicas = node_get_int(node_get(*it, "spec"), "replicas", 1);

        if (identity_eq(&wanted, &id) && replicas > 0)
            return replicas;
    }
    return 1;
}

static int scale(const struct reviving *r, const struct node *deployment, int64_t replicas,
                 struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct node *body = node_new_map(d), *metadata = node_new_map(d), *spec = node_new_map(d);
    struct identity id = node_identity(deployment);
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .ns = id.ns.ptr,
                                   .name = id.name.ptr,
                                   .body = body,
                                   .manager = MANAGER};

    node_set_str(d, metadata, "uid", node_get_text(node_get(deployment, "metadata"), "uid"));
    node_set(d, spec, SPAN("replicas"), node_new_int(d, replicas));
    node_set(d, body, SPAN("metadata"), metadata);
    node_set(d, body, SPAN("spec"), spec);
    request.resource = kube_find_for(r->options->kube, deployment, err);
    return request.resource ? kube_perform(r->options->kube, &request, &answer, err) : -1;
}

static int scale_up(struct reviving *r, struct needed *c, struct err **err)
{
    char *label CLEANUP(mem_cleanup) = node_label(c->revived.deployment);
    int64_t replicas = replicas_in_tree(r, c->revived.deployment);
    struct err *refusal = NULL;

    report_object(r->options->report, "teardown", NULL, label,
                  "it stands at 0 replicas, and %zu object%s wait%s for it: scaled to %lld",
                  c->objects, PLURAL(c->objects), c->objects == 1 ? "s" : "", (long long)replicas);
    c->state = REVIVE_SCALED;
    if (scale(r, c->revived.deployment, replicas, &refusal) == 0)
        return 0;
    if (err_kind(refusal) != ERR_API)
        return err_move(err, &refusal);
    c->revived.why = arena_str(r->arena, err_message(refusal));
    err_free(refusal);
    return 0;
}

static bool was_restored(const struct reviving *r, const struct needed *c)
{
    VEC_FOREACH (const struct node *const *, it, &r->lacking) {
        const struct node *labels = node_path(*it, "metadata", "labels");
        struct span component = node_get_text(labels, CONTROLLERS_COMPONENT);

        // What is of no controller is of all: their namespace, roles and definitions.
        if (!component.len || span_is(component, c->revived.name))
            return true;
    }
    return false;
}

static int act(struct reviving *r, struct err **err)
{
    VEC_FOREACH (struct needed *, c, &r->list) {
        if (was_restored(r, c))
            c->state = REVIVE_RESTORED;
        if (c->revived.deployment &&
            node_get_int(node_get(c->revived.deployment, "spec"), "replicas", 1) == 0 &&
            scale_up(r, c, err) < 0)
            return -1;
        if (!c->revived.deployment)
            c->revived.why = r->refusal ? r->refusal
                             : r->options->restore
                                 ? "the cluster does not have it, and neither does the "
                                   "tree"
                                 : "it was deleted, and there is no tree at hand to "
                                   "apply it from";
    }
    return 0;
}

// --- what came of it ---

static int wait_for_all(struct reviving *r, struct err **err)
{
    const struct revive_options *o = r->options;
    const struct revive_wait w = {.loop = o->loop,
                                  .kube = o->kube,
                                  .report = o->report,
                                  .arena = r->arena,
                                  .fail_after_ms = o->fail_after_ms,
                                  .deadline = budget_deadline(&o->budget)};
    VEC(struct revived *) list = {0};

    VEC_FOREACH (struct needed *, c, &r->list) {
        c->revived.is_changed = c->state != REVIVE_ALIVE;
        vec_push_arena(r->arena, &list, &c->revived);
    }
    return revive_wait(&w, list.items, list.len, err);
}

static void hand_over(const struct reviving *r, struct controllers *found)
{
    VEC_FOREACH (const struct needed *, c, &r->list) {
        struct controller one = {.name = c->revived.name,
                                 .objects = c->objects,
                                 .state = c->state,
                                 .why = c->revived.why,
                                 .next = c->revived.next};

        if (c->revived.why) {
            one.state = REVIVE_DEAD;
            if (!one.next)
                one.next = arena_printf(r->arena,
                                        "bring %s up again, or name the tree that it is of, then "
                                        "run 'sandstrap down' again",
                                        c->revived.name);
        }
        vec_push_arena(r->arena, &found->list, one);
    }
}

int revive_controllers(const struct revive_options *options, struct arena *arena,
                       struct controllers *found, struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct reviving r = {.options = options, .arena = arena, .doc = doc};

    *found = (struct controllers){0};
    if (revive_list(options->kube, see_object, &r, err) < 0)
        return -1;
    if (!r.list.len)
        return 0;
    if (list_deployments(&r, err) < 0 || restore(&r, err) < 0 || act(&r, err) < 0 ||
        wait_for_all(&r, err) < 0)
        return -1;
    hand_over(&r, found);
    return 0;
}
