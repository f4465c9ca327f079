// SPDX-License-Identifier: Apache-2.0
// Calls on one object: from a kube_request to method, path, query and body, and back to an answer.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct kube_call {
    struct kube *kube;
    struct call *call;
    kube_done_fn *done;
    void *data;
    struct arena *arena;
    struct kube_request request; // strings in the arena
    struct buf body;
    char *what;
    bool forced; // the second request after a conflict with `force_over`
};

static void call_drop(void *data)
{
    struct kube_call *c = data;

    buf_free(&c->body);
    arena_free(c->arena);
    free(c->what);
    free(c);
}

// --- the request ---

static const struct {
    const char *name, *method, *content_type;
} verbs[] = {
    [KUBE_GET] = {"get", "GET", NULL},
    [KUBE_APPLY] = {"apply", "PATCH", "application/apply-patch+yaml"},
    [KUBE_MERGE_PATCH] = {"patch", "PATCH", "application/merge-patch+json"},
    [KUBE_CREATE] = {"create", "POST", "application/json"},
    [KUBE_REPLACE] = {"replace", "PUT", "application/json"},
    [KUBE_DELETE] = {"delete", "DELETE", "application/json"},
};

static bool is_write(enum kube_verb verb)
{
    return verb != KUBE_GET && verb != KUBE_DELETE;
}

static char *url_path(const struct kube_call *c)
{
    const struct kube_request *r = &c->request;
    char *path CLEANUP(mem_cleanup) =
        kube_path(r->resource, r->ns, r->verb == KUBE_CREATE ? NULL : r->name, r->subresource);
    struct buf out = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&out, path);
    if (is_write(r->verb)) {
        kube_query(&out, "fieldManager", r->manager ? r->manager : c->kube->manager);
        kube_query(&out, "fieldValidation", r->loose ? "Warn" : "Strict");
    }
    if (r->verb == KUBE_APPLY && (r->force || c->forced))
        kube_query(&out, "force", "true");
    if (r->dry_run)
        kube_query(&out, "dryRun", "All");
    return buf_take(&out);
}

static void write_delete_options(const struct kube_request *r, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *preconditions = node_new_map(d);

    node_set_str(d, root, "apiVersion", SPAN("v1"));
    node_set_str(d, root, "kind", SPAN("DeleteOptions"));
    node_set_str(d, root, "propagationPolicy",
                 span_str(r->propagation ? r->propagation : "Background"));
    if (r->forced)
        node_set(d, root, SPAN("gracePeriodSeconds"), node_new_int(d, 0));
    if (r->uid)
        node_set_str(d, preconditions, "uid", span_str(r->uid));
    if (r->resource_version)
        node_set_str(d, preconditions, "resourceVersion", span_str(r->resource_version));
    if (node_len(preconditions))
        node_set(d, root, SPAN("preconditions"), preconditions);
    doc_write_json(root, false, out);
}

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_str(a, text) : NULL;
}

static const char *text_or(const char *text, const struct node *metadata, const char *key)
{
    return text ? text : node_get_str(metadata, key);
}

static const char *const *copy_list(struct arena *a, const char *const *list)
{
    VEC(const char *) copy = {0};

    for (; list && *list; list++)
        vec_push_arena(a, &copy, arena_str(a, *list));
    vec_push_arena(a, &copy, NULL);
    return copy.items;
}

static void copy_request(struct kube_call *c, const struct kube_request *from)
{
    const struct node *metadata = node_get(from->body, "metadata");
    struct kube_request *r = &c->request;

    *r = *from;
    r->ns = arena_str(c->arena, text_or(from->ns, metadata, "namespace"));
    if (!*r->ns && from->resource->namespaced)
        r->ns = kube_namespace(c->kube);
    r->name = arena_str(c->arena, text_or(from->name, metadata, "name"));
    r->subresource = copy_text(c->arena, from->subresource);
    r->manager = copy_text(c->arena, from->manager);
    r->uid = copy_text(c->arena, from->uid);
    r->resource_version = copy_text(c->arena, from->resource_version);
    r->propagation = copy_text(c->arena, from->propagation);
    r->force_over = copy_list(c->arena, from->force_over);
    r->body = NULL;
    if (from->verb == KUBE_DELETE)
        write_delete_options(from, &c->body);
    else if (from->body)
        doc_write_json(from->body, false, &c->body);
}

static void on_call_done(void *data, struct call_result *result);

static void send(struct kube_call *c)
{
    char *path CLEANUP(mem_cleanup) = url_path(c);
    const struct kube_request *r = &c->request;
    struct call_spec spec = {
        .method = verbs[r->verb].method,
        .path = path,
        .content_type = verbs[r->verb].content_type,
        .body = buf_span(&c->body),
        .what = c->what,
        .not_idempotent = r->verb == KUBE_CREATE && !r->repeatable,
        .once = r->once,
        .budget = r->budget,
    };

    c->call = call_start(c->kube, &spec, on_call_done, call_drop, c);
}

