// SPDX-License-Identifier: Apache-2.0
// Requests to a port of a pod through the API server
// (https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/).
#include "model/kube/client.h"

#include <stdlib.h>

#include "base/mem.h"

struct kube_proxy {
    struct call *call;
    kube_proxy_fn *done;
    void *data;
};

// "/api/v1/namespaces/n/pods/https:p:4860/proxy/path"; the caller frees it.
static char *path_of(const struct kube_proxy_request *r)
{
    struct buf out = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&out, "/api/v1/namespaces/");
    http_escape(span_str(r->ns), &out);
    buf_add_str(&out, r->tls ? "/pods/https:" : "/pods/");
    http_escape(span_str(r->pod), &out);
    buf_printf(&out, ":%d/proxy%s", r->port, r->path);
    return buf_take(&out);
}

// "PUT pod n/p:4860/path", without the query; the caller frees it.
static char *what_of(const struct kube_proxy_request *r)
{
    struct span path = span_str(r->path);

    path = span_head(path, span_find(path, '?'));
    return mem_printf("%s pod %s/%s:%d%.*s", r->method ? r->method : "GET", r->ns, r->pod, r->port,
                      SPAN_ARG(path));
}

static void on_call_done(void *data, struct call_result *result)
{
    struct kube_proxy *p = data;
    struct kube_proxy_answer answer = {.reason = result->reason,
                                       .status = result->response->status,
                                       .body = buf_span(&result->response->body)};

    p->done(p->data, &answer, result->error);
    free(p);
}

struct kube_proxy *kube_proxy_start(struct kube *k, const struct kube_proxy_request *request,
                                    kube_proxy_fn *done, void *data)
{
    char *path CLEANUP(mem_cleanup) = path_of(request),
               *what CLEANUP(mem_cleanup) = what_of(request);
    struct call_spec spec = {
        .method = request->method,
        .path = path,
        .accept = KUBE_ACCEPT_ANY,
        .headers = request->headers,
        .body = request->body,
        .file = request->file,
        .what = what,
        .not_idempotent = request->file,
        .proxied = true,
        .max_bytes = request->max_bytes,
        .budget = request->budget,
    };
    struct kube_proxy *p = MEM_NEW(struct kube_proxy);

    p->done = done;
    p->data = data;
    p->call = call_start(k, &spec, on_call_done, free, p);
    return p;
}

void kube_proxy_abort(struct kube_proxy *p)
{
    if (p)
        call_abort(p->call);
}

uint64_t kube_proxy_sent(const struct kube_proxy *p)
{
    return call_sent(p->call);
}

struct performance {
    int *status;
    struct buf *body;
    struct err *error;
    bool done;
};

static void on_performed(void *data, const struct kube_proxy_answer *answer,
                         const struct err *error)
{
    struct performance *p = data;

    p->done = true;
    *p->status = answer->status;
    if (error)
        p->error = err_clone(error);
    else
        buf_add_span(p->body, answer->body);
}

int kube_proxy_perform(struct kube *k, const struct kube_proxy_request *request, int *status,
                       struct buf *body, struct err **err)
{
    struct performance p = {.status = status, .body = body};
    struct kube_proxy_request bounded = *request;
    struct kube_proxy *proxy;

    if (!bounded.max_bytes)
        bounded.max_bytes = body->max - body->len;
    proxy = kube_proxy_start(k, &bounded, on_performed, &p);

    if (loop_run_until_set(k->loop, &p.done, err) < 0) {
        if (!p.done)
            kube_proxy_abort(proxy);
        err_free(p.error);
        return -1;
    }
    return p.error ? err_move(err, &p.error) : 0;
}
