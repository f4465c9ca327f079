// SPDX-License-Identifier: Apache-2.0
// What charts ask the cluster with `lookup`.
#include "work/artifacts/follow/lookups.h"

#include <string.h>

// "apps/v1 Deployment space/name": one without a name asks for all, without a namespace for those
// of all namespaces.
static bool parse(const char *asked, struct identity *id)
{
    struct span rest = span_str(asked), version, object;

    if (!span_cut(rest, ' ', &version, &rest) || !span_cut(rest, ' ', &id->kind, &object) ||
        !span_cut(object, '/', &id->ns, &id->name))
        return false;
    id->group = identity_group(version);
    return id->kind.len;
}

static bool is_asked_for(const struct identity *asked, const struct identity *id)
{
    return span_eq(asked->group, id->group) && span_eq(asked->kind, id->kind) &&
           (!asked->ns.len || span_eq(asked->ns, id->ns)) &&
           (!asked->name.len || span_eq(asked->name, id->name));
}

const char *lookups_assumed(const struct walk *w, const struct deep_decision *lookup)
{
    struct identity asked = {0};

    if (!parse(lookup->asked, &asked))
        return lookup->assumed;
    VEC_FOREACH (const struct deep_object *, it, &w->deep->objects)
        if (is_asked_for(&asked, &it->id) && strcmp(it->by->label, lookup->user) != 0)
            return arena_printf(w->arena, "%s, though %s brings %s", lookup->assumed,
                                it->by->kind == DEEP_TREE ? "the tree" : it->by->label,
                                asked.name.len ? "it" : it->label);
    return lookup->assumed;
}
