// SPDX-License-Identifier: Apache-2.0
// Watches by kind.
#include "cluster/watch/informers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "base/vec.h"
#include "model/ready.h"

enum {
    INFORMERS_ASK_AGAIN_MS = 3000,
    // An API server that starts refuses good credentials, too.
    INFORMERS_LOCKED_OUT_MS = 10000,
};

struct informer {
    struct informers *informers;
    char *group;
    char *kind;
    bool names;               // only those are watched
    struct kube_watch *watch; // NULL: not served so far
    int64_t asked_at;         // when discovery was last asked, 0 for never
    bool refused;
    char *trouble;
};

// A Job that had failed, in its last state.
struct failed_job {
    struct doc *doc;
    const struct node *object;
};

struct informers {
    struct loop *loop;
    struct kube *kube;
    struct report *report;
    VEC(struct failed_job) failed_jobs;
    VEC(struct informer *) kinds;
    bool noted;         // some kind has never been asked for
    bool watches_names; // of kinds that are not watched otherwise
    bool changed;
    struct err *locked_out; // nobody knows us any more: no watch has been let in since
    int64_t locked_out_since;
};

struct informers *informers_new(struct loop *loop, struct kube *k, struct report *report)
{
    struct informers *inf = MEM_NEW(struct informers);

    inf->loop = loop;
    inf->kube = k;
    inf->report = report;
    return inf;
}

void informers_free(struct informers *inf)
{
    if (!inf)
        return;
    VEC_FOREACH (struct informer **, it, &inf->kinds) {
        struct informer *kind = *it;

        kube_watch_stop(kind->watch);
        free(kind->group);
        free(kind->kind);
        free(kind->trouble);
        free(kind);
    }
    vec_free(&inf->kinds);
    VEC_FOREACH (struct failed_job *, it, &inf->failed_jobs)
        doc_free(it->doc);
    vec_free(&inf->failed_jobs);
    err_free(inf->locked_out);
    free(inf);
}

static struct informer *known_kind(const struct informers *inf, struct span group, struct span kind,
                                   bool names)
{
    VEC_FOREACH (struct informer *const *, it, &inf->kinds)
        if ((*it)->names == names && span_is(kind, (*it)->kind) && span_is(group, (*it)->group))
            return *it;
    return NULL;
}

static struct informer *add_kind(struct informers *inf, struct span group, struct span kind,
                                 bool names)
{
    struct informer *fresh = MEM_NEW(struct informer);

    fresh->informers = inf;
    fresh->group = mem_strn(group.ptr, group.len);
    fresh->kind = mem_strn(kind.ptr, kind.len);
    fresh->names = names;
    vec_push(&inf->kinds, fresh);
    return fresh;
}

static struct informer *find_kind(struct informers *inf, struct span group, struct span kind)
{
    struct informer *k = known_kind(inf, group, kind, false);

    if (k)
        return k;
    inf->noted = true;
    return add_kind(inf, group, kind, false);
}

// Nobody waits for names.
static struct informer *find_names(struct informers *inf, const struct identity *id)
{
    struct informer *k = known_kind(inf, id->group, id->kind, false);

    if (!k)
        k = known_kind(inf, id->group, id->kind, true);
    if (!k && inf->watches_names)
        k = add_kind(inf, id->group, id->kind, true);
    return k;
}

static struct span place_of(const struct informer *k, const struct identity *id)
{
    return kube_watch_resource(k->watch)->namespaced ? id->ns : SPAN_EMPTY;
}

static enum informers_answer get_from(const struct informer *k, const struct identity *id,
                                      const struct node **object)
{
    *object = NULL;
    if (!k->watch || !kube_watch_synced(k->watch))
        return INFORMERS_UNKNOWN;
    *object = kube_watch_get(k->watch, place_of(k, id), id->name);
    if (*object)
        return INFORMERS_FOUND;
    return kube_watch_unread(k->watch, place_of(k, id), id->name) ? INFORMERS_UNKNOWN
                                                                  : INFORMERS_ABSENT;
}

enum informers_answer informers_get(struct informers *inf, const struct identity *id,
                                    const struct node **object)
{
    return get_from(find_kind(inf, id->group, id->kind), id, object);
}

enum informers_answer informers_find(struct informers *inf, const struct identity *id)
{
    const struct informer *k = find_names(inf, id);
    const struct node *object;

    // What is not seen any more may be there.
    return !k || k->refused ? INFORMERS_UNKNOWN : get_from(k, id, &object);
}

void informers_watch_names(struct informers *inf)
{
    inf->watches_names = true;
}

const char *informers_trouble(struct informers *inf, const struct identity *id)
{
    struct informer *k = find_kind(inf, id->group, id->kind);

    if (k->trouble || !k->watch)
        return k->trouble;
    return kube_watch_unread(k->watch, place_of(k, id), id->name);
}

void informers_each(struct informers *inf, const char *group, const char *kind,
                    kube_object_fn *each, void *data)
{
    struct informer *k = find_kind(inf, span_str(group), span_str(kind));
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (k->watch && kube_watch_each(k->watch, each, data, &err) < 0)
        return;
}

bool informers_has_reached(struct informers *inf, struct span group, struct span kind,
                           uint64_t version)
{
    const struct informer *k = find_kind(inf, group, kind);

    return k->watch && kube_watch_version(k->watch) >= version;
}

static size_t find_failed(const struct informers *inf, const struct identity *job)
{
    for (size_t i = 0; i < inf->failed_jobs.len; i++) {
        struct identity id = node_identity(inf->failed_jobs.items[i].object);

        if (identity_eq(&id, job))
            return i;
    }
    return inf->failed_jobs.len;
}

