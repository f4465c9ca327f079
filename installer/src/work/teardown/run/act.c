// SPDX-License-Identifier: Apache-2.0
// The requests of one task, one after the other: reading what tells of others, resuming what is
// suspended, deleting with the UID as a precondition.
#include "work/teardown/run/act.h"

#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "base/when.h"

enum { ACT_CONFLICTS = 3 }; // without a pause

static void read_first(struct task *t);
static void delete_it(struct task *t);

static bool is_of_flux(const struct task *t)
{
    return span_ends(t->step->id.group, FLUX_GROUP_SUFFIX);
}

static bool is_workload(const struct task *t)
{
    return span_is(t->step->id.group, "apps");
}

// What is deleted without a look is gone without a trace of what it was to others.
static bool wants_reading(const struct task *t)
{
    return !t->uid[0] || !task_deletes(t) || is_of_flux(t) ||
           ((t->step->phase == TEARDOWN_CONTROLLERS || t->step->phase == TEARDOWN_NODES) &&
            is_workload(t));
}

// --- asking ---

static void change(struct task *t, enum task_state state)
{
    t->state = state;
    informers_note_change(t->run->facts.informers);
}

// The object is gone; what has to go with it is seen to (see.h).
static void end(struct task *t)
{
    t->is_gone = true;
    change(t, t->before && task_deletes(t) ? TASK_WAITING : TASK_DONE);
}

static void fail(struct running *run, struct err **error)
{
    if (run->failure)
        err_clear(error);
    else
        (void)err_move(&run->failure, error);
    informers_note_change(run->facts.informers);
}

static void ask(struct task *t, struct kube_request *request, kube_done_fn *done)
{
    request->resource = t->resource;
    request->ns = t->step->id.ns.ptr;
    request->name = t->step->id.name.ptr;
    request->manager = TEARDOWN_MANAGER;
    request->once = true;
    request->budget = t->run->options->budget;
    t->state = TASK_ASKING;
    t->call = kube_start(t->run->kube, request, done, t);
}

static void write_it(struct task *t, struct kube_request *request, kube_done_fn *done)
{
    struct err *error CLEANUP(err_cleanup) = NULL;

    if (record_check(t->run->record, &error) < 0) {
        change(t, TASK_TODO);
        fail(t->run, &error);
        return;
    }
    ask(t, request, done);
}

// What was refused is tried again after a pause: a webhook or a policy may be on its way out.
static void note_refusal(struct task *t, const struct kube_answer *answer, const struct err *error)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct budget *budget = &t->run->options->budget;
    const struct budget pauses = {.deadline = budget->deadline,
                                  .pause_most_ms = KUBE_PAUSE_MOST_MS};

    err_format(error, &text);
    free(t->refusal);
    t->refusal = buf_take(&text);
    t->reason = answer->reason;
    t->next_at = budget_repeat_at(&pauses, ++t->refusals, answer->retry_after_ms);
    change(t, TASK_TODO);
}

// True when the answer is that of a request that went well.
static bool went_well(struct task *t, const struct kube_answer *answer, const struct err *error)
{
    struct err *copy;

    t->call = NULL;
    if (!error) {
        t->reason = KUBE_OK;
        t->refusals = 0;
        return true;
    }
    if (err_kind(error) == ERR_CANCELLED) {
        copy = err_clone(error);
        change(t, TASK_TODO);
        fail(t->run, &copy);
    } else if (answer->reason == KUBE_NOT_FOUND) {
        end(t);
    } else if (answer->reason == KUBE_CONFLICT && t->conflicts++ < ACT_CONFLICTS) {
        read_first(t); // another one of its name, or somebody wrote in between
    } else {
        note_refusal(t, answer, error);
    }
    return false;
}

// --- deleting ---

// Whether nobody has deleted it so far. (What the API server answers to a deletion is the object as
// long as something holds it, and one of these when it is gone.)
static bool is_undeleted(const struct node *object)
{
    return !node_get_text(node_get(object, "metadata"), "deletionTimestamp").len;
}

static void on_deleted(void *data, struct kube_answer *answer, const struct err *error)
{
    struct task *t = data;

    if (!went_well(t, answer, error))
        return;
    if (is_undeleted(answer->object))
        end(t);
    else
        change(t, TASK_WAITING);
}

static void delete_it(struct task *t)
{
    struct kube_request request = {.verb = KUBE_DELETE, .uid = t->uid};

    write_it(t, &request, on_deleted);
}

// --- patches ---

static struct node *patch_body(struct doc *d, const struct task *t)
{
    struct node *body = node_new_map(d), *metadata = node_new_map(d);

    node_set_str(d, metadata, "uid", span_str(t->uid));
    node_set(d, body, SPAN("metadata"), metadata);
    return body;
}

static void patch(struct task *t, const struct node *body, kube_done_fn *done)
{
    struct kube_request request = {.verb = KUBE_MERGE_PATCH, .body = body};

    write_it(t, &request, done);
}

