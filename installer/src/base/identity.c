// SPDX-License-Identifier: Apache-2.0
// Identities of objects, compared and told.
#include "base/identity.h"

// The name differs most often.
bool identity_eq(const struct identity *a, const struct identity *b)
{
    return span_eq(a->name, b->name) && span_eq(a->ns, b->ns) && span_eq(a->kind, b->kind) &&
           span_eq(a->group, b->group);
}

void identity_split(struct span api_version, struct span *group, struct span *version)
{
    if (span_cut(api_version, '/', group, version))
        return;
    *group = SPAN_EMPTY;
    *version = api_version;
}

struct span identity_group(struct span api_version)
{
    struct span group, version;

    identity_split(api_version, &group, &version);
    return group;
}

// What none of the parts can have keeps them apart (apimachinery pkg/api/validation/path).
struct span identity_key(const struct identity *id, struct buf *out)
{
    buf_truncate(out, 0);
    buf_add_span(out, id->group);
    buf_add_char(out, '/');
    buf_add_span(out, id->kind);
    buf_add_char(out, '/');
    buf_add_span(out, id->ns);
    buf_add_char(out, '/');
    buf_add_span(out, id->name);
    return buf_span(out);
}

void identity_format(const struct identity *id, struct buf *out)
{
    buf_add_span(out, id->kind);
    if (id->ns.len || id->name.len)
        buf_add_char(out, ' ');
    if (id->ns.len) {
        buf_add_span(out, id->ns);
        buf_add_char(out, '/');
    }
    buf_add_span(out, id->name);
}

char *identity_label(const struct identity *id)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    identity_format(id, &out);
    return buf_take(&out);
}

struct identity identity_copy(struct arena *arena, const struct identity *id)
{
    return (struct identity){
        .group = arena_span(arena, id->group),
        .kind = arena_span(arena, id->kind),
        .ns = arena_span(arena, id->ns),
        .name = arena_span(arena, id->name),
    };
}
