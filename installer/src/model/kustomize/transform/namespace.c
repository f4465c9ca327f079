// SPDX-License-Identifier: Apache-2.0
// The namespace transformer: metadata.namespace of all that has one, other fields that hold a
// namespace, and the subjects of role bindings.
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/transform.h"

struct placing {
    struct walk walk;
    const struct namespace_args *args;
};

static int set_namespace(void *data, struct node *field, struct err **err)
{
    struct placing *p = data;
    struct kust *k = p->walk.kust;
    if (!scalar_is(field))
        return kust_fail(k, field, err, "%s: cannot set a namespace: expected a text, found %s",
                         resource_text(k, p->walk.resource), node_type_name(field));
    if (p->args->unset_only && field->type != NODE_NULL && scalar_raw(field).len)
        return 0;
    scalar_set_string(k->doc, field, p->args->ns);
    return 0;
}

static int set_metadata(struct placing *p, struct resource *r, struct err **err)
{
    struct kust *k = p->walk.kust;
    if (resource_cluster_scoped(r))
        return 0;
    struct fieldspec spec = fieldspec_new(k->arena, GVK_ANY, SPAN("metadata/namespace"), true);
    return walk_path(&p->walk, &spec, r->node, err);
}

static bool is_role_binding(struct span kind)
{
    return span_is(kind, "RoleBinding") || span_is(kind, "ClusterRoleBinding");
}

static int set_subjects(struct placing *p, struct resource *r, struct err **err)
{
    struct kust *k = p->walk.kust;
    struct node *subjects = node_get(r->node, "subjects");
    bool all = p->args->subjects == SUBJECTS_ALL;
    if (p->args->subjects == SUBJECTS_NONE || !subjects || subjects->type == NODE_NULL)
        return 0;
    if (subjects->type != NODE_SEQ)
        return kust_fail(k, subjects, err, "%s: subjects: expected a list, found %s",
                         resource_text(k, r), node_type_name(subjects));
    NODE_FOREACH_ITEM (subject, subjects) {
        struct span text = scalar_raw(node_get(subject, all ? "kind" : "name"));
        if (!span_is(text, all ? "ServiceAccount" : "default"))
            continue;
        struct node *ns = node_get(subject, "namespace");
        if (!ns) {
            ns = node_new_str(k->doc, SPAN_EMPTY);
            node_set(k->doc, subject, SPAN("namespace"), ns);
        }
        if (set_namespace(p, ns, err) < 0)
            return -1;
    }
    return 0;
}

// Field specs that the code above already sees to.
static bool is_handled(const struct fieldspec *spec, struct span api_version, struct span kind)
{
    if (span_is(spec->path, "metadata/namespace"))
        return true;
    if (span_is(spec->path, "metadata/name") && !span_is(api_version, "v1"))
        return true;
    return is_role_binding(kind) && is_role_binding(spec->gvk.kind) &&
           span_is(spec->path, "subjects/namespace");
}

static int place(struct placing *p, struct resource *r, struct err **err)
{
    struct span api_version = resource_api_version(r), kind = resource_kind(r);
    if (set_metadata(p, r, err) < 0)
        return -1;
    if (is_role_binding(kind) && set_subjects(p, r, err) < 0)
        return -1;
    VEC_FOREACH (const struct fieldspec *, spec, p->args->specs) {
        if (!is_handled(spec, api_version, kind) && walk_field(&p->walk, spec, r->node, err) < 0)
            return -1;
    }
    return 0;
}

int transform_namespace(struct kust *k, const struct transformer *t, struct resmap *m,
                        struct err **err)
{
    const struct namespace_args *args = t->args;
    if (!args->ns.len)
        return 0;
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        struct placing p = {{k, r, WALK_CREATE_STRING, set_namespace, NULL}, args};
        p.walk.data = &p;
        if (resource_empty(r) || r->helm)
            continue;
        resource_store_id(k, r);
        if (place(&p, r, err) < 0)
            return -1;
    }
    resmap_changed(m);
    const char *what = arena_printf(k->arena, "namespace '%.*s'", SPAN_ARG(args->ns));
    return resmap_check_unique(k, m, what, err);
}