// --- the answer ---

static bool is_listed(const char *manager, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(*list, manager) == 0)
            return true;
    return false;
}

// A conflict with none but those that the caller takes fields over from.
static bool may_force(const struct kube_call *c, const struct refusal *refusal)
{
    struct kube_conflict *conflicts;
    size_t count;

    if (c->forced || refusal->reason != KUBE_MANAGER_CONFLICT || !*c->request.force_over)
        return false;
    count = refusal_conflicts(refusal, &conflicts);
    for (size_t i = 0; i < count; i++)
        if (!is_listed(conflicts[i].manager, c->request.force_over))
            return false;
    return count > 0;
}

static void take_refusal(struct kube_answer *a, struct refusal *refusal)
{
    a->conflict_count = refusal_conflicts(refusal, &a->conflicts);
    a->doc = STEAL(refusal->doc);
    a->object = STEAL(refusal->status);
}

static void take_object(struct kube_answer *a, const struct kube_call *c,
                        const struct http_response *r, struct err **err)
{
    a->doc = doc_new();
    a->object = doc_read_json(a->doc, buf_span(&r->body), c->what, ERR_API, err);
    if (!a->object)
        a->reason = KUBE_OTHER;
}

static void on_call_done(void *data, struct call_result *result)
{
    struct kube_call *c = data;
    struct kube_answer answer CLEANUP(kube_answer_free) = {.reason = result->reason};
    struct err *error CLEANUP(err_cleanup) = NULL;

    c->call = NULL;
    answer.status = result->response->status;
    answer.retry_after_ms = http_retry_after_ms(result->response);
    if (result->refusal && may_force(c, result->refusal)) {
        c->forced = true;
        send(c);
        return;
    }
    if (result->refusal)
        take_refusal(&answer, result->refusal);
    else if (result->reason == KUBE_OK)
        take_object(&answer, c, result->response, &error);
    c->done(c->data, &answer, error ? error : result->error);
    call_drop(c);
}

void kube_answer_free(struct kube_answer *a)
{
    doc_free(a->doc);
    *a = (struct kube_answer){0};
}

// --- interface ---

struct kube_call *kube_start(struct kube *k, const struct kube_request *request, kube_done_fn *done,
                             void *data)
{
    struct kube_call *c = MEM_NEW(struct kube_call);

    c->kube = k;
    c->done = done;
    c->data = data;
    c->arena = arena_new();
    c->body.max = BUF_DOC_MAX;
    copy_request(c, request);
    c->what = kube_call_name(verbs[request->verb].name, request->resource, c->request.ns,
                             c->request.name);
    send(c);
    return c;
}

void kube_abort(struct kube_call *c)
{
    if (c)
        call_abort(c->call);
}

struct performance {
    struct kube_answer *answer;
    struct err *error;
    bool done;
};

static void on_performed(void *data, struct kube_answer *answer, const struct err *error)
{
    struct performance *p = data;

    p->done = true;
    *p->answer = *answer;
    *answer = (struct kube_answer){0};
    if (error)
        p->error = err_clone(error);
}

int kube_perform(struct kube *k, const struct kube_request *request, struct kube_answer *answer,
                 struct err **err)
{
    struct performance p = {.answer = answer};
    struct kube_call *c = kube_start(k, request, on_performed, &p);

    if (loop_run_until_set(k->loop, &p.done, err) < 0) {
        if (!p.done)
            kube_abort(c);
        err_free(p.error);
        return -1;
    }
    return p.error ? err_move(err, &p.error) : 0;
}

int kube_get(struct kube *k, const struct kube_resource *resource, const char *ns, const char *name,
             struct kube_answer *answer, struct err **err)
{
    struct kube_request request = {.verb = KUBE_GET, .resource = resource, .ns = ns, .name = name};
    struct err *error = NULL;

    if (kube_perform(k, &request, answer, &error) == 0)
        return 0;
    if (answer->reason != KUBE_NOT_FOUND)
        return err_move(err, &error);
    err_free(error);
    return 1;
}

int kube_apply(struct kube *k, const struct node *object, bool dry_run, struct kube_answer *answer,
               struct err **err)
{
    struct kube_request request = {.verb = KUBE_APPLY, .body = object, .dry_run = dry_run};

    request.resource = kube_find_for(k, object, err);
    return request.resource ? kube_perform(k, &request, answer, err) : -1;
}

int kube_delete(struct kube *k, const struct kube_resource *resource, const char *ns,
                const char *name, const char *uid, struct err **err)
{
    struct kube_request request = {
        .verb = KUBE_DELETE, .resource = resource, .ns = ns, .name = name, .uid = uid};
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *error = NULL;

    if (kube_perform(k, &request, &answer, &error) == 0)
        return 0;
    // Another UID under the name, or none: what was to be deleted is gone.
    if (answer.reason != KUBE_NOT_FOUND && !(uid && answer.reason == KUBE_CONFLICT))
        return err_move(err, &error);
    err_free(error);
    return 0;
}
