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

static char *join_name(const char *kind, const char *ns, const char *name)
{
    if (is_set(ns))
        return mem_printf("%s %s/%s", kind, ns, name);
    return is_set(name) ? mem_printf("%s %s", kind, name) : mem_str(kind);
}

char *kube_call_name(const char *verb, const struct kube_resource *r, const char *ns,
                     const char *name)
{
    char *object CLEANUP(mem_cleanup) =
        is_set(name) ? join_name(r->kind, r->namespaced ? ns : "", name) : mem_str(r->kind);

    return mem_printf("%s %s", verb, object);
}

char *kube_object_name(const struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");

    return join_name(node_get_str(object, "kind"), node_get_str(metadata, "namespace"),
                     node_get_str(metadata, "name"));
}
