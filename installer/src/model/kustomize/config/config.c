// SPDX-License-Identifier: Apache-2.0
// The transformer configuration: defaults, files of `configurations`, merging.
#include "model/kustomize/config/config.h"

#include "model/kustomize/config/fields.h"
#include "model/kustomize/resource/order.h"

static struct fieldspec from_fact(struct kust *k, const struct fieldspec_fact *f)
{
    struct gvk gvk = {span_str(f->group), span_str(f->version), span_str(f->kind)};
    return fieldspec_new(k->arena, gvk, span_str(f->path), f->create);
}

// kustomize's defaults, in the arena; made once.
static const struct transformer_config *config_defaults(struct kust *k)
{
    if (k->defaults)
        return k->defaults;
    struct transformer_config *c = ARENA_NEW(k->arena, struct transformer_config);
    for (size_t i = 0; i < CONFIG_LISTS; i++) {
        const struct list_fact *list = &config_default_lists[i];
        for (size_t j = 0; j < list->count; j++)
            vec_push_arena(k->arena, &c->lists[i], from_fact(k, &list->fields[j]));
    }
    for (size_t i = 0; i < config_default_reference_count; i++) {
        const struct reference_fact *f = &config_default_references[i];
        struct name_reference ref = {
            .target = {span_str(f->group), span_str(f->version), span_str(f->kind)}};
        for (size_t j = 0; j < f->count; j++)
            vec_push_arena(k->arena, &ref.referrers, from_fact(k, &f->fields[j]));
        vec_push_arena(k->arena, &c->references, ref);
    }
    k->defaults = c;
    return c;
}

int fieldspecs_add(struct kust *k, struct fieldspecs *list, const struct fieldspec *spec,
                   struct err **err)
{
    VEC_FOREACH (struct fieldspec *, have, list) {
        if (!gvk_selected(&have->gvk, &spec->gvk) || !span_eq(have->path, spec->path))
            continue;
        if (have->create != spec->create)
            return err_set(err, ERR_CONFIG,
                           "transformer configurations disagree on `create` for field %.*s of "
                           "kind '%.*s'",
                           SPAN_ARG(spec->path), SPAN_ARG(spec->gvk.kind));
        return 0;
    }
    vec_push_arena(k->arena, list, *spec);
    return 0;
}

// kustomize's order of kinds: some first, some last, the rest by "<group>_<version>_<kind>".
static int gvk_order(const struct gvk *a, const struct gvk *b)
{
    int by_kind = order_default_rank(a->kind) - order_default_rank(b->kind);
    if (by_kind)
        return by_kind;
    struct buf x CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf y CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct gvk *both[] = {a, b};
    struct buf *out[] = {&x, &y};
    for (size_t i = 0; i < 2; i++) {
        buf_add_span(out[i], both[i]->group.len ? both[i]->group : SPAN("~G"));
        buf_add_char(out[i], '_');
        buf_add_span(out[i], both[i]->version.len ? both[i]->version : SPAN("~V"));
        buf_add_char(out[i], '_');
        buf_add_span(out[i], both[i]->kind.len ? both[i]->kind : SPAN("~K"));
    }
    return span_cmp(buf_span(&x), buf_span(&y));
}

// Stable; the lists are short and nearly sorted.
static void sort_specs(struct fieldspecs *list)
{
    for (size_t i = 1; i < list->len; i++) {
        struct fieldspec one = list->items[i];
        size_t at = i;
        for (; at && gvk_order(&one.gvk, &list->items[at - 1].gvk) < 0; at--)
            list->items[at] = list->items[at - 1];
        list->items[at] = one;
    }
}

static void sort_config(struct transformer_config *c)
{
    for (size_t i = 0; i < CONFIG_LISTS; i++)
        sort_specs(&c->lists[i]);
    for (size_t i = 1; i < c->references.len; i++) {
        struct name_reference one = c->references.items[i];
        size_t at = i;
        for (; at && gvk_order(&one.target, &c->references.items[at - 1].target) < 0; at--)
            c->references.items[at] = c->references.items[at - 1];
        c->references.items[at] = one;
    }
}

