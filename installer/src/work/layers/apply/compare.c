// SPDX-License-Identifier: Apache-2.0
// The tree against the cluster, without writing: the first two steps of put.c, and what they tell.
#include "work/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "model/ssa.h"
#include "work/layers/apply/put.h"

struct comparison {
    const struct layers_compare_options *options;
    struct arena *arena; // of what is found
    struct probe *probes;
    size_t count, open;
    struct err *error; // the first one
};

// One object.
struct probe {
    struct comparison *comparison;
    size_t layer;
    const struct node *object, *wanted; // of the tree; without what is left to others, or the patch
    const struct layers_patch *patch;   // when it is that one's turn
    struct doc *wanted_doc, *live_doc;
    const struct node *live;
    const struct kube_resource *resource;
    struct kube_call *call;
    bool differs;
    struct layers_difference difference;
};

static void end(struct probe *p)
{
    p->call = NULL;
    doc_free(p->wanted_doc);
    doc_free(p->live_doc);
    p->wanted_doc = p->live_doc = NULL;
    p->comparison->open--;
}

static void found(struct probe *p, enum layers_difference_kind kind, const char *detail)
{
    struct arena *arena = p->comparison->arena;
    char *name CLEANUP(mem_cleanup) = node_label(p->object);

    p->differs = true;
    p->difference = (struct layers_difference){kind, p->layer, arena_str(arena, name),
                                               arena_str(arena, detail)};
    end(p);
}

static const char *manager_of(const struct probe *p)
{
    return p->patch ? p->patch->manager : p->comparison->options->manager;
}

static void ask(struct probe *p, enum kube_verb verb, kube_done_fn *done)
{
    struct kube_request request = put_request(p->resource, p->object, verb, p->wanted);

    request.manager = manager_of(p);
    request.dry_run = verb != KUBE_GET;
    request.budget = *p->comparison->options->budget;
    p->call = kube_start(p->comparison->options->kube, &request, done, p);
}

static void fail(struct probe *p, const struct err *error)
{
    if (!p->comparison->error)
        p->comparison->error = err_clone(error); // it names the object
    end(p);
}

// What the API server says, without what was asked of it: the object is named beside it.
static const char *words_of(const struct err *error, const struct node *object)
{
    char *name CLEANUP(mem_cleanup) = node_label(object);
    const char *text = err_message(error), *at = strstr(text, name);
    struct span rest = span_str(at ? at + strlen(name) : text);

    return span_skip(&rest, ": ") ? rest.ptr : text;
}

// What an apply would be refused for is a difference; what nobody answers is none.
static void refused(struct probe *p, enum kube_reason reason, const struct err *error)
{
    switch (reason) {
    case KUBE_NOT_FOUND: found(p, LAYERS_MISSING, ""); break;
    case KUBE_FORBIDDEN: found(p, LAYERS_UNKNOWN, words_of(error, p->object)); break;
    case KUBE_UNAUTHORIZED:
    case KUBE_BUSY:
    case KUBE_UNREACHABLE: fail(p, error); break;
    default:
        if (err_kind(error) == ERR_CANCELLED)
            fail(p, error);
        else
            found(p, LAYERS_DIFFERS, words_of(error, p->object));
    }
}

static void judge(struct probe *p);

// The object is as wanted, and so is its patch when it has been that one's turn.
static void go_on(struct probe *p)
{
    const struct layers_patch *patch = put_patch_of(p->comparison->options->patches, p->object);

    if (p->patch || !patch) {
        end(p);
        return;
    }
    p->patch = patch;
    p->wanted = patch->object;
    judge(p);
}

static void on_dry_run(void *data, struct kube_answer *answer, const struct err *error)
{
    struct probe *p = data;
    struct buf paths CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (error)
        refused(p, answer->reason, error);
    else if (!ssa_differs(p->live, answer->object, manager_of(p)))
        go_on(p);
    else if (ssa_paths(p->live, answer->object, &paths))
        found(p, LAYERS_DIFFERS, buf_str(&paths));
    else
        found(p, LAYERS_DIFFERS, "its fields belong to others");
}

static void judge(struct probe *p)
{
    if (ssa_is_applied(p->wanted, p->live, manager_of(p)))
        go_on(p);
    else
        ask(p, KUBE_APPLY, on_dry_run);
}

static void on_read(void *data, struct kube_answer *answer, const struct err *error)
{
    struct probe *p = data;
    struct span scaler;

    if (error) {
        refused(p, answer->reason, error);
        return;
    }
    p->wanted =
        ssa_leave_to_others(p->object, answer->object, put_taken_over, &p->wanted_doc, &scaler);
    p->live_doc = STEAL(answer->doc);
    p->live = STEAL(answer->object);
    judge(p);
}

// A Job that goes when it has finished is not missed.
static bool may_be_gone(const struct node *object)
{
    return span_is(node_get_text(object, "kind"), "Job") &&
           node_path(object, "spec", "ttlSecondsAfterFinished");
}

static int start(struct comparison *c, size_t layer, const struct node *object, struct err **err)
{
    struct identity id = node_identity(object);
    struct probe *p = &c->probes[c->count++];
    const struct kube_resource *served;

    *p = (struct probe){.comparison = c, .layer = layer, .object = object, .wanted = object};
    c->open++;
    id = identity_copy(c->arena, &id);
    if (kube_find_kind(c->options->kube, id.group.ptr, id.kind.ptr, &served, err) < 0)
        return -1;
    if (!served) {
        found(p, LAYERS_MISSING, "");
        return 0;
    }
    p->resource = kube_find_for(c->options->kube, object, err);
    if (!p->resource)
        return -1;
    ask(p, KUBE_GET, on_read);
    return 0;
}

static int start_all(struct comparison *c, const struct layers *layers, struct err **err)
{
    for (size_t i = 0; i < layers->count; i++) {
        const struct layer *layer = &layers->items[i];

        for (size_t j = 0; j < layer->count; j++)
            if (!may_be_gone(layer->objects[j]) && start(c, i, layer->objects[j], err) < 0)
                return -1;
    }
    return 0;
}

static bool is_done(void *data)
{
    return ((struct comparison *)data)->open == 0;
}

static void comparison_end(struct comparison *c)
{
    for (size_t i = 0; i < c->count; i++) {
        kube_abort(c->probes[i].call);
        doc_free(c->probes[i].wanted_doc);
        doc_free(c->probes[i].live_doc);
    }
    free(c->probes);
    err_free(c->error);
}

int layers_compare(const struct layers_compare_options *options, const struct layers *layers,
                   struct arena *arena, const struct layers_difference **differences, size_t *count,
                   struct err **err)
{
    struct comparison c CLEANUP(comparison_end) = {.options = options, .arena = arena};
    VEC(struct layers_difference) list = {0};
    size_t objects = 0;

    for (size_t i = 0; i < layers->count; i++)
        objects += layers->items[i].count;
    c.probes = mem_zalloc(objects + 1, sizeof(*c.probes));
    if (start_all(&c, layers, err) < 0 ||
        loop_run_until(options->loop, is_done, &c, TIMER_NEVER, err) < 0)
        return -1;
    if (c.error)
        return err_move(err, &c.error);
    for (size_t i = 0; i < c.count; i++)
        if (c.probes[i].differs)
            vec_push_arena(arena, &list, c.probes[i].difference);
    *differences = list.items;
    *count = list.len;
    return 0;
}
