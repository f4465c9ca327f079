// SPDX-License-Identifier: Apache-2.0
// API paths, and the names of calls and objects for messages.
#include "model/kube/client.h"

#include <string.h>

#include "base/mem.h"

static bool is_set(const char *text)
{
    return text && *text;
}

static void add_segment(struct buf *out, const char *text)
{
    buf_add_char(out, '/');
    http_escape(span_str(text), out);
}

char *kube_path(const struct kube_resource *r, const char *ns, const char *name,
                const char *subresource)
{
    struct buf out = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&out, *r->group ? "/apis" : "/api");
    if (*r->group)
        add_segment(&out, r->group);
    add_segment(&out, r->version);
    if (r->namespaced && is_set(ns)) {
        buf_add_str(&out, "/namespaces");
        add_segment(&out, ns);
    }
    add_segment(&out, r->plural);
    if (is_set(name))
        add_segment(&out, name);
    if (is_set(subresource))
        add_segment(&out, subresource);
    return buf_take(&out);
}

void kube_query(struct buf *path, const char *name, const char *value)
{
    buf_add_char(path, memchr(path->data, '?', path->len) ? '&' : '?');
    buf_printf(path, "%s=", name);
    http_escape(span_str(value), path);
}

char *kube_call_name(const char *verb, const struct kube_resource *r, const char *ns,
                     const char *name)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct identity id = {.kind = span_str(r->kind)};

    if (is_set(name)) {
        id.ns = span_str(r->namespaced ? ns : "");
        id.name = span_str(name);
    }
    buf_printf(&out, "%s ", verb);
    identity_format(&id, &out);
    return buf_take(&out);
}
