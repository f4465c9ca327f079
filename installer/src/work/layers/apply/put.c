// SPDX-License-Identifier: Apache-2.0
// The steps of one object.
#include "work/layers/apply/put.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/ssa.h"
#include "work/layers/apply/intent.h"

enum { HTTP_CREATED = 201 };

const char *const put_taken_over[] = {
    "kubectl",       "kubectl-client-side-apply", "kubectl-create", "kubectl-edit",
    "kubectl-patch", "before-first-apply",        "flux",           NULL,
};

struct kube_request put_request(const struct kube_resource *resource, const struct node *object,
                                enum kube_verb verb, const struct node *wanted)
{
    const struct node *metadata = node_get(object, "metadata");

    return (struct kube_request){
        .verb = verb,
        .resource = resource,
        .ns = node_get_str(metadata, "namespace"),
        .name = node_get_str(metadata, "name"),
        .body = verb == KUBE_GET ? NULL : wanted,
        .force_over = put_taken_over,
    };
}

const struct layers_patch *put_patch_of(const struct layers_patches *patches,
                                        const struct node *object)
{
    struct identity id = node_identity(object);

    for (size_t i = 0; patches && i < patches->items.len; i++) {
        struct identity patched = node_identity(patches->items.items[i].object);

        if (identity_eq(&patched, &id))
            return &patches->items.items[i];
    }
    return NULL;
}

// Whose the fields are that it is about.
static const char *manager_of(const struct put *p)
{
    return p->is_patching ? p->patch->manager : p->apply->manager;
}

static void ask(struct put *p, enum kube_verb verb, bool dry_run, kube_done_fn *done)
{
    struct kube_request request = put_request(p->resource, p->object, verb, p->wanted);

    request.manager = manager_of(p);
    request.dry_run = dry_run;
    request.once = true;
    request.budget = *p->apply->budget;
    p->call = kube_start(p->apply->kube, &request, done, p);
}

// --- what came of it ---

static void forget(struct put *p)
{
    err_clear(&p->error);
    doc_free(p->wanted_doc);
    doc_free(p->live_doc);
    p->wanted_doc = p->live_doc = NULL;
    p->live = NULL;
}

static void come_back(struct put *p, enum put_outcome outcome)
{
    p->call = NULL;
    p->outcome = outcome;
    p->back(p->data, p);
}

// The namespace is being deleted, or gone by now.
static bool lacks_namespace(const struct kube_answer *answer)
{
    return answer->reason == KUBE_TERMINATING ||
           (answer->reason == KUBE_NOT_FOUND &&
            span_is(node_get_text(node_get(answer->object, "details"), "kind"), "namespaces"));
}

static void fail(struct put *p, const struct kube_answer *answer, const struct err *error)
{
    struct span ns = node_get_text(node_get(p->object, "metadata"), "namespace");

    p->error = err_clone(error); // it names the object
    p->retry_after_ms = answer->retry_after_ms;
    p->in_the_way = (struct identity){.kind = SPAN("Namespace"), .name = ns};
    if (ns.len && lacks_namespace(answer))
        come_back(p, PUT_DELETION);
    else
        come_back(p, answer->reason == KUBE_WEBHOOK ? PUT_WEBHOOK
                     : answer->reason == KUBE_BUSY  ? PUT_BUSY
                                                    : PUT_REFUSED);
}

// --- what is remembered of the cluster ---

static void note_write(struct apply *a, const struct node *object, const char *manager)
{
    struct span time = written_by(object, manager);

    if (time.len < sizeof(a->last_write) && span_cmp(time, span_str(a->last_write)) > 0)
        snprintf(a->last_write, sizeof(a->last_write), "%.*s", SPAN_ARG(time));
}

// What is in the cluster now, as it was found or as it was written.
static void note_live(const struct put *p, const struct node *object)
{
    struct span version = node_get_text(node_get(object, "metadata"), "resourceVersion");
    struct apply *a = p->apply;
    uint64_t number;

    note_write(a, object, a->manager);
    if (p->patch)
        note_write(a, object, p->patch->manager);
    if (span_is(node_get_text(object, "apiVersion"), "batch/v1") &&
        span_is(node_get_text(object, "kind"), "Job") && span_u64(version, &number) &&
        number > a->jobs_version)
        a->jobs_version = number;
}

static void note_uid(const struct put *p, const struct node *written)
{
    struct identity id = intent_identity(p->apply->kube, p->object, p->resource);

    if (p->apply->record)
        record_note(p->apply->record, &id, node_get_str(node_get(written, "metadata"), "uid"));
}

