// SPDX-License-Identifier: Apache-2.0
// The replacement transformer: a value from one resource, or a fixed one, written into fields of
// others.
#include "model/kustomize/config/fields.h"
#include "model/kustomize/field/fieldpath.h"
#include "model/kustomize/field/structured.h"
#include "model/kustomize/resource/selector.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/replacement_source.h"

static int read_file(struct kust *k, struct loader *l, const struct node *path,
                     struct replacement_args *args, struct err **err)
{
    struct node *file = load_yaml(k, l, path, node_str(path), err);
    if (!file)
        return -1;
    if (file->type != NODE_SEQ && file->type != NODE_MAP)
        return kust_fail(k, file, err, "expected a replacement or a list of them, found %s",
                         node_type_name(file));
    size_t count = file->type == NODE_SEQ ? file->seq.len : 1;
    for (size_t i = 0; i < count; i++) {
        struct node *item = file->type == NODE_SEQ ? file->seq.items[i] : file;
        if (fields_check(k, item, &fields_replacement, err) < 0)
            return -1;
        vec_push_arena(k->arena, &args->items, item);
    }
    return 0;
}

int replacements_configure(struct kust *k, struct loader *l, const struct node *list,
                           const struct replacement_args **out, struct err **err)
{
    struct replacement_args *args = ARENA_NEW(k->arena, struct replacement_args);
    NODE_FOREACH_ITEM (item, list) {
        struct node *path = node_get(item, "path");
        if (!path || !node_text(path).len) {
            vec_push_arena(k->arena, &args->items, item);
            continue;
        }
        if (node_get(item, "source") || node_len(node_get(item, "targets")))
            return kust_fail(k, item, err,
                             "a replacement has either `path` or its own source and "
                             "targets, not both");
        if (read_file(k, l, path, args, err) < 0)
            return -1;
    }
    *out = args;
    return 0;
}

// `text` in the place that options give it among the pieces of `old`.
static struct span splice(struct kust *k, const struct node *options, struct span old,
                          struct span text)
{
    struct span delimiter = node_get_text(options, "delimiter");
    int64_t index = node_get_int(options, "index", 0);
    if (!delimiter.len)
        return text;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span rest = old;
    bool placed = index < 0;
    if (placed)
        buf_add_span(&out, text);
    for (int64_t i = 0;; i++) {
        size_t at = span_search(rest, delimiter);
        if (out.len || i > 0 || index < 0)
            buf_add_span(&out, delimiter);
        buf_add_span(&out, i == index ? text : span_head(rest, at));
        placed = placed || i == index;
        if (at == rest.len)
            break;
        rest = span_tail(rest, at + delimiter.len);
    }
    if (!placed) {
        buf_add_span(&out, delimiter);
        buf_add_span(&out, text);
    }
    return arena_span(k->arena, buf_span(&out));
}

// A scalar keeps its type; text that is not of that type is an error, as when kustomize prints it.
static int set_scalar(struct kust *k, struct node *field, struct span text, struct err **err)
{
    if (field->flags & SCALAR_UNTYPED) {
        scalar_set_text(k->doc, field, text);
        return 0;
    }
    if (field->type == NODE_STRING) {
        scalar_set_string(k->doc, field, text);
        return 0;
    }
    struct node *typed = node_new_plain(k->doc, text);
    bool number = field->type == NODE_FLOAT && typed->type == NODE_INT;
    if (typed->type != field->type && !number)
        return kust_fail(k, field, err, "cannot put '%.*s' in the place of %s", SPAN_ARG(text),
                         node_type_name(field));
    node_become(field, typed);
    return 0;
}

static int set_field(struct kust *k, const struct node *options, struct node *field,
                     const struct node *value, struct err **err)
{
    bool cut = node_get_text(options, "delimiter").len > 0;
    if (cut && !scalar_is(field))
        return kust_fail(k, field, err, "a delimiter needs a text, this is %s",
                         node_type_name(field));
    struct span text = scalar_raw(value);
    if (cut)
        text = splice(k, options, scalar_raw(field), text);
    if (scalar_is(field))
        return set_scalar(k, field, text, err);
    node_become(field, node_copy(k->doc, value));
    return 0;
}

static enum fieldpath_create create_kind(const struct node *options, const struct node *value)
{
    if (!node_get_bool(options, "create", false))
        return FIELDPATH_FIND;
    if (value->type == NODE_MAP)
        return FIELDPATH_CREATE_MAP;
    return value->type == NODE_SEQ ? FIELDPATH_CREATE_SEQ : FIELDPATH_CREATE_SCALAR;
}