const struct node *informers_failed_job(const struct informers *inf, const struct identity *job)
{
    size_t i = find_failed(inf, job);

    return i < inf->failed_jobs.len ? ready_condition(inf->failed_jobs.items[i].object, "Failed")
                                    : NULL;
}

// Of the Jobs of one name the last one counts.
static void note_job(struct informers *inf, enum kube_change change, const struct node *job)
{
    struct identity id = node_identity(job);
    size_t i = find_failed(inf, &id);
    struct failed_job failed;

    if (i < inf->failed_jobs.len) {
        doc_free(inf->failed_jobs.items[i].doc);
        vec_remove(&inf->failed_jobs, i);
    }
    if (change != KUBE_DELETED ||
        !span_is(node_get_text(ready_condition(job, "Failed"), "status"), "True"))
        return;
    failed.doc = doc_new();
    failed.object = node_copy(failed.doc, job);
    vec_push(&inf->failed_jobs, failed);
}

static void on_change(void *data, enum kube_change change, const struct node *object)
{
    struct informer *k = data;

    k->informers->changed = true;
    if (strcmp(k->group, "batch") == 0 && strcmp(k->kind, "Job") == 0)
        note_job(k->informers, change, object);
}

static void let_in(struct informers *inf)
{
    err_free(inf->locked_out);
    inf->locked_out = NULL;
}

// Who we are is asked before what we want: credentials that one watch is refused for are no good
// for the others, and what those show is of the past.
static void lock_out(struct informers *inf, const struct err *error)
{
    if (inf->locked_out)
        return;
    inf->locked_out = err_clone(error);
    inf->locked_out_since = timer_now();
}

static void on_synced(void *data)
{
    struct informer *k = data;

    let_in(k->informers);

    k->refused = false;
    free(k->trouble);
    k->trouble = NULL;
    k->informers->changed = true;
}

static void on_refused(void *data, enum kube_reason reason, const struct err *error)
{
    struct informer *k = data;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (reason == KUBE_UNAUTHORIZED)
        lock_out(k->informers, error);
    else
        let_in(k->informers);
    err_format(error, &text);
    free(k->trouble);
    k->trouble = buf_take(&text);
    if (k->names && !k->refused)
        report_trace(k->informers->report, "layers", "%s is not looked at: %s", k->kind,
                     k->trouble);
    k->refused = true;
    k->informers->changed = true;
}

static int start_watch(struct informers *inf, struct informer *k, struct err **err)
{
    const struct kube_resource *resource;
    struct kube_selection selection = {0};
    struct kube_watch_handler handler = {on_change, on_synced, on_refused, k};

    k->asked_at = timer_now();
    if (kube_find_kind(inf->kube, k->group, k->kind, &resource, err) < 0)
        return -1;
    free(k->trouble);
    k->trouble = NULL;
    if (!resource) {
        k->trouble = mem_printf("the cluster does not serve the kind %s%s%s", k->kind,
                                k->group[0] ? "." : "", k->group);
        return 0;
    }
    selection.resource = resource;
    selection.names_only = k->names;
    k->watch = kube_watch_start(inf->kube, &selection, &handler);
    return 0;
}

int informers_refresh(struct informers *inf, struct err **err)
{
    int64_t now = timer_now();

    if (inf->locked_out && now - inf->locked_out_since >= INFORMERS_LOCKED_OUT_MS)
        return err_move(err, &inf->locked_out);
    inf->noted = false;
    // Kinds may be added while discovery runs the loop: indexes, not pointers.
    for (size_t i = 0; i < inf->kinds.len; i++) {
        struct informer *k = inf->kinds.items[i];

        if (k->watch || (k->asked_at && now - k->asked_at < INFORMERS_ASK_AGAIN_MS))
            continue;
        if (start_watch(inf, k, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_awaited(const struct informer *k)
{
    return !k->names && k->watch && !k->refused && !kube_watch_synced(k->watch);
}

bool informers_settled(struct informers *inf)
{
    if (inf->noted)
        return false;
    VEC_FOREACH (struct informer **, it, &inf->kinds)
        if (is_awaited(*it))
            return false;
    return true;
}

const char *informers_unsettled(const struct informers *inf)
{
    VEC_FOREACH (struct informer *const *, it, &inf->kinds)
        if (is_awaited(*it))
            return (*it)->kind;
    return "everything";
}

static bool is_renewed(void *data)
{
    const struct informers *inf = data;

    VEC_FOREACH (struct informer *const *, it, &inf->kinds)
        if ((*it)->watch && !kube_watch_renewed((*it)->watch))
            return false;
    return true;
}

int informers_confirm(struct informers *inf, int64_t until, bool *confirmed, struct err **err)
{
    int result;

    VEC_FOREACH (struct informer **, it, &inf->kinds)
        if ((*it)->watch && !(*it)->refused)
            kube_watch_renew((*it)->watch);
    result = loop_run_until(inf->loop, is_renewed, inf, until, err);
    *confirmed = result == 0;
    return result < 0 ? -1 : 0;
}

void informers_note_change(struct informers *inf)
{
    inf->changed = true;
}

bool informers_changed(struct informers *inf)
{
    bool changed = inf->changed;

    inf->changed = false;
    return changed;
}

static bool has_changed(void *data)
{
    return informers_changed(data);
}

int informers_wait(struct informers *inf, int64_t until, struct err **err)
{
    return loop_run_until(inf->loop, has_changed, inf, until, err);
}
