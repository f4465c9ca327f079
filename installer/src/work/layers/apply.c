// SPDX-License-Identifier: Apache-2.0
// Applying by rank: all objects of a rank at the same time, each by its own small state machine
// (read, dry run if needed, write).
#include "work/layers/apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/timer.h"
#include "base/vec.h"
#include "model/ssa.h"
#include "work/layers/definitions.h"
#include "work/layers/order.h"

enum { APPLY_TERMINATING_RETRY_MS = 1000 };

// Managers whose fields are taken over without asking: people's kubectl, and Flux's own installer.
static const char *const forced_managers[] = {
    "kubectl",       "kubectl-client-side-apply", "kubectl-create", "kubectl-edit",
    "kubectl-patch", "before-first-apply",        "flux",           NULL,
};

struct job;

// The objects of one rank in flight.
struct group {
    struct apply *apply;
    VEC(struct job *) open;
    struct err *error; // the first one
};

struct job {
    struct group *group;
    const struct node *wanted; // of the tree; once it was read, without what is left to others
    struct doc *wanted_doc;    // of that
    const struct kube_resource *resource;
    struct kube_call *call; // in flight; NULL while the timer runs
    uint64_t timer;
    struct doc *live_doc; // of the read
    const struct node *live;
};

static void job_start(struct job *job, enum kube_verb verb, bool dry_run, kube_done_fn *done)
{
    struct kube_request request = {
        .verb = verb,
        .resource = job->resource,
        .ns = node_get_str(node_get(job->wanted, "metadata"), "namespace"),
        .name = node_get_str(node_get(job->wanted, "metadata"), "name"),
        .body = verb == KUBE_GET ? NULL : job->wanted,
        .manager = job->group->apply->manager,
        .dry_run = dry_run,
        .force_over = forced_managers,
        .budget = *job->group->apply->budget,
    };

    job->call = kube_start(job->group->apply->kube, &request, done, job);
}

static void job_free(struct job *job)
{
    doc_free(job->wanted_doc);
    doc_free(job->live_doc);
    free(job);
}

static void job_end(struct job *job, const struct err *error)
{
    struct group *group = job->group;

    if (error && !group->error)
        group->error = err_clone(error); // it names the object
    for (size_t i = 0; i < group->open.len; i++) {
        if (group->open.items[i] == job) {
            vec_remove(&group->open, i);
            break;
        }
    }
    job_free(job);
}

static void note_write(struct apply *a, const struct node *object)
{
    struct span time = written_by(object, a->manager);

    if (time.len < sizeof(a->last_write) && span_cmp(time, span_str(a->last_write)) > 0)
        snprintf(a->last_write, sizeof(a->last_write), "%.*s", SPAN_ARG(time));
}

// What is in the cluster now, as it was found or as it was written.
static void note_live(struct apply *a, const struct node *object)
{
    struct span version = node_get_text(node_get(object, "metadata"), "resourceVersion");
    uint64_t number;

    note_write(a, object);
    if (span_is(node_get_text(object, "apiVersion"), "batch/v1") &&
        span_is(node_get_text(object, "kind"), "Job") && span_u64(version, &number) &&
        number > a->jobs_version)
        a->jobs_version = number;
}

static void on_written(void *data, struct kube_answer *answer, const struct err *error);

static void write_again(void *data)
{
    struct job *job = data;

    job->timer = 0;
    job_start(job, KUBE_APPLY, false, on_written);
}

// A namespace that is on its way out (a teardown just before) is waited for.
static bool waits_for_namespace(struct job *job, const struct kube_answer *answer)
{
    struct apply *a = job->group->apply;
    char *name CLEANUP(mem_cleanup) = NULL;

    if (answer->reason != KUBE_TERMINATING || budget_is_over(a->budget))
        return false;
    name = node_label(job->wanted);
    report_object(a->report, "layers", a->layer, name,
                  "waiting for its namespace, which is being deleted");
    job->call = NULL;
    job->timer =
        loop_add_timer(a->loop, timer_now() + APPLY_TERMINATING_RETRY_MS, write_again, job);
    return true;
}

static void on_written(void *data, struct kube_answer *answer, const struct err *error)
{
    struct job *job = data;
    struct apply *a = job->group->apply;

    if (waits_for_namespace(job, answer))
        return;
    if (!error) {
        char *name CLEANUP(mem_cleanup) = node_label(job->wanted);

        a->written++;
        note_live(a, answer->object);
        report_object(a->report, "layers", a->layer, name, job->live ? "configured" : "created");
    }
    job_end(job, error);
}

