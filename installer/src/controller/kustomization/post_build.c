// SPDX-License-Identifier: Apache-2.0
// spec.postBuild: every object is written as YAML, its variables are substituted, and it is read
// again (SubstituteVariables() of fluxcd/pkg/kustomize). So a variable without quotes takes the
// type of its value.
#include "controller/kustomization/applied.h"
#include "controller/kustomization/variables.h"

#define SUBSTITUTE_KEY "kustomize.toolkit.fluxcd.io/substitute"

static bool value_of(void *data, struct span name, struct span *value)
{
    const struct variables *v = data;
    const struct span *found = map_get(&v->map, name);

    if (found)
        *value = *found;
    return found != NULL;
}

static bool is_disabled(const struct node *object)
{
    const struct node *meta = node_get(object, "metadata");

    return span_is(node_get_text(node_get(meta, "labels"), SUBSTITUTE_KEY), "disabled") ||
           span_is(node_get_text(node_get(meta, "annotations"), SUBSTITUTE_KEY), "disabled");
}

static struct node *substituted(const struct merge *m, struct doc *d, struct variables *v,
                                const struct node *object, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *made = NULL;

    doc_write_yaml(object, &text);
    if (kustomization_substitute(buf_span(&text), m->options->strict, value_of, v, &out, err) < 0)
        return NULL;
    if (span_eq(buf_span(&text), buf_span(&out)))
        return (struct node *)object;
    if (doc_read_text(d, buf_span(&out), &made, err) < 0)
        return NULL;
    if (!node_is(made, NODE_MAP)) {
        err_set(err, ERR_CONFIG, "what is left is no map");
        return NULL;
    }
    return made;
}

// Two objects that kustomize would take for one: it knows no other way to tell them apart.
static bool same_id(const struct kustomize_object *a, const struct kustomize_object *b)
{
    struct span a_ns = span_is(a->namespace, "default") ? SPAN_EMPTY : a->namespace;
    struct span b_ns = span_is(b->namespace, "default") ? SPAN_EMPTY : b->namespace;

    return span_eq(a->name, b->name) && span_eq(a->kind, b->kind) &&
           span_eq(a->api_version, b->api_version) && span_eq(a_ns, b_ns);
}

static int check_alone(const struct kustomize_result *result, size_t at, struct err **err)
{
    const struct kustomize_object *object = &result->objects[at];

    for (size_t i = 0; i < result->len; i++) {
        if (i != at && same_id(&result->objects[i], object))
            return err_set(err, ERR_CONFIG, "there is another %.*s %.*s now",
                           SPAN_ARG(object->kind), SPAN_ARG(object->name));
    }
    return 0;
}

static int substitute_object(const struct merge *m, struct kustomize_result *result, size_t at,
                             struct variables *v, struct err **err)
{
    struct kustomize_object *object = &result->objects[at];
    struct node *made;

    made = substituted(m, result->doc, v, object->node, err);
    if (!made)
        return -1;
    if (made == object->node)
        return 0;
    object->node = made;
    applied_read(object);
    applied_touch(m, doc_arena(result->doc), object, "spec.postBuild");
    return check_alone(result, at, err);
}

static int substitute_all(const struct merge *m, struct kustomize_result *result,
                          struct variables *v, struct err **err)
{
    bool read = false;

    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *object = &result->objects[i];
        const char *file = object->file;
        char *label CLEANUP(mem_cleanup) = NULL;

        if (is_disabled(object->node))
            continue;
        // Nobody asks for what the first object does not need.
        if (!read && variables_read(m, doc_arena(result->doc), v, err) < 0)
            return -1;
        read = true;
        if (!v->always && !map_len(&v->map))
            return 0;
        label = node_label(object->node);
        if (substitute_object(m, result, i, v, err) < 0)
            return err_wrap(err, "spec.postBuild: %s%s%s%s", label, *file ? " (" : "", file,
                            *file ? ")" : "");
    }
    return 0;
}

int applied_substitute(const struct merge *m, struct kustomize_result *result, struct err **err)
{
    struct variables v = {0};
    int status = substitute_all(m, result, &v, err);

    map_free(&v.map);
    return status;
}