static void note_seen(const struct put *p)
{
    struct arena *arena CLEANUP(arena_cleanup) = NULL;
    struct journal_entry entry;

    if (!p->apply->record)
        return;
    arena = arena_new();
    entry = intent_entry(p->apply, p->object, p->resource, p->live, arena);
    record_see(p->apply->record, &entry);
}

// --- the steps ---

static void judge(struct put *p);

// The object is in the cluster as wanted, and so is its patch when it has been that one's turn.
static void go_on(struct put *p)
{
    if (!p->patch || p->is_patching) {
        come_back(p, PUT_DONE);
        return;
    }
    p->is_patching = true;
    p->wanted = p->patch->object;
    judge(p);
}

static void take_live(struct put *p, struct kube_answer *answer)
{
    doc_free(p->live_doc);
    p->live_doc = STEAL(answer->doc);
    p->live = STEAL(answer->object);
}

static void say_written(struct put *p)
{
    char *name CLEANUP(mem_cleanup) = node_label(p->object);
    struct apply *a = p->apply;

    if (p->is_patching)
        report_object(a->report, "layers", a->layer, name, "patched as %s", p->patch->manager);
    else
        report_object(a->report, "layers", a->layer, name, p->created ? "created" : "configured");
}

static void on_written(void *data, struct kube_answer *answer, const struct err *error)
{
    struct put *p = data;

    // Somebody was quicker.
    if (answer->reason == KUBE_MANAGER_CONFLICT && p->is_new) {
        p->is_new = false;
        put_start(p);
        return;
    }
    if (error) {
        fail(p, answer, error);
        return;
    }
    if (!p->is_patching) {
        p->created = answer->status == HTTP_CREATED;
        note_uid(p, answer->object);
    }
    p->apply->written += !p->is_written;
    p->is_written = true;
    p->is_new = false;
    note_live(p, answer->object);
    say_written(p);
    take_live(p, answer);
    go_on(p);
}

static void leave_out(struct put *p, const struct node *live)
{
    struct apply *a = p->apply;
    struct span scaler;

    p->wanted = ssa_leave_to_others(p->object, live, put_taken_over, &p->wanted_doc, &scaler);
    if (scaler.len) {
        char *name CLEANUP(mem_cleanup) = node_label(p->object);

        report_object(a->report, "layers", a->layer, name,
                      "spec.replicas is left to %.*s, which has scaled it", SPAN_ARG(scaler));
    }
}

void put_write(struct put *p)
{
    if (!p->live)
        leave_out(p, NULL);
    ask(p, KUBE_APPLY, false, on_written);
}

// What follows a write of this run need not be let any more.
static void want(struct put *p)
{
    if (p->apply->record && !p->is_written)
        come_back(p, PUT_WANTS);
    else
        put_write(p);
}

const struct node *put_live(const struct put *p)
{
    return p->live;
}

static void finish(struct put *p)
{
    if (!p->is_patching)
        note_seen(p);
    go_on(p);
}

static void on_dry_run(void *data, struct kube_answer *answer, const struct err *error)
{
    struct put *p = data;

    if (error)
        fail(p, answer, error);
    else if (ssa_differs(p->live, answer->object, manager_of(p)))
        want(p);
    else
        finish(p);
}

// What is there against what is wanted of it.
static void judge(struct put *p)
{
    if (ssa_is_applied(p->wanted, p->live, manager_of(p)))
        finish(p);
    else if (p->is_written)
        put_write(p); // the patch, right behind
    else
        ask(p, KUBE_APPLY, true, on_dry_run);
}

// What is on its way out goes, whatever is written to it: it is made anew when it is gone.
static bool is_being_deleted(const struct node *live)
{
    return node_get_text(node_get(live, "metadata"), "deletionTimestamp").len > 0;
}

static void on_read(void *data, struct kube_answer *answer, const struct err *error)
{
    struct put *p = data;

    if (answer->reason == KUBE_NOT_FOUND) {
        want(p);
        return;
    }
    if (error) {
        fail(p, answer, error);
        return;
    }
    if (is_being_deleted(answer->object)) {
        p->in_the_way = node_identity(p->object);
        come_back(p, PUT_DELETION);
        return;
    }
    take_live(p, answer);
    leave_out(p, p->live);
    note_live(p, p->live);
    judge(p);
}

void put_start(struct put *p)
{
    forget(p);
    p->created = p->is_patching = false;
    p->retry_after_ms = 0;
    p->wanted = p->object;
    if (p->is_new)
        put_write(p);
    else
        ask(p, KUBE_GET, false, on_read);
}

void put_free(struct put *p)
{
    if (!p)
        return;
    kube_abort(p->call);
    forget(p);
    free(p);
}