static void suspend(struct task *t, bool value, kube_done_fn *done)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *body = patch_body(d, t), *spec = node_new_map(d), *notes = node_new_map(d);
    char now[WHEN_TEXT_BYTES];

    node_set(d, spec, SPAN("suspend"), node_new_bool(d, value));
    node_set(d, body, SPAN("spec"), spec);
    if (value) { // so that an 'up' after an interruption knows
        node_set_str(d, notes, FLUX_SUSPENDED_AT, span_str(when_stamp(when_now(), now)));
        node_set(d, node_get(body, "metadata"), SPAN("annotations"), notes);
    }
    patch(t, body, done);
}

static void on_patched(void *data, struct kube_answer *answer, const struct err *error)
{
    struct task *t = data;

    if (went_well(t, answer, error))
        change(t, TASK_DONE);
}

// Its controller acts on it from now on, or lets go of what it has made: back to back.
static void on_prepared(void *data, struct kube_answer *answer, const struct err *error)
{
    struct task *t = data;

    if (went_well(t, answer, error))
        delete_it(t);
}

// kustomize-controller leaves it alone then (docs: kustomize.toolkit.fluxcd.io/prune).
static void mark(struct task *t)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *body = patch_body(d, t), *notes = node_new_map(d);

    node_set_str(d, notes, FLUX_KUSTOMIZE_GROUP "/prune", SPAN("disabled"));
    node_set(d, node_get(body, "metadata"), SPAN("annotations"), notes);
    patch(t, body, on_patched);
}

// --- reading ---

static bool is_suspended(const struct node *object)
{
    return node_get_bool(node_get(object, "spec"), "suspend", false);
}

static void keep(struct task *t, struct kube_answer *answer)
{
    if (!answer->object)
        return;
    doc_free(t->doc);
    t->doc = STEAL(answer->doc);
    t->before = answer->object;
    answer->object = NULL;
    if (flux_kind(&t->step->id) == FLUX_HELM_RELEASE)
        t->helm = flux_helm_release(t->run->arena, t->before);
}

// By somebody else: what we have suspended was told.
static bool was_suspended(const struct task *t)
{
    return !node_get_text(node_path(t->before, "metadata", "annotations"), FLUX_SUSPENDED_AT).len;
}

static void resume(struct task *t)
{
    if (was_suspended(t))
        report_object(t->run->report, TEARDOWN_SAYS, teardown_phase_name(t->step->phase), t->label,
                      "suspended, so that its controller would let go of all that it has made: "
                      "resumed");
    suspend(t, false, on_prepared);
}

// What is suspended is let go of without a word: so it is resumed, or suspended, whichever is
// meant.
static void delete_flux(struct task *t)
{
    bool suspended = is_suspended(t->before), wanted = t->step->verb == TEARDOWN_VERB_LET_GO;

    t->is_orphaned = wanted;
    if (suspended && !wanted)
        resume(t);
    else if (!suspended && wanted)
        suspend(t, true, on_prepared);
    else if (is_undeleted(t->before))
        delete_it(t);
    else
        change(t, TASK_WAITING); // somebody has deleted it already
}

static void go_on(struct task *t)
{
    switch (t->step->verb) {
    case TEARDOWN_VERB_SUSPEND:
        if (is_suspended(t->before))
            change(t, TASK_DONE);
        else
            suspend(t, true, on_patched);
        break;
    case TEARDOWN_VERB_MARK: mark(t); break;
    case TEARDOWN_VERB_DELETE:
    case TEARDOWN_VERB_LET_GO:
        if (is_of_flux(t))
            delete_flux(t);
        else if (is_undeleted(t->before))
            delete_it(t);
        else
            change(t, TASK_WAITING);
        break;
    case TEARDOWN_VERB_UNINSTALL: break;
    }
}

static void on_read(void *data, struct kube_answer *answer, const struct err *error)
{
    struct task *t = data;
    struct span uid;

    if (!went_well(t, answer, error))
        return;
    uid = node_get_text(node_get(answer->object, "metadata"), "uid");
    if (t->uid[0] && !span_is(uid, t->uid)) {
        change(t, TASK_FOREIGN);
        return;
    }
    t->uid = arena_span(t->run->arena, uid).ptr;
    keep(t, answer);
    go_on(t);
}

static void read_first(struct task *t)
{
    struct kube_request request = {.verb = KUBE_GET};

    ask(t, &request, on_read);
}

// --- interface ---

int act_read(struct task *t, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *unknown CLEANUP(err_cleanup) = NULL;

    if (!t->resource || !is_of_flux(t))
        return 0;
    if (kube_get(t->run->kube, t->resource, t->step->id.ns.ptr, t->step->id.name.ptr, &answer,
                 &unknown) == 0)
        keep(t, &answer);
    return unknown && err_kind(unknown) == ERR_CANCELLED ? err_move(err, &unknown) : 0;
}

void act_begin(struct task *t)
{
    if (!t->begun)
        t->begun = timer_now();
    if (!t->resource || t->step->verb == TEARDOWN_VERB_UNINSTALL)
        change(
            t,
            TASK_DONE); // its kind is gone, and it with that; or see work/teardown/run/orphaned.h
    else if (wants_reading(t))
        read_first(t);
    else
        delete_it(t);
}

bool act_is_denied(const struct task *t)
{
    return t->reason == KUBE_FORBIDDEN && t->refusal && strstr(t->refusal, " cannot ") != NULL;
}

void act_abort(struct task *t)
{
    kube_abort(t->call);
    t->call = NULL;
}
