// SPDX-License-Identifier: Apache-2.0
// Asking controllers to look.
#include "cluster/handled.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/span.h"
#include "base/vec.h"
#include "cluster/written.h"
#include "model/flux.h"

struct request {
    char *group;
    char *kind;
    char *ns;
    char *name;
    char *change;                   // the time of the change that it is about
    char token[WRITTEN_TIME_BYTES]; // the time of the request; "" until it is sent
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
    free(r->group);
    free(r->kind);
    free(r->ns);
    free(r->name);
    free(r->change);
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

static struct request *find(const struct handled *h, const struct node *object, struct span change)
{
    const struct node *metadata = node_get(object, "metadata");
    struct span ns = node_get_text(metadata, "namespace"), name = node_get_text(metadata, "name");
    struct span kind = node_get_text(object, "kind");

    VEC_FOREACH (struct request **, it, &h->list)
        if (span_is(name, (*it)->name) && span_is(ns, (*it)->ns) && span_is(kind, (*it)->kind) &&
            span_is(change, (*it)->change))
            return *it;
    return NULL;
}

static char *text_of(const struct node *object, const char *name)
{
    return mem_str(node_get_str(object, name));
}

void handled_ask(struct handled *h, const struct node *object, struct span change)
{
    const struct node *metadata = node_get(object, "metadata");
    struct request *fresh;
    struct span group, version;

    if (find(h, object, change) ||
        !span_cut(node_get_text(object, "apiVersion"), '/', &group, &version))
        return;
    fresh = MEM_NEW(struct request);
    fresh->group = mem_strn(group.ptr, group.len);
    fresh->kind = text_of(object, "kind");
    fresh->ns = text_of(metadata, "namespace");
    fresh->name = text_of(metadata, "name");
    fresh->change = mem_strn(change.ptr, change.len);
    vec_push(&h->list, fresh);
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

static void set_token(struct request *r)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(r->token, sizeof(r->token), "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static struct node *request_body(struct doc *d, const char *token)
{
    struct node *body = node_new_map(d), *metadata = node_new_map(d), *notes = node_new_map(d);

    node_set_str(d, notes, FLUX_REQUESTED_AT, span_str(token));
    node_set(d, metadata, SPAN("annotations"), notes);
    node_set(d, body, SPAN("metadata"), metadata);
    return body;
}

static int send_one(struct handled *h, struct request *r, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = {
        .verb = KUBE_MERGE_PATCH, .ns = r->ns, .name = r->name, .manager = HANDLED_MANAGER};
    struct err *failure CLEANUP(err_cleanup) = NULL;

    set_token(r);
    request.body = request_body(d, r->token);
    if (kube_find_kind(h->kube, r->group, r->kind, &request.resource, err) < 0)
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
