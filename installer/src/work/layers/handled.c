// SPDX-License-Identifier: Apache-2.0
// Asking controllers to look at releases.
#include "work/layers/handled.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/span.h"
#include "base/vec.h"

struct request {
    char *ns;
    char *name;
    char *written; // the time of the change that it is about
    bool sent;
};

struct handled {
    struct kube *kube;
    VEC(struct request *) list;
};

struct handled *handled_new(struct kube *k)
{
    struct handled *h = MEM_NEW(struct handled);

    h->kube = k;
    return h;
}

static void request_free(struct request *r)
{
    free(r->ns);
    free(r->name);
    free(r->written);
    free(r);
}

void handled_free(struct handled *h)
{
    if (!h)
        return;
    VEC_FOREACH (struct request **, it, &h->list)
        request_free(*it);
    vec_free(&h->list);
    free(h);
}

// The time of the newest write to the status, or to anything else but by our own requests. Times
// are RFC 3339 in UTC, so that they compare as text.
static struct span newest_write(const struct node *release, bool of_status)
{
    struct span newest = SPAN_EMPTY;

    NODE_FOREACH_ITEM (entry, node_path(release, "metadata", "managedFields")) {
        struct span time = node_get_text(entry, "time");

        if (span_is(node_get_text(entry, "subresource"), "status") != of_status ||
            span_is(node_get_text(entry, "manager"), HANDLED_MANAGER))
            continue;
        if (span_cmp(time, newest) > 0)
            newest = time;
    }
    return newest;
}

static void note(struct handled *h, const struct node *release, struct span written)
{
    const struct node *metadata = node_get(release, "metadata");
    struct span ns = node_get_text(metadata, "namespace"), name = node_get_text(metadata, "name");
    struct request *fresh;

    VEC_FOREACH (struct request **, it, &h->list)
        if (span_is(name, (*it)->name) && span_is(ns, (*it)->ns) &&
            span_is(written, (*it)->written))
            return;
    fresh = MEM_NEW(struct request);
    fresh->ns = mem_strn(ns.ptr, ns.len);
    fresh->name = mem_strn(name.ptr, name.len);
    fresh->written = mem_strn(written.ptr, written.len);
    vec_push(&h->list, fresh);
}

bool handled_is_behind(struct handled *h, const struct node *release)
{
    struct span written = newest_write(release, false);
    struct span seen = newest_write(release, true);

    // Times are whole seconds: a change in the same second as the answer counts as seen.
    if (!seen.len || span_cmp(written, seen) <= 0)
        return false;
    note(h, release, written);
    return true;
}

static struct node *request_body(struct doc *d)
{
    struct node *body = node_new_map(d), *metadata = node_new_map(d), *notes = node_new_map(d);
    time_t now = time(NULL);
    struct tm utc;
    char text[32];

    gmtime_r(&now, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    node_set_str(d, notes, "reconcile.fluxcd.io/requestedAt", span_str(text));
    node_set(d, metadata, SPAN("annotations"), notes);
    node_set(d, body, SPAN("metadata"), metadata);
    return body;
}

static int send_one(struct handled *h, struct request *r, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .ns = r->ns,
                                   .name = r->name,
                                   .body = request_body(d),
                                   .manager = HANDLED_MANAGER};
    struct err *failure CLEANUP(err_cleanup) = NULL;

    r->sent = true;
    if (kube_find_kind(h->kube, "helm.toolkit.fluxcd.io", "HelmRelease", &request.resource, err) <
        0)
        return -1;
    if (!request.resource || kube_perform(h->kube, &request, &answer, &failure) == 0 ||
        answer.reason == KUBE_NOT_FOUND)
        return 0;
    return err_move(err, &failure);
}

int handled_refresh(struct handled *h, struct err **err)
{
    for (size_t i = 0; i < h->list.len; i++) {
        if (!h->list.items[i]->sent && send_one(h, h->list.items[i], err) < 0)
            return -1;
    }
    return 0;
}