static int merge_reference(struct kust *k, struct transformer_config *into,
                           const struct name_reference *ref, struct err **err)
{
    bool found = false;
    VEC_FOREACH (struct name_reference *, have, &into->references) {
        if (!gvk_equal(&have->target, &ref->target))
            continue;
        found = true;
        VEC_FOREACH (struct fieldspec *, spec, &ref->referrers) {
            if (fieldspecs_add(k, &have->referrers, spec, err) < 0)
                return -1;
        }
    }
    if (!found) {
        struct name_reference copy = {.target = ref->target};
        VEC_FOREACH (struct fieldspec *, spec, &ref->referrers)
            vec_push_arena(k->arena, &copy.referrers, *spec);
        vec_push_arena(k->arena, &into->references, copy);
    }
    return 0;
}

static int merge_into(struct kust *k, struct transformer_config *into,
                      const struct transformer_config *more, struct err **err)
{
    for (size_t i = 0; i < CONFIG_LISTS; i++) {
        VEC_FOREACH (struct fieldspec *, spec, &more->lists[i]) {
            if (fieldspecs_add(k, &into->lists[i], spec, err) < 0)
                return -1;
        }
    }
    VEC_FOREACH (struct name_reference *, ref, &more->references) {
        if (merge_reference(k, into, ref, err) < 0)
            return -1;
    }
    return 0;
}

const struct transformer_config *config_merge(struct kust *k, const struct transformer_config *base,
                                              const struct transformer_config *more,
                                              struct err **err)
{
    if (!more || base == more || (!base && more == k->defaults))
        return base ? base : more;
    // An empty base is merged into, too: a spec for all kinds gives way to one for some of them.
    struct transformer_config *merged = ARENA_NEW(k->arena, struct transformer_config);
    if ((base && merge_into(k, merged, base, err) < 0) || merge_into(k, merged, more, err) < 0)
        return NULL;
    sort_config(merged);
    return merged;
}

void fieldspecs_read(struct kust *k, const struct node *list, struct fieldspecs *out)
{
    NODE_FOREACH_ITEM (item, list) {
        struct gvk gvk = {node_get_text(item, "group"), node_get_text(item, "version"),
                          node_get_text(item, "kind")};
        struct fieldspec spec = fieldspec_new(k->arena, gvk, node_get_text(item, "path"),
                                              node_get_bool(item, "create", false));
        vec_push_arena(k->arena, out, spec);
    }
}

static const char *const list_names[CONFIG_LISTS] = {
    "namePrefix",     "nameSuffix",        "namespace",    "commonLabels", "labels",
    "templateLabels", "commonAnnotations", "varReference", "images",       "replicas"};

static void read_file(struct kust *k, const struct node *file, struct transformer_config *c)
{
    for (size_t i = 0; i < CONFIG_LISTS; i++)
        fieldspecs_read(k, node_get(file, list_names[i]), &c->lists[i]);
    NODE_FOREACH_ITEM (item, node_get(file, "nameReference")) {
        struct name_reference ref = {.target = {node_get_text(item, "group"),
                                                node_get_text(item, "version"),
                                                node_get_text(item, "kind")}};
        fieldspecs_read(k, node_get(item, "fieldSpecs"), &ref.referrers);
        vec_push_arena(k->arena, &c->references, ref);
    }
    sort_config(c);
}

const struct transformer_config *config_load(struct kust *k, struct loader *l,
                                             const struct node *paths, struct err **err)
{
    const struct transformer_config *all = NULL;
    NODE_FOREACH_ITEM (item, paths) {
        struct node *file = load_yaml(k, l, item, node_str(item), err);
        if (!file || fields_check(k, file, &fields_transformer_config, err) < 0) {
            err_wrap(err, "configurations");
            return NULL;
        }
        struct transformer_config *one = ARENA_NEW(k->arena, struct transformer_config);
        read_file(k, file, one);
        all = config_merge(k, all, one, err);
        if (!all)
            return NULL;
    }
    return config_merge(k, config_defaults(k), all, err);
}
