// SPDX-License-Identifier: Apache-2.0
// The ValueAddTransformer: one value, by default the name of the kustomization's folder, put into
// fields of selected resources, as a whole or as a part of a path.
#include "base/path.h"
#include "model/kustomize/config/fields.h"
#include "model/kustomize/field/fieldpath.h"
#include "model/kustomize/field/path.h"
#include "model/kustomize/resource/selector.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/transform.h"

int value_configure(struct kust *k, struct loader *l, const struct node *config,
                    const struct value_args **out, struct err **err)
{
    struct value_args *args = ARENA_NEW(k->arena, struct value_args);
    struct node *path = node_get(config, "targetFilePath");
    args->value = span_trim(node_get_text(config, "value"));
    if (!args->value.len)
        args->value = span_str(path_base(l->root));
    NODE_FOREACH_ITEM (target, node_get(config, "targets"))
        vec_push_arena(k->arena, &args->targets, target);
    if (node_text(path).len) {
        struct node *file = load_yaml(k, l, path, node_str(path), err);
        if (!file || fields_check(k, file, &fields_targets, err) < 0)
            return -1;
        NODE_FOREACH_ITEM (target, node_get(file, "targets"))
            vec_push_arena(k->arena, &args->targets, target);
    }
    if (!args->targets.len)
        return kust_fail(k, config, err, "there is no target");
    for (size_t i = 0; i < args->targets.len; i++) {
        const struct node *target = args->targets.items[i];
        if (!node_get_text(target, "fieldPath").len)
            return kust_fail(k, target, err, "this target has no fieldPath");
        if (node_get_int(target, "filePathPosition", 0) < 0)
            return kust_fail(k, target, err, "filePathPosition cannot be negative");
    }
    *out = args;
    return 0;
}

// `path` with `part` inserted before its part number `position`, counted from 0.
static const char *insert_part(struct kust *k, struct span path, int64_t position, struct span part)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span rest = path, one;
    bool absolute = span_starts(path, "/"), placed = false;
    for (int64_t i = 0; span_next(&rest, '/', &one);) {
        if (!one.len)
            continue;
        if (i++ == position) {
            buf_add_span(&out, part);
            buf_add_char(&out, '/');
            placed = true;
        }
        buf_add_span(&out, one);
        buf_add_char(&out, '/');
    }
    if (!placed)
        buf_add_span(&out, part);
    else if (out.len)
        buf_truncate(&out, out.len - 1);
    return arena_printf(k->arena, "%s%s", absolute ? "/" : "", buf_str(&out));
}

static int add_value(struct kust *k, const struct value_args *args, const struct node *target,
                     struct resource *r, struct err **err)
{
    struct span text = node_get_text(target, "fieldPath");
    struct path_parts parts = path_split(k->arena, text, '/', false);
    struct fieldpath path = {text, parts.items, parts.len};
    struct node_list fields = {0};
    int64_t position = node_get_int(target, "filePathPosition", 0);
    if (fieldpath_match(k, &path, 0, r->node, FIELDPATH_CREATE_SCALAR, &fields, err) < 0)
        return err_wrap(err, "%s", resource_text(k, r));
    for (size_t i = 0; i < fields.len; i++) {
        struct node *field = fields.items[i];
        if (!scalar_is(field))
            return kust_fail(k, field, err, "%s: field %.*s: expected a text, found %s",
                             resource_text(k, r), SPAN_ARG(path.text), node_type_name(field));
        struct span value = args->value;
        if (position > 0)
            value = span_str(insert_part(k, scalar_raw(field), position - 1, value));
        scalar_set_text(k->doc, field, value);
    }
    return 0;
}

static int apply_target(struct kust *k, const struct value_args *args, const struct node *target,
                        struct resmap *m, struct err **err)
{
    struct node *select = node_get(target, "selector");
    const struct selector *selector = select ? selector_new(k, select, err) : NULL;
    bool place = span_is(node_get_text(target, "fieldPath"), "metadata/namespace");
    if (select && !selector)
        return -1;
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        bool match = true;
        if (selector && selector_matches(selector, r, &match, err) < 0)
            return -1;
        if (!match)
            continue;
        if (place && resource_cluster_scoped(r))
            continue;
        if (add_value(k, args, target, r, err) < 0)
            return -1;
    }
    return 0;
}

int transform_value(struct kust *k, const struct transformer *t, struct resmap *m, struct err **err)
{
    const struct value_args *args = t->args;
    for (size_t i = 0; i < args->targets.len; i++) {
        if (apply_target(k, args, args->targets.items[i], m, err) < 0)
            return -1;
    }
    resmap_changed(m);
    return 0;
}
