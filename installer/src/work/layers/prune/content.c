// SPDX-License-Identifier: Apache-2.0
// What is in a namespace, or of a definition.
#include "base/mem.h"
#include "cluster/record/ignored.h"
#include "work/layers/prune/pruning.h"

enum { CONTENT_ATTEMPTS = 3 }; // of an aggregated API that is down

struct content {
    VEC(struct kube_selection) selections;
    size_t count;
    struct buf first;   // the first object
    struct buf unknown; // the first kind that could not be listed
};

static void content_free(struct content *c)
{
    vec_free(&c->selections);
    buf_free(&c->first);
    buf_free(&c->unknown);
}

// What another one owns goes with that, or stays for it.
static int on_object(void *data, const struct node *object, struct err **err UNUSED)
{
    struct content *c = data;
    const struct node *metadata = node_get(object, "metadata");
    struct identity id = node_identity(object);

    if (ignored_object(object) || node_len(node_get(metadata, "ownerReferences")) ||
        node_get_text(metadata, "deletionTimestamp").len)
        return 0;
    if (!c->count++)
        identity_format(&id, &c->first);
    return 0;
}

static void on_refused(void *data, const struct kube_selection *selection,
                       const struct err *error UNUSED)
{
    struct content *c = data;

    if (!c->unknown.len)
        buf_add_str(&c->unknown, selection->resource->kind);
}

static void select_kind(struct content *c, const struct kube_resource *resource, const char *ns)
{
    vec_push(&c->selections, (struct kube_selection){.resource = resource,
                                                     .ns = ns,
                                                     .names_only = true,
                                                     .budget = {.attempts = CONTENT_ATTEMPTS}});
}

static void select_namespace(struct content *c, const struct kube *k, const char *ns)
{
    size_t count;
    const struct kube_resource *const *all = kube_resources(k, &count);

    for (size_t i = 0; i < count; i++)
        if (all[i]->namespaced && all[i]->preferred && (all[i]->verbs & KUBE_CAN_LIST) &&
            !ignored_kind(span_str(all[i]->group), span_str(all[i]->kind)))
            select_kind(c, all[i], ns);
}

static int select_instances(struct content *c, struct kube *k, const struct node *definition,
                            struct err **err)
{
    const struct node *spec = node_get(definition, "spec");
    const struct kube_resource *resource;

    if (kube_find_kind(k, node_get_str(spec, "group"),
                       node_get_str(node_get(spec, "names"), "kind"), &resource, err) < 0)
        return -1;
    if (resource)
        select_kind(c, resource, NULL);
    return 0;
}

int prune_content(struct kube *k, const struct node *live, struct buf *what, struct err **err)
{
    struct content c CLEANUP(content_free) = {.first = BUF_INIT(BUF_TEXT_MAX),
                                              .unknown = BUF_INIT(BUF_TEXT_MAX)};
    struct kube_lists lists = {.each = on_object, .refused = on_refused, .data = &c};
    struct identity id = node_identity(live);

    if (!id.group.len && span_is(id.kind, "Namespace"))
        select_namespace(&c, k, id.name.ptr);
    else if (span_is(id.kind, "CustomResourceDefinition") && select_instances(&c, k, live, err) < 0)
        return -1;
    lists.selections = c.selections.items;
    lists.count = c.selections.len;
    if (lists.count && kube_list_many(k, &lists, err) < 0)
        return -1;
    if (c.count == 1)
        buf_printf(what, "%s", buf_str(&c.first));
    else if (c.count)
        buf_printf(what, "%zu objects, the first of which is %s", c.count, buf_str(&c.first));
    else if (c.unknown.len)
        buf_printf(what, "maybe some %s, which cannot be listed", buf_str(&c.unknown));
    return 0;
}
