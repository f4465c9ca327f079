// SPDX-License-Identifier: Apache-2.0
// Vars: collecting them, finding their values and replacing $(NAME).
#include "model/kustomize/transform/vars.h"

#include "base/identity.h"
#include "model/kustomize/field/fieldpath.h"
#include "model/kustomize/scalar.h"

static int check_free(struct kust *k, const struct var_list *vars, const struct var *v,
                      struct err **err)
{
    VEC_FOREACH (const struct var *, have, vars) {
        if (span_eq(have->name, v->name))
            return kust_fail(k, v->at, err, "var '%.*s' is defined already (%s)", SPAN_ARG(v->name),
                             kust_where(k, have->at));
    }
    return 0;
}

static struct var read_var(const struct node *n)
{
    struct node *ref = node_get(n, "objref");
    struct span path = node_text(node_path(n, "fieldref", "fieldPath"));
    struct var v = {
        .name = node_get_text(n, "name"), .path = path.len ? path : SPAN("metadata.name"), .at = n};
    v.target.gvk = (struct gvk){node_get_text(ref, "group"), node_get_text(ref, "version"),
                                node_get_text(ref, "kind")};
    v.target.name = node_get_text(ref, "name");
    v.target.ns = node_get_text(ref, "namespace");
    struct span api_version = node_get_text(ref, "apiVersion"), group;
    if (api_version.len) {
        identity_split(api_version, &group, &v.target.gvk.version);
        if (group.len)
            v.target.gvk.group = group;
    }
    return v;
}

static bool is_target(const struct var *v, const struct resid *id)
{
    if (!span_eq(v->target.name, id->name) || !gvk_equal(&v->target.gvk, &id->gvk))
        return false;
    return !v->target.ns.len || span_eq(resid_namespace(&v->target), resid_namespace(id));
}

static bool any_is_target(const struct var *v, const struct resource *r)
{
    struct resid id = resource_id(r);
    if (is_target(v, &id))
        return true;
    for (size_t i = 0; i < r->previous.len; i++) {
        id = resource_previous_id(r, i);
        if (is_target(v, &id))
            return true;
    }
    return false;
}

// The resource that a var means now keeps its name, whatever becomes of it.
static int mark_target(struct kust *k, const struct var *v, struct resmap *m, struct err **err)
{
    struct resource_list named = {0};
    struct resource *target = NULL;
    resmap_find_name(k, m, v->target.name, &named);
    for (size_t i = 0; i < named.len; i++) {
        if (!any_is_target(v, named.items[i]))
            continue;
        if (target)
            return kust_fail(k, v->at, err, "var '%.*s' could mean %s or %s", SPAN_ARG(v->name),
                             resource_text(k, target), resource_text(k, named.items[i]));
        target = named.items[i];
    }
    if (target)
        vec_push_arena(k->arena, &target->var_names, v->name);
    return 0;
}

int vars_add(struct kust *k, struct var_list *vars, const struct node *list, struct resmap *m,
             struct err **err)
{
    NODE_FOREACH_ITEM (item, list) {
        struct var v = read_var(item);
        if (mark_target(k, &v, m, err) < 0)
            return -1;
    }
    NODE_FOREACH_ITEM (item, list) {
        struct var v = read_var(item);
        if (check_free(k, vars, &v, err) < 0)
            return -1;
        vec_push_arena(k->arena, vars, v);
    }
    return 0;
}

int vars_merge(struct kust *k, struct var_list *vars, const struct var_list *more, struct err **err)
{
    VEC_FOREACH (const struct var *, v, more) {
        if (check_free(k, vars, v, err) < 0)
            return -1;
        vec_push_arena(k->arena, vars, *v);
    }
    return 0;
}

struct value {
    struct node *node;
    bool used;
};

struct replacing {
    struct walk walk;
    struct map values; // by name: struct value
};

static int find_value(struct kust *k, const struct var *v, const struct map *owners,
                      struct value *out, struct err **err)
{
    struct resource *r = map_get(owners, v->name);
    struct fieldpath path = fieldpath_new(k, v->path, true);
    if (!r) {
        kust_fail(k, v->at, err, "var '%.*s': there is no %s", SPAN_ARG(v->name),
                  resid_text(k->arena, &v->target));
        return err_hint(err, "objref takes the name from before prefixes and suffixes");
    }
    if (fieldpath_get(k, &path, path.len, r->node, &out->node, err) < 0)
        return err_wrap(err, "%s: var '%.*s'", kust_where(k, v->at), SPAN_ARG(v->name));
    if (!out->node)
        return kust_fail(k, v->at, err, "var '%.*s': %s has no field %.*s", SPAN_ARG(v->name),
                         resource_text(k, r), SPAN_ARG(v->path));
    return 0;
}

