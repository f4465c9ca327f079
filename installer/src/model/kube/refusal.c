// SPDX-License-Identifier: Apache-2.0
// Refusals of the API server: Status objects become a reason and a message. What can be done about
// one is in refusal_hint.c.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "model/kube/config/config.h"

enum { TEXT_EXCERPT_BYTES = 300, CAUSES_SHOWN = 5 };

static bool has_cause(const struct node *status, const char *reason)
{
    NODE_FOREACH_ITEM (cause, node_path(status, "details", "causes")) {
        if (span_is(node_get_text(cause, "reason"), reason))
            return true;
    }
    return false;
}

static bool says(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

// Only what the API server itself says about fields that cannot change: any other 422 may be a
// plain mistake in the object.
static bool says_immutable(const char *message)
{
    static const char *const words[] = {
        "field is immutable",      "is immutable when",     "is immutable after creation",
        "may not change once set", "cannot change roleRef", "updates to parameters are forbidden"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (says(message, words[i]))
            return true;
    return says(message, "updates to statefulset spec") && says(message, "are forbidden");
}

static enum kube_reason conflict_reason(const struct node *status)
{
    if (span_is(node_get_text(status, "reason"), "AlreadyExists"))
        return KUBE_ALREADY_EXISTS;
    return has_cause(status, "FieldManagerConflict") ? KUBE_MANAGER_CONFLICT : KUBE_CONFLICT;
}

// 500 is used for what may pass (a webhook that is not up yet, etcd electing a leader) and for what
// never will (an object that does not fit the schema).
static enum kube_reason internal_reason(const char *message)
{
    // It names fields, which may be those of a webhook.
    if (says(message, "failed to create typed patch object") || says(message, "not declared in"))
        return KUBE_INVALID;
    if (says(message, "webhook"))
        return KUBE_WEBHOOK;
    if (says(message, "etcdserver") || says(message, "leader changed") ||
        says(message, "connection refused") || says(message, "timeout"))
        return KUBE_BUSY;
    return KUBE_OTHER;
}

// What a namespace that was just made lacks for a moment: its ServiceAccount "default", and the
// sums of a new ResourceQuota (apiserver plugin/pkg/admission serviceaccount and resourcequota).
static bool says_too_early(const char *message)
{
    return says(message, "error looking up service account") ||
           says(message, "status unknown for quota");
}

static enum kube_reason forbidden_reason(const struct node *status, const char *message)
{
    if (has_cause(status, "NamespaceTerminating"))
        return KUBE_TERMINATING;
    return says_too_early(message) ? KUBE_BUSY : KUBE_FORBIDDEN;
}

// With whatever code the webhook or the policy chose.
static bool says_denied(const char *message)
{
    return (says(message, "admission webhook \"") && says(message, "\" denied the request")) ||
           (says(message, "AdmissionPolicy '") && says(message, "' denied request"));
}

static enum kube_reason reason_of(int code, const struct node *status)
{
    const char *message = node_get_str(status, "message");

    if (says_denied(message))
        return KUBE_FORBIDDEN;
    switch (code) {
    case 400: return KUBE_INVALID;
    case 401: return KUBE_UNAUTHORIZED;
    case 403: return forbidden_reason(status, message);
    case 404: return KUBE_NOT_FOUND;
    case 409: return conflict_reason(status);
    case 410: return KUBE_GONE;
    case 422: return says_immutable(message) ? KUBE_IMMUTABLE : KUBE_INVALID;
    case 429:
    case 502:
    case 503:
    case 504: return KUBE_BUSY;
    case 500: return internal_reason(message);
    default: return KUBE_OTHER;
    }
}

// conflict with "kubectl" using apps/v1  ->  kubectl
static struct span manager_of(struct span message)
{
    struct span before, rest, name;

    if (!span_cut(message, '"', &before, &rest) || !span_cut(rest, '"', &name, &rest))
        return message;
    return name;
}

size_t refusal_conflicts(const struct refusal *refusal, struct kube_conflict **conflicts)
{
    const struct node *causes = node_path(refusal->status, "details", "causes");
    VEC(struct kube_conflict) list = {0};

    NODE_FOREACH_ITEM (cause, causes) {
        struct span manager = manager_of(node_get_text(cause, "message"));

        if (span_is(node_get_text(cause, "reason"), "FieldManagerConflict"))
            vec_push_arena(doc_arena(refusal->doc), &list,
                           (struct kube_conflict){arena_span(doc_arena(refusal->doc), manager).ptr,
                                                  node_get_str(cause, "field")});
    }
    *conflicts = list.items;
    return list.len;
}

static char *conflict_text(const struct refusal *refusal)
{
    struct buf out = BUF_INIT(BUF_TEXT_MAX);
    struct kube_conflict *list;
    size_t count = refusal_conflicts(refusal, &list);

    buf_add_str(&out, "fields belong to other managers: ");
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && strcmp(list[i].manager, list[i - 1].manager) == 0;

        if (!same)
            buf_printf(&out, "%s%s has ", i ? "; " : "", list[i].manager);
        buf_printf(&out, "%s%s", same ? ", " : "", list[i].field);
    }
    return buf_take(&out);
}

// `Job.batch "once" is invalid: spec.template: Invalid value: …`: the fields and what is wrong with
// each, as the causes have them, without the object, whose name the caller has.
static char *invalid_text(const struct refusal *refusal)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *causes = node_path(refusal->status, "details", "causes");
    size_t count = 0;

    NODE_FOREACH_ITEM (cause, causes) {
        struct span field = node_get_text(cause, "field");
        char *line CLEANUP(mem_cleanup) = message_line(node_get_text(cause, "message"));

        if (!field.len || !*line)
            return message_line(node_get_text(refusal->status, "message"));
        if (++count <= CAUSES_SHOWN)
            buf_printf(&out, "%s%.*s: %s", count > 1 ? "; " : "", SPAN_ARG(field), line);
    }
    if (!count)
        return message_line(node_get_text(refusal->status, "message"));
    if (count > CAUSES_SHOWN)
        buf_printf(&out, "; and %zu more", count - CAUSES_SHOWN);
    return buf_take(&out);
}

