// SPDX-License-Identifier: Apache-2.0
// The requests of a selection: a page of its list, and its watch.
#include "model/kube/selection.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

#define WATCH_TIMEOUT_S "540" // the server ends it then, and it is opened again

static void add_path(const struct kube_selection *s, struct buf *path)
{
    char *collection CLEANUP(mem_cleanup) = kube_path(s->resource, s->ns, NULL, NULL);

    buf_add_str(path, collection);
    if (s->labels && *s->labels)
        kube_query(path, "labelSelector", s->labels);
    if (s->fields && *s->fields)
        kube_query(path, "fieldSelector", s->fields);
}

static const char *accept_of(const struct kube_selection *s, bool plural)
{
    if (!s->names_only)
        return KUBE_ACCEPT_JSON;
    return plural ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
                  : "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
}

struct call *selection_list(struct kube *k, const struct kube_selection *s, const char *token,
                            call_done_fn *done, call_drop_fn *drop, void *data)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *what CLEANUP(mem_cleanup) = kube_call_name("list", s->resource, NULL, NULL);
    char limit[16];
    struct call_spec spec = {.what = what, .accept = accept_of(s, true), .budget = s->budget};

    add_path(s, &path);
    snprintf(limit, sizeof(limit), "%d", KUBE_PAGE_OBJECTS);
    kube_query(&path, "limit", limit);
    if (token)
        kube_query(&path, "continue", token);
    spec.path = buf_str(&path);
    return call_start(k, &spec, done, drop, data);
}

struct http_transfer *selection_watch(struct kube *k, const struct kube_selection *s,
                                      const char *version, const struct http_handler *handler)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *url CLEANUP(mem_cleanup) = NULL;
    char *accept CLEANUP(mem_cleanup) = mem_printf("Accept: %s", accept_of(s, false));
    struct http_request request = {.stall_timeout_ms = -1};
    struct http_transfer *transfer;
    VEC(const char *) lines = {0};
    const char *const *more;

    add_path(s, &path);
    kube_query(&path, "watch", "true");
    kube_query(&path, "allowWatchBookmarks", "true");
    kube_query(&path, "timeoutSeconds", WATCH_TIMEOUT_S);
    kube_query(&path, "resourceVersion", version);
    url = mem_printf("%s%s", kubeconfig_server(k->config), buf_str(&path));
    request.url = url;
    vec_push(&lines, accept);
    for (more = credentials_apply(k->credentials, &request); more && *more; more++)
        vec_push(&lines, *more);
    vec_push(&lines, NULL);
    request.headers = lines.items;
    transfer = http_start(k->http, &request, handler);
    vec_free(&lines);
    return transfer;
}

void selection_complete(struct doc *d, const struct kube_selection *s, struct node *object)
{
    if (!node_is(object, NODE_MAP))
        return;
    node_set_str(d, object, "apiVersion", span_str(s->resource->api_version));
    node_set_str(d, object, "kind", span_str(s->resource->kind));
}
