// SPDX-License-Identifier: Apache-2.0
// Identities of resources.
#include "model/kustomize/resource/resid.h"

bool gvk_selected(const struct gvk *g, const struct gvk *selector)
{
    return (!selector->group.len || span_eq(g->group, selector->group)) &&
           (!selector->version.len || span_eq(g->version, selector->version)) &&
           (!selector->kind.len || span_eq(g->kind, selector->kind));
}

bool gvk_equal(const struct gvk *a, const struct gvk *b)
{
    return span_eq(a->kind, b->kind) && span_eq(a->group, b->group) &&
           span_eq(a->version, b->version);
}

struct span resid_namespace(const struct resid *id)
{
    if (id->cluster_scoped)
        return SPAN(RESID_NO_NAMESPACE);
    return id->ns.len ? id->ns : SPAN("default");
}

void resid_key(const struct resid *id, struct buf *out)
{
    buf_truncate(out, 0);
    buf_add_span(out, resid_namespace(id));
    buf_add_char(out, '\n');
    buf_add_span(out, id->gvk.group);
    buf_add_char(out, '\n');
    buf_add_span(out, id->gvk.version);
    buf_add_char(out, '\n');
    buf_add_span(out, id->gvk.kind);
    buf_add_char(out, '\n');
    buf_add_span(out, id->name);
}

const char *resid_text(struct arena *arena, const struct resid *id)
{
    const char *slash = id->gvk.group.len ? "/" : "";
    const char *in = id->ns.len && !id->cluster_scoped ? " in namespace " : "";
    return arena_printf(arena, "%.*s %.*s (%.*s%s%.*s)%s%.*s", SPAN_ARG(id->gvk.kind),
                        SPAN_ARG(id->name), SPAN_ARG(id->gvk.group), slash,
                        SPAN_ARG(id->gvk.version), in, (int)(*in ? id->ns.len : 0), id->ns.ptr);
}
