// SPDX-License-Identifier: Apache-2.0
// Watches by kind.
#include "cluster/informers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "base/vec.h"
#include "model/ready.h"

enum { TRACK_ASK_AGAIN_MS = 3000 };

struct track_kind {
    struct track *track;
    char *group;
    char *kind;
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

struct track {
    struct kube *kube;
    VEC(struct failed_job) failed_jobs;
    VEC(struct track_kind *) kinds;
    bool noted; // some kind has never been asked for
    bool changed;
};

struct track *track_new(struct kube *k)
{
    struct track *t = MEM_NEW(struct track);

    t->kube = k;
    return t;
}

void track_free(struct track *t)
{
    if (!t)
        return;
    VEC_FOREACH (struct track_kind **, it, &t->kinds) {
        struct track_kind *kind = *it;

        kube_watch_stop(kind->watch);
        free(kind->group);
        free(kind->kind);
        free(kind->trouble);
        free(kind);
    }
    vec_free(&t->kinds);
    VEC_FOREACH (struct failed_job *, it, &t->failed_jobs)
        doc_free(it->doc);
    vec_free(&t->failed_jobs);
    free(t);
}

static struct track_kind *find_kind(struct track *t, struct span group, struct span kind)
{
    struct track_kind *fresh;

    VEC_FOREACH (struct track_kind **, it, &t->kinds)
        if (span_is(kind, (*it)->kind) && span_is(group, (*it)->group))
            return *it;
    fresh = MEM_NEW(struct track_kind);
    fresh->track = t;
    fresh->group = mem_strn(group.ptr, group.len);
    fresh->kind = mem_strn(kind.ptr, kind.len);
    vec_push(&t->kinds, fresh);
    t->noted = true;
    return fresh;
}

static struct span place_of(const struct track_kind *k, struct span ns)
{
    return kube_watch_resource(k->watch)->namespaced ? ns : SPAN_EMPTY;
}

enum track_answer track_get(struct track *t, struct span group, struct span kind, struct span ns,
                            struct span name, const struct node **object)
{
    struct track_kind *k = find_kind(t, group, kind);

    *object = NULL;
    if (!k->watch || !kube_watch_synced(k->watch))
        return TRACK_UNKNOWN;
    *object = kube_watch_get(k->watch, place_of(k, ns), name);
    if (*object)
        return TRACK_FOUND;
    return kube_watch_unread(k->watch, place_of(k, ns), name) ? TRACK_UNKNOWN : TRACK_ABSENT;
}

const char *track_trouble(struct track *t, struct span group, struct span kind, struct span ns,
                          struct span name)
{
    struct track_kind *k = find_kind(t, group, kind);

    if (k->trouble || !k->watch)
        return k->trouble;
    return kube_watch_unread(k->watch, place_of(k, ns), name);
}

void track_each(struct track *t, const char *group, const char *kind, kube_object_fn *each,
                void *data)
{
    struct track_kind *k = find_kind(t, span_str(group), span_str(kind));
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (k->watch && kube_watch_each(k->watch, each, data, &err) < 0)
        return;
}

bool track_has_reached(struct track *t, struct span group, struct span kind, uint64_t version)
{
    const struct track_kind *k = find_kind(t, group, kind);

    return k->watch && kube_watch_version(k->watch) >= version;
}

static size_t find_failed(const struct track *t, struct span ns, struct span name)
{
    for (size_t i = 0; i < t->failed_jobs.len; i++) {
        const struct node *metadata = node_get(t->failed_jobs.items[i].object, "metadata");

        if (span_eq(node_get_text(metadata, "name"), name) &&
            span_eq(node_get_text(metadata, "namespace"), ns))
            return i;
    }
    return t->failed_jobs.len;
}

const struct node *track_failed_job(const struct track *t, struct span ns, struct span name)
{
    size_t i = find_failed(t, ns, name);

    return i < t->failed_jobs.len ? ready_condition(t->failed_jobs.items[i].object, "Failed")
                                  : NULL;
}

// Of the Jobs of one name the last one counts.
static void note_job(struct track *t, enum kube_change change, const struct node *job)
{
    const struct node *metadata = node_get(job, "metadata");
    size_t i =
        find_failed(t, node_get_text(metadata, "namespace"), node_get_text(metadata, "name"));
    struct failed_job failed;

    if (i < t->failed_jobs.len) {
        doc_free(t->failed_jobs.items[i].doc);
        vec_remove(&t->failed_jobs, i);
    }
    if (change != KUBE_DELETED ||
        !span_is(node_get_text(ready_condition(job, "Failed"), "status"), "True"))
        return;
    failed.doc = doc_new();
    failed.object = node_copy(failed.doc, job);
    vec_push(&t->failed_jobs, failed);
}

static void on_change(void *data, enum kube_change change, const struct node *object)
{
    struct track_kind *k = data;

    k->track->changed = true;
    if (strcmp(k->group, "batch") == 0 && strcmp(k->kind, "Job") == 0)
        note_job(k->track, change, object);
}

static void on_synced(void *data)
{
    struct track_kind *k = data;

    k->refused = false;
    free(k->trouble);
    k->trouble = NULL;
    k->track->changed = true;
}

static void on_refused(void *data, enum kube_reason reason UNUSED, const struct err *error)
{
    struct track_kind *k = data;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    free(k->trouble);
    k->trouble = buf_take(&text);
    k->refused = true;
    k->track->changed = true;
}

static int start_watch(struct track *t, struct track_kind *k, struct err **err)
{
    const struct kube_resource *resource;
    struct kube_selection selection = {0};
    struct kube_watch_handler handler = {on_change, on_synced, on_refused, k};

    k->asked_at = timer_now();
    if (kube_find_kind(t->kube, k->group, k->kind, &resource, err) < 0)
        return -1;
    free(k->trouble);
    k->trouble = NULL;
    if (!resource) {
        k->trouble = mem_printf("the cluster does not serve the kind %s%s%s", k->kind,
                                k->group[0] ? "." : "", k->group);
        return 0;
    }
    selection.resource = resource;
    k->watch = kube_watch_start(t->kube, &selection, &handler);
    return 0;
}

int track_refresh(struct track *t, struct err **err)
{
    int64_t now = timer_now();

    t->noted = false;
    // Kinds may be added while discovery runs the loop: indexes, not pointers.
    for (size_t i = 0; i < t->kinds.len; i++) {
        struct track_kind *k = t->kinds.items[i];

        if (k->watch || (k->asked_at && now - k->asked_at < TRACK_ASK_AGAIN_MS))
            continue;
        if (start_watch(t, k, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_awaited(const struct track_kind *k)
{
    return k->watch && !k->refused && !kube_watch_synced(k->watch);
}

bool track_settled(struct track *t)
{
    if (t->noted)
        return false;
    VEC_FOREACH (struct track_kind **, it, &t->kinds)
        if (is_awaited(*it))
            return false;
    return true;
}

const char *track_unsettled(const struct track *t)
{
    VEC_FOREACH (struct track_kind *const *, it, &t->kinds)
        if (is_awaited(*it))
            return (*it)->kind;
    return "everything";
}

bool track_changed(struct track *t)
{
    bool changed = t->changed;

    t->changed = false;
    return changed;
}