static struct value *lookup(struct replacing *p, struct span name)
{
    struct value *v = map_get(&p->values, name);
    if (!v || !scalar_is(v->node) || v->node->type == NODE_NULL)
        return NULL;
    v->used = true;
    return v;
}

// A text that is one $(NAME) and nothing else takes the value's type too.
static struct value *sole(struct replacing *p, struct span text)
{
    if (!span_starts(text, "$(") || span_find(text, ')') + 1 != text.len)
        return NULL;
    return lookup(p, span_of(text.ptr + 2, text.len - 3));
}

static void expand(struct replacing *p, struct span text, struct buf *out)
{
    while (text.len) {
        size_t at = span_find(text, '$');
        buf_add_span(out, span_head(text, at));
        text = span_tail(text, at);
        if (text.len < 2) {
            buf_add_span(out, text);
            return;
        }
        size_t close = text.ptr[1] == '(' ? span_find(text, ')') : text.len;
        if (text.ptr[1] == '$') {
            buf_add_char(out, '$');
            text = span_tail(text, 2);
        } else if (close == text.len) {
            buf_add_span(out, span_head(text, 2));
            text = span_tail(text, 2);
        } else {
            struct value *v = lookup(p, span_of(text.ptr + 2, close - 2));
            buf_add_span(out, v ? node_scalar(v->node) : span_head(text, close + 1));
            text = span_tail(text, close + 1);
        }
    }
}

static void replace_text(struct replacing *p, struct node *n)
{
    struct kust *k = p->walk.kust;
    struct value *whole = sole(p, n->text);
    if (whole) {
        node_become(n, whole->node);
        return;
    }
    if (span_find(n->text, '$') == n->text.len)
        return;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    expand(p, n->text, &out);
    scalar_set_string(k->doc, n, buf_span(&out));
}

static int replace_field(void *data, struct node *field, struct err **err)
{
    struct replacing *p = data;
    if (field->type == NODE_STRING) {
        replace_text(p, field);
    } else if (field->type == NODE_MAP) {
        NODE_FOREACH_PAIR (pair, field) {
            if (pair->value->type == NODE_STRING)
                replace_text(p, pair->value);
        }
    } else if (field->type == NODE_SEQ) {
        NODE_FOREACH_ITEM (item, field) {
            if (item->type != NODE_STRING)
                return kust_fail(
                    p->walk.kust, item, err, "%s: vars are replaced in lists of texts, found %s",
                    resource_text(p->walk.kust, p->walk.resource), node_type_name(item));
            replace_text(p, item);
        }
    }
    return 0;
}

static int replace_all(struct replacing *p, struct resmap *m,
                       const struct transformer_config *config, struct err **err)
{
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        p->walk.resource = r;
        if (resource_empty(r))
            continue;
        VEC_FOREACH (const struct fieldspec *, spec, &config->lists[CONFIG_VAR_REFERENCE]) {
            if (walk_field(&p->walk, spec, r->node, err) < 0)
                return -1;
        }
    }
    return 0;
}

static int find_values(struct kust *k, const struct var_list *vars, struct resmap *m,
                       struct map *values, struct err **err)
{
    struct map owners CLEANUP(map_free) = MAP_INIT;
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        for (size_t j = 0; j < r->var_names.len; j++) {
            if (!map_get(&owners, r->var_names.items[j]))
                (void)map_put(&owners, r->var_names.items[j], r);
        }
    }
    VEC_FOREACH (const struct var *, v, vars) {
        struct value *value = ARENA_NEW(k->arena, struct value);
        if (find_value(k, v, &owners, value, err) < 0)
            return -1;
        // What is replaced may be where another var gets its value from.
        value->node = node_copy(k->doc, value->node);
        (void)map_put(values, v->name, value);
    }
    return 0;
}

int vars_resolve(struct kust *k, const struct var_list *vars, struct resmap *m,
                 const struct transformer_config *config, struct err **err)
{
    if (!vars->len)
        return 0;
    struct replacing p = {.walk = {k, NULL, WALK_FIND, replace_field, NULL}};
    p.walk.data = &p;
    int rc = find_values(k, vars, m, &p.values, err);
    if (rc == 0)
        rc = replace_all(&p, m, config, err);
    for (size_t i = 0; rc == 0 && i < vars->len; i++) {
        const struct value *v = map_get(&p.values, vars->items[i].name);
        if (!v->used)
            report_warn(k->options->report, "kustomize", "%s: var '%.*s' is used nowhere",
                        kust_where(k, vars->items[i].at), SPAN_ARG(vars->items[i].name));
    }
    map_free(&p.values);
    return rc;
}