static void on_dry_run(void *data, struct kube_answer *answer, const struct err *error)
{
    struct job *job = data;

    if (error || !ssa_differs(job->live, answer->object, job->group->apply->manager)) {
        job_end(job, error);
        return;
    }
    job_start(job, KUBE_APPLY, false, on_written);
}

static void leave_out(struct job *job, const struct node *live)
{
    struct apply *a = job->group->apply;
    struct span scaler;

    job->wanted =
        ssa_leave_to_others(job->wanted, live, forced_managers, &job->wanted_doc, &scaler);
    if (scaler.len) {
        char *name CLEANUP(mem_cleanup) = node_label(job->wanted);

        report_object(a->report, "layers", a->layer, name,
                      "spec.replicas is left to %.*s, which has scaled it", SPAN_ARG(scaler));
    }
}

static void on_read(void *data, struct kube_answer *answer, const struct err *error)
{
    struct job *job = data;

    leave_out(job, error ? NULL : answer->object);
    if (answer->reason == KUBE_NOT_FOUND) {
        job_start(job, KUBE_APPLY, false, on_written);
        return;
    }
    note_live(job->group->apply, answer->object);
    if (error || ssa_is_applied(job->wanted, answer->object, job->group->apply->manager)) {
        job_end(job, error);
        return;
    }
    job->live_doc = answer->doc;
    job->live = answer->object;
    answer->doc = NULL;
    answer->object = NULL;
    job_start(job, KUBE_APPLY, true, on_dry_run);
}

static bool group_done(void *data)
{
    return ((struct group *)data)->open.len == 0;
}

// Ends what is still in flight: after a signal.
static void group_abort(struct group *group)
{
    VEC_FOREACH (struct job **, it, &group->open) {
        kube_abort((*it)->call);
        loop_remove_timer(group->apply->loop, (*it)->timer);
        job_free(*it);
    }
    group->open.len = 0;
}

static int start_all(struct group *group, const struct order_entry *entries, size_t count,
                     struct err **err)
{
    for (size_t i = 0; i < count; i++) {
        const struct kube_resource *resource =
            kube_find_for(group->apply->kube, entries[i].object, err);
        struct job *job;

        if (!resource) {
            char *name CLEANUP(mem_cleanup) = node_label(entries[i].object);

            return err_wrap(err, "applying %s", name);
        }
        job = MEM_NEW(struct job);
        *job = (struct job){.group = group, .wanted = entries[i].object, .resource = resource};
        vec_push(&group->open, job);
        job_start(job, KUBE_GET, false, on_read);
    }
    return 0;
}

// All objects of entries[0..count) at once. Every request has its own end, so the
// group always ends; the first error is given when all are through, so that none is left half done.
static int apply_group(struct apply *a, const struct order_entry *entries, size_t count,
                       struct err **err)
{
    struct group group = {.apply = a};
    int status = start_all(&group, entries, count, err);
    struct err *stop CLEANUP(err_cleanup) = NULL;

    if (loop_run_until(a->loop, group_done, &group, TIMER_NEVER, &stop) < 0) {
        group_abort(&group);
        err_clear(&group.error);
        group.error = STEAL(stop);
    }
    vec_free(&group.open);
    if (status == 0 && group.error)
        return err_move(err, &group.error);
    err_clear(&group.error);
    return status;
}

static size_t group_end(const struct order_entry *entries, size_t start, size_t count)
{
    size_t end = start + 1;

    while (end < count && entries[end].stage == entries[start].stage &&
           entries[end].rank == entries[start].rank)
        end++;
    return end;
}

int apply_objects(struct apply *a, const struct node **objects, size_t count, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct order_entry *entries = order_objects(objects, count, arena);
    size_t end;

    for (size_t start = 0; start < count; start = end) {
        end = group_end(entries, start, count);
        if (apply_group(a, entries + start, end - start, err) < 0)
            return -1;
        if (entries[start].stage == ORDER_DEFINITIONS &&
            span_is(node_get_text(entries[start].object, "kind"), "CustomResourceDefinition") &&
            definitions_wait(a->loop, a->kube, entries + start, end - start, a->budget, err) < 0)
            return -1;
    }
    return 0;
}
