// SPDX-License-Identifier: Apache-2.0
// Where replacements take their values from.
#include "model/kustomize/transform/replacement_source.h"

#include "model/kustomize/field/fieldpath.h"
#include "model/kustomize/resource/selector.h"
#include "model/kustomize/scalar.h"

static bool id_selected(const struct resid *id, const struct resid *selector)
{
    if (selector->name.len && !span_eq(selector->name, id->name))
        return false;
    if (selector->ns.len && !span_eq(resid_namespace(selector), resid_namespace(id)))
        return false;
    return gvk_selected(&id->gvk, &selector->gvk);
}

static bool resource_selected(const struct resource *r, const struct resid *selector)
{
    struct resid id = resource_id(r);
    id.cluster_scoped = false;
    if (id_selected(&id, selector))
        return true;
    for (size_t i = 0; i < r->previous.len; i++) {
        id = resource_previous_id(r, i);
        if (id_selected(&id, selector))
            return true;
    }
    return false;
}

static struct resource *find_source(struct kust *k, struct resmap *m, const struct node *source,
                                    struct err **err)
{
    struct resid id = {.gvk = {node_get_text(source, "group"), node_get_text(source, "version"),
                               node_get_text(source, "kind")},
                       .name = node_get_text(source, "name"),
                       .ns = node_get_text(source, "namespace")};
    struct resource_list named = {0};
    struct resource *found = NULL;
    if (id.name.len)
        resmap_find_name(k, m, id.name, &named);
    size_t count = id.name.len ? named.len : m->len;
    for (size_t i = 0; i < count; i++) {
        struct resource *r = id.name.len ? named.items[i] : m->items[i];
        if (resource_empty(r) || !resource_selected(r, &id))
            continue;
        if (found) {
            kust_fail(k, source, err, "the replacement's source fits several resources: %s and %s",
                      resource_text(k, found), resource_text(k, r));
            return NULL;
        }
        found = r;
    }
    if (!found) {
        kust_fail(k, source, err, "the replacement's source fits no resource: there is no %s",
                  resid_text(k->arena, &id));
        selector_suggest(k, m, id.gvk.kind, id.name, err);
    }
    return found;
}

// The piece that options name of a scalar; the value itself without a delimiter.
static struct node *refine(struct kust *k, const struct node *options, struct node *value,
                           struct err **err)
{
    struct span delimiter = node_get_text(options, "delimiter");
    int64_t index = node_get_int(options, "index", 0);
    if (!delimiter.len)
        return value;
    if (!scalar_is(value)) {
        kust_fail(k, value, err, "a delimiter needs a text, this is %s", node_type_name(value));
        return NULL;
    }
    struct span rest = scalar_raw(value);
    for (int64_t i = 0; index >= 0; i++) {
        size_t at = span_search(rest, delimiter);
        if (i == index) {
            struct node *piece = node_copy(k->doc, value);
            node_become(piece, node_new_str(k->doc, span_head(rest, at)));
            return piece;
        }
        if (at == rest.len)
            break;
        rest = span_tail(rest, at + delimiter.len);
    }
    kust_fail(k, options, err, "options.index %lld: '%.*s' has no such piece", (long long)index,
              SPAN_ARG(scalar_raw(value)));
    return NULL;
}

static bool is_empty(const struct node *n)
{
    return !n || n->type == NODE_NULL || (!scalar_is(n) && !node_len(n));
}

static struct node *read_source(struct kust *k, struct resmap *m, const struct node *source,
                                struct err **err)
{
    struct resource *r = find_source(k, m, source, err);
    if (!r)
        return NULL;
    struct span text = node_get_text(source, "fieldPath");
    struct fieldpath path = fieldpath_new(k, text.len ? text : REPLACEMENT_DEFAULT_PATH, false);
    struct node *value = NULL;
    if (fieldpath_get(k, &path, path.len, r->node, &value, err) < 0) {
        err_wrap(err, "%s: replacement source", kust_where(k, source));
        return NULL;
    }
    if (is_empty(value)) {
        kust_fail(k, source, err, "the replacement's source %s has no field %.*s",
                  resource_text(k, r), SPAN_ARG(path.text));
        return NULL;
    }
    return refine(k, node_get(source, "options"), value, err);
}

const struct node *replacement_value(struct kust *k, struct resmap *m,
                                     const struct node *replacement, struct err **err)
{
    struct node *source = node_get(replacement, "source");
    struct node *fixed = node_get(replacement, "sourceValue");
    if ((!source && !fixed) || !node_get(replacement, "targets")) {
        kust_fail(k, replacement, err, "a replacement needs a source and at least one target");
        return NULL;
    }
    if (source && fixed) {
        kust_fail(k, replacement, err,
                  "a replacement has either `source` or `sourceValue`, not both");
        return NULL;
    }
    return fixed ? fixed : read_source(k, m, source, err);
}
