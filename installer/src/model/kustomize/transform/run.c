// SPDX-License-Identifier: Apache-2.0
// Running transformers one after the other, and noting what they touched.
#include "model/kustomize/resource/objects.h"
#include "model/kustomize/transform/transform.h"

// What buildMetadata and the caller's layers say of each resource.
static void note(struct kust *k, const struct transformer *t, struct resmap *m)
{
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        // kustomize writes its note into the annotations, which makes all of them anew.
        if (k->build_metadata)
            objects_normalize(k, r, "annotations");
        for (size_t n = 0; n < t->entries; n++) {
            if (r->origin)
                vec_push_arena(k->arena, &r->transformations, t->origin);
            else
                r->origin = t->origin;
        }
    }
}

int transformers_run(struct kust *k, const struct transformer_list *list, struct resmap *m,
                     struct err **err)
{
    VEC_FOREACH (const struct transformer *, t, list) {
        if (cancel_check(k->options->cancel, err) < 0 || t->run(k, t, m, err) < 0)
            return -1;
        resmap_drop_empty(m);
        if (k->track_transformers || k->build_metadata)
            note(k, t, m);
    }
    return 0;
}

int validators_run(struct kust *k, const struct transformer_list *list, struct resmap *m,
                   struct err **err)
{
    VEC_FOREACH (const struct transformer *, one, list) {
        struct node **before = arena_array(k->arena, m->len + 1, sizeof(struct node *));
        size_t count = m->len;
        for (size_t i = 0; i < count; i++)
            before[i] = node_copy(k->doc, m->items[i]->node);
        if (one->run(k, one, m, err) < 0)
            return -1;
        for (size_t i = 0; i < count; i++) {
            struct node *now = node_copy(k->doc, m->items[i]->node);
            struct node *labels = node_path(now, "metadata", "labels");
            if (node_remove(labels, SPAN("validated-by")) && !node_len(labels))
                (void)node_remove(node_get(now, "metadata"), SPAN("labels"));
            if (m->len != count || !node_equal(now, before[i]))
                return kust_fail(k, one->at, err, "the validator %s changes %s", one->kind,
                                 resource_text(k, m->items[i]));
        }
    }
    return 0;
}
