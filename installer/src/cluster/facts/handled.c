// SPDX-License-Identifier: Apache-2.0
// Asking controllers to look.
#include "cluster/facts/handled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/span.h"
#include "base/vec.h"
#include "cluster/facts/written.h"
#include "model/flux.h"

enum asked {
    ASKED_TO_LOOK,
    ASKED_TO_INSTALL, // whatever has changed
    ASKED_TO_RESUME,
};

struct request {
    struct identity id;
    struct span change; // the time of the change that it is about
    enum asked what;
    char token[WRITTEN_TIME_BYTES]; // the time of the request; "" until it is sent
};

struct handled {
    struct kube *kube;
    struct arena *arena; // of all requests
    VEC(struct request *) list;
};

struct handled *handled_new(struct kube *k)
{
    struct handled *h = MEM_NEW(struct handled);

    h->kube = k;
    h->arena = arena_new();
    return h;
}

void handled_free(struct handled *h)
{
    if (!h)
        return;
    arena_free(h->arena);
    free(h);
}

static struct request *find(const struct handled *h, const struct node *object, struct span change)
{
    struct identity id = node_identity(object);

    VEC_FOREACH (struct request **, it, &h->list)
        if (identity_eq(&id, &(*it)->id) && span_eq(change, (*it)->change))
            return *it;
    return NULL;
}

static void note(struct handled *h, const struct node *object, struct span change, enum asked what)
{
    struct identity id = node_identity(object);
    struct request *fresh;

    if (find(h, object, change))
        return;
    fresh = ARENA_NEW(h->arena, struct request);
    fresh->id = identity_copy(h->arena, &id);
    fresh->change = arena_span(h->arena, change);
    fresh->what = what;
    vec_push_arena(h->arena, &h->list, fresh);
}

void handled_ask(struct handled *h, const struct node *object, struct span change)
{
    note(h, object, change, ASKED_TO_LOOK);
}

void handled_ask_to_install(struct handled *h, const struct node *release, struct span change)
{
    note(h, release, change, ASKED_TO_INSTALL);
}

void handled_ask_to_resume(struct handled *h, const struct node *object, struct span change)
{
    note(h, object, change, ASKED_TO_RESUME);
}

bool handled_has_answered(const struct handled *h, const struct node *object, struct span change)
{
    const struct request *r = find(h, object, change);

    return r && r->token[0] && span_is(flux_handled(object), r->token);
}

bool handled_is_behind(struct handled *h, const struct node *release)
{
    struct span change = written_by_others(release, HANDLED_MANAGER);
    struct span seen = written_status(release);

    // Times are whole seconds: a change in the same second as the answer counts as seen.
    if (!seen.len || span_cmp(change, seen) <= 0)
        return false;
    handled_ask(h, release, change);
    return true;
}

// Controllers compare it with the last one: two requests of one second are two.
static void set_token(struct request *r)
{
    struct timespec now;
    struct tm utc;
    size_t len;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    len = strftime(r->token, sizeof(r->token), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(r->token + len, sizeof(r->token) - len, ".%06ldZ", now.tv_nsec / 1000);
}

static struct node *request_body(struct doc *d, const struct request *r)
{
    struct node *body = node_new_map(d), *metadata = node_new_map(d), *notes = node_new_map(d);
    struct node *spec = node_new_map(d);

    node_set_str(d, notes, FLUX_REQUESTED_AT, span_str(r->token));
    if (r->what == ASKED_TO_INSTALL)
        node_set_str(d, notes, FLUX_FORCE_AT, span_str(r->token));
    if (r->what == ASKED_TO_RESUME) {
        node_set(d, notes, SPAN(FLUX_SUSPENDED_AT), node_new_null(d));
        node_set(d, spec, SPAN("suspend"), node_new_null(d));
        node_set(d, body, SPAN("spec"), spec);
    }
    node_set(d, metadata, SPAN("annotations"), notes);
    node_set(d, body, SPAN("metadata"), metadata);
    return body;
}

static int send_one(struct handled *h, struct request *r, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .ns = r->id.ns.ptr,
                                   .name = r->id.name.ptr,
                                   .manager = HANDLED_MANAGER};
    struct err *failure CLEANUP(err_cleanup) = NULL;

    set_token(r);
    request.body = request_body(d, r);
    if (kube_find_kind(h->kube, r->id.group.ptr, r->id.kind.ptr, &request.resource, err) < 0)
        return -1;
    if (!request.resource || kube_perform(h->kube, &request, &answer, &failure) == 0 ||
        answer.reason == KUBE_NOT_FOUND)
        return 0;
    return err_move(err, &failure);
}

int handled_refresh(struct handled *h, struct err **err)
{
    for (size_t i = 0; i < h->list.len; i++) {
        if (!h->list.items[i]->token[0] && send_one(h, h->list.items[i], err) < 0)
            return -1;
    }
    return 0;
}
