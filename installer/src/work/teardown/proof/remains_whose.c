// SPDX-License-Identifier: Apache-2.0
// Whose a remaining object is. Only what certainly is somebody else's does not count as left over:
// a namespace that a person's tool made, and what belongs to it, or stands in a namespace that was
// there before.
#include "model/flux.h"
#include "work/teardown/managers.h"
#include "work/teardown/proof/remains.h"

#define RELEASE_NAMESPACE "meta.helm.sh/release-namespace"

// The namespace that an object without one belongs to; empty when nothing tells.
static struct span namespace_of(const struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");
    struct span ns = node_text(node_path(metadata, "annotations", RELEASE_NAMESPACE));

    return ns.len ? ns : node_text(node_path(metadata, "labels", FLUX_HELM_GROUP "/namespace"));
}

static bool is_in_others(const struct remains *r, const struct remain *it)
{
    const struct remain *home = it->home;

    if (!home && !it->id.ns.len)
        home = remains_namespace(r, namespace_of(it->object));
    return home && home->is_others;
}

// Helm's own record of a release that is written with kubectl was put there for a sandbox.
static bool is_odd_record(const struct remain *it, struct span manager)
{
    return span_starts(it->id.name, "sh.helm.release.v1.") && span_starts(manager, "kubectl");
}

static bool is_of_person(const struct remain *it)
{
    struct managers m = managers_of(it->object);

    return m.maker == MAKER_PERSON && !remains_is_marked(it->object) && !is_odd_record(it, m.name);
}

static bool is_namespace(const struct remain *it)
{
    return span_is(it->id.kind, "Namespace") && !it->id.group.len;
}

// Of what hangs in its deletion nobody has an advantage.
static bool hangs(const struct remain *it)
{
    return node_path(it->object, "metadata", "deletionTimestamp") != NULL;
}

void remains_attribute(struct remains *r)
{
    VEC_FOREACH (struct remain **, it, &r->items)
        (*it)->is_others = is_namespace(*it) && is_of_person(*it) && !hangs(*it);
    VEC_FOREACH (struct remain **, it, &r->items) {
        if (is_namespace(*it))
            continue;
        // In a namespace that was there before, somebody may work as ever.
        (*it)->is_others = is_in_others(r, *it) ||
                           ((*it)->id.ns.len && !(*it)->home && is_of_person(*it) && !hangs(*it));
        // There was one before, and there is one now.
        (*it)->is_others |= (*it)->is_replaced && !remains_is_marked((*it)->object);
    }
}
