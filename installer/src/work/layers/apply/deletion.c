// SPDX-License-Identifier: Apache-2.0
// Reading what is being deleted, and bringing a namespace back.
#include "work/layers/apply/deletion.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "model/flux.h"

// The conditions of a namespace that is being deleted (NamespaceConditionType in k8s.io/api
// core/v1) are all about what keeps it.
static void add_conditions(const struct node *object, struct buf *out)
{
    NODE_FOREACH_ITEM (condition, node_path(object, "status", "conditions")) {
        if (!span_is(node_get_text(condition, "status"), "True"))
            continue;
        buf_printf(out, "%s%s: %s", out->len ? "; " : "", node_get_str(condition, "type"),
                   node_get_str(condition, "message"));
    }
}

// What helm-controller, which has to take the finalizer off, fails of: mostly a hook.
static void add_uninstallation(const struct node *object, struct buf *out)
{
    const struct node *released = ready_condition(object, "Released");

    if (span_is(node_get_text(released, "status"), "False") &&
        span_is(node_get_text(released, "reason"), "UninstallFailed"))
        buf_printf(out, "UninstallFailed: %s", node_get_str(released, "message"));
}

static void add_finalizers(const struct node *object, struct buf *out)
{
    const struct node *list = node_path(object, "metadata", "finalizers");

    for (size_t i = 0; i < node_len(list); i++)
        buf_printf(out, "%s%s",
                   i          ? ", "
                   : out->len ? "; finalizers: "
                              : "finalizers: ",
                   node_str(node_item(list, i)));
}

int deletion_look(struct kube *k, const struct kube_resource *resource, const struct identity *id,
                  char since[READY_TIME_BYTES], struct buf *why, bool *gone, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct span time;
    int absent = kube_get(k, resource, id->ns.ptr, id->name.ptr, &answer, err);

    *gone = true;
    if (absent != 0)
        return absent < 0 ? -1 : 0;
    time = node_get_text(node_get(answer.object, "metadata"), "deletionTimestamp");
    if (!time.len)
        return 0;
    *gone = false;
    snprintf(since, READY_TIME_BYTES, "%.*s", SPAN_ARG(time));
    if (span_is(id->kind, "Namespace"))
        add_conditions(answer.object, why);
    if (flux_kind(id) == FLUX_HELM_RELEASE)
        add_uninstallation(answer.object, why);
    add_finalizers(answer.object, why);
    return 0;
}

static bool is_namespace(const struct node *object, struct span name)
{
    struct identity id = node_identity(object);

    return !id.group.len && span_is(id.kind, "Namespace") && span_eq(id.name, name);
}

int deletion_lost(const struct apply *a, struct span ns, struct arena *arena,
                  const struct node ***objects, size_t *count, struct err **err)
{
    VEC(const struct node *) lost = {0};
    bool found = false, is_later = false;

    for (size_t i = 0; a->layers && i < a->layers->count; i++) {
        const struct layer *layer = &a->layers->items[i];

        for (size_t j = 0; j < layer->count; j++) {
            const struct node *object = layer->objects[j];
            bool is_it = is_namespace(object, ns);

            found |= is_it;
            if (is_it || (!is_later && span_eq(node_identity(object).ns, ns)))
                vec_push_arena(arena, &lost, object);
        }
        is_later |= strcmp(layer->name, a->layer) == 0;
    }
    *objects = lost.items;
    *count = lost.len;
    if (found)
        return 0;
    err_set(err, ERR_API, "the namespace %.*s is not found, and the tree does not have it",
            SPAN_ARG(ns));
    return err_hint(err, "add it to the tree, or make it: kubectl create namespace %.*s",
                    SPAN_ARG(ns));
}