static int no_field(struct kust *k, const struct resource *r, const struct node *target,
                    const struct fieldpath *path, bool create, struct err **err)
{
    const char *what = create ? "find or create" : "find";
    if (*err)
        return err_wrap(err, "%s: replacement in %s: unable to %s field %.*s",
                        kust_where(k, target), resource_text(k, r), what, SPAN_ARG(path->text));
    kust_fail(k, target, err, "replacement in %s: unable to %s field %.*s", resource_text(k, r),
              what, SPAN_ARG(path->text));
    return create ? -1 : err_hint(err, "options.create: true adds it");
}

static int write_path(struct kust *k, struct resource *r, const struct node *target,
                      struct span text, const struct node *value, struct err **err)
{
    struct node *options = node_get(target, "options");
    enum fieldpath_create create = create_kind(options, value);
    struct fieldpath path = fieldpath_new(k, text, false);
    if (structured_set(k, &path, r->node, value, create))
        return 0;
    struct node_list fields = {0};
    if (fieldpath_match(k, &path, 0, r->node, create, &fields, err) < 0 || !fields.len)
        return no_field(k, r, target, &path, create != FIELDPATH_FIND, err);
    for (size_t i = 0; i < fields.len; i++) {
        if (set_field(k, options, fields.items[i], value, err) < 0)
            return no_field(k, r, target, &path, create != FIELDPATH_FIND, err);
    }
    return 0;
}

static int write_target(struct kust *k, struct resmap *m, struct resource *r,
                        const struct node *target, const struct node *value, struct err **err)
{
    struct node *paths = node_get(target, "fieldPaths");
    struct span before = arena_span(k->arena, resource_name(r));
    if (!node_len(paths) && write_path(k, r, target, REPLACEMENT_DEFAULT_PATH, value, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (path, paths) {
        if (write_path(k, r, target, node_text(path), value, err) < 0)
            return -1;
    }
    if (!span_eq(before, resource_name(r)))
        resmap_renamed(k, m, r);
    return 0;
}

struct target {
    const struct selector *select;
    VEC(const struct selector *) reject;
};

static int any_id(const struct selector *s, const struct resource *r, bool *match, struct err **err)
{
    struct resid id = resource_id(r);
    if (selector_matches_id(s, &id, match, err) < 0)
        return -1;
    for (size_t i = 0; i < r->previous.len && !*match; i++) {
        id = resource_previous_id(r, i);
        if (selector_matches_id(s, &id, match, err) < 0)
            return -1;
    }
    return 0;
}

static int is_rejected(const struct target *t, const struct resource *r, bool *rejected,
                       struct err **err)
{
    *rejected = false;
    for (size_t i = 0; i < t->reject.len && !*rejected; i++) {
        const struct selector *s = t->reject.items[i];
        *rejected = selector_has_expressions(s) && selector_matches_expressions(s, r);
        if (!*rejected && !selector_any_id(s) && any_id(s, r, rejected, err) < 0)
            return -1;
    }
    return 0;
}

static int target_matches(const struct target *t, const struct resource *r, bool *match,
                          struct err **err)
{
    bool rejected = false;
    *match = false;
    if (resource_empty(r) || !selector_matches_expressions(t->select, r))
        return 0;
    if (is_rejected(t, r, &rejected, err) < 0)
        return -1;
    return rejected ? 0 : any_id(t->select, r, match, err);
}

static int read_target(struct kust *k, const struct node *n, struct target *t, struct err **err)
{
    struct node *select = node_get(n, "select");
    if (!select)
        return kust_fail(k, n, err, "a replacement target needs `select`");
    t->select = selector_new(k, select, err);
    if (!t->select)
        return -1;
    NODE_FOREACH_ITEM (item, node_get(n, "reject")) {
        const struct selector *s = selector_new(k, item, err);
        if (!s)
            return -1;
        vec_push_arena(k->arena, &t->reject, s);
    }
    return 0;
}

static int apply_target(struct kust *k, struct resmap *m, const struct node *n,
                        const struct node *value, struct err **err)
{
    struct target t = {0};
    if (read_target(k, n, &t, err) < 0)
        return -1;
    struct resource_list list = selector_candidates(t.select, k, m);
    for (size_t i = 0; i < list.len; i++) {
        struct resource *r = list.items[i];
        bool match = false;
        if (target_matches(&t, r, &match, err) < 0)
            return -1;
        if (match && write_target(k, m, r, n, value, err) < 0)
            return -1;
    }
    return 0;
}

int transform_replacements(struct kust *k, const struct transformer *t, struct resmap *m,
                           struct err **err)
{
    const struct replacement_args *args = t->args;
    for (size_t i = 0; i < args->items.len; i++) {
        const struct node *replacement = args->items.items[i];
        const struct node *value = replacement_value(k, m, replacement, err);
        if (!value)
            return -1;
        NODE_FOREACH_ITEM (target, node_get(replacement, "targets")) {
            if (apply_target(k, m, target, value, err) < 0)
                return -1;
        }
    }
    resmap_changed(m);
    return 0;
}