static char *text_of(const struct refusal *refusal)
{
    switch (refusal->reason) {
    case KUBE_MANAGER_CONFLICT: return conflict_text(refusal);
    case KUBE_INVALID:
    case KUBE_IMMUTABLE: return invalid_text(refusal);
    default: return message_line(node_get_text(refusal->status, "message"));
    }
}

static void explain(struct refusal *refusal, const char *what)
{
    char *text CLEANUP(mem_cleanup) = text_of(refusal);

    err_set(&refusal->error, ERR_API, "%s: %s", what, text);
    refusal_hint(refusal, what);
}

void refusal_read_status(struct refusal *refusal, const char *what, const struct node *status)
{
    *refusal = (struct refusal){.doc = doc_new()};
    refusal->status = node_copy(refusal->doc, status);
    refusal->reason = reason_of((int)node_get_int(status, "code", 0), status);
    explain(refusal, what);
}

// Something between us and the API server, or a path that it does not know, answers in text.
static void explain_text(struct refusal *refusal, const char *what, const struct http_response *r)
{
    char *text CLEANUP(mem_cleanup) =
        message_line(span_head(buf_span(&r->body), TEXT_EXCERPT_BYTES));

    err_set(&refusal->error, ERR_API, "%s: %s answers %d: %s", what, r->url, r->status, text);
    if (r->status / 100 == 2)
        err_hint(&refusal->error,
                 "that is a web page: is this the API server's address, and does a login "
                 "page or a proxy answer in its place?");
    refusal_hint(refusal, what);
}

void refusal_read(struct refusal *refusal, const struct kube *k, const char *what,
                  const struct http_response *r)
{
    struct err *not_json CLEANUP(err_cleanup) = NULL;
    struct node *n;

    *refusal = (struct refusal){.doc = doc_new()};
    n = doc_read_json(refusal->doc, buf_span(&r->body), "answer", ERR_API, &not_json);
    if (span_is(node_get_text(n, "kind"), "Status") && node_get_text(n, "message").len)
        refusal->status = n;
    refusal->reason = reason_of(r->status, refusal->status);
    if (refusal->status)
        explain(refusal, what);
    else
        explain_text(refusal, what, r);
    if (refusal->reason == KUBE_UNAUTHORIZED && *k->config->user) {
        char *fault CLEANUP(mem_cleanup) = credentials_fault(k->credentials);

        err_hint(&refusal->error, "%s", fault);
    }
}

void refusal_free(struct refusal *refusal)
{
    if (!refusal)
        return;
    doc_free(refusal->doc);
    err_free(refusal->error);
    *refusal = (struct refusal){0};
}
