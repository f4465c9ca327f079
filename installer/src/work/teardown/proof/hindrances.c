// SPDX-License-Identifier: Apache-2.0
// The tree, and the few kinds that are read of the cluster.
#include "work/teardown/proof/hindrances.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "model/flux.h"

void hindrances_add(struct hindrances *h, const char *next, const char *fmt, ...)
{
    struct hindrance one = {.next = next};
    va_list args;
    char *text CLEANUP(mem_cleanup) = NULL;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    one.text = arena_str(h->arena, text);
    vec_push_arena(h->arena, &h->found, one);
}

// --- the tree ---

static const struct node *find_in_tree(const struct hindrances *h,
                                       bool (*is_it)(const struct node *object, const void *data),
                                       const void *data)
{
    for (size_t i = 0; i < h->layers->count; i++)
        for (size_t j = 0; j < h->layers->items[i].count; j++)
            if (is_it(h->layers->items[i].objects[j], data))
                return h->layers->items[i].objects[j];
    return NULL;
}

static bool is_same(const struct node *object, const void *data)
{
    struct identity a = node_identity(object), b = node_identity(data);

    return identity_eq(&a, &b);
}

static bool is_in(const struct node *object, const void *data)
{
    struct identity id = node_identity(object);

    return span_is(id.ns, data);
}

static bool is_controller_in(const struct node *object, const void *data)
{
    const struct node *metadata = node_get(object, "metadata");

    return is_in(object, data) && span_is(node_get_text(object, "kind"), "Deployment") &&
           span_is(node_text(node_path(metadata, "labels", "app.kubernetes.io/part-of")), "flux");
}

bool hindrances_tree_has(const struct hindrances *h, const struct node *object)
{
    return find_in_tree(h, is_same, object) != NULL;
}

bool hindrances_tree_has_in(const struct hindrances *h, const char *ns)
{
    return find_in_tree(h, is_in, ns) != NULL;
}

bool hindrances_tree_has_flux_in(const struct hindrances *h, const char *ns)
{
    return find_in_tree(h, is_controller_in, ns) != NULL;
}

// --- what was read ---

const struct node *hindrances_namespace(const struct hindrances *h, struct span name)
{
    VEC_FOREACH (const struct node *const *, it, &h->namespaces)
        if (span_eq(node_identity(*it).name, name))
            return *it;
    return NULL;
}

int64_t hindrances_age_s(const struct node *object, const char *field)
{
    int64_t then;

    return when_parse(node_get_text(node_get(object, "metadata"), field), &then) ? when_now() - then
                                                                                 : 0;
}

static int take(void *data, const struct node *object, struct err **err UNUSED)
{
    struct hindrances *h = data;
    struct identity id = node_identity(object);
    const struct node *copy = node_copy(h->doc, object);

    if (span_ends(id.kind, "WebhookConfiguration"))
        vec_push_arena(h->arena, &h->webhooks, copy);
    else if (span_is(id.kind, "APIService"))
        vec_push_arena(h->arena, &h->api_services, copy);
    else if (span_is(id.kind, "Namespace"))
        vec_push_arena(h->arena, &h->namespaces, copy);
    else if (span_is(id.kind, "HelmRelease"))
        vec_push_arena(h->arena, &h->releases, copy);
    else if (span_is(id.kind, "Deployment"))
        vec_push_arena(h->arena, &h->controllers, copy);
    else if (node_path(object, "metadata", "deletionTimestamp"))
        vec_push_arena(h->arena, &h->definitions, copy);
    return 0;
}

// What this user may not list is not known: the run will meet it.
static void pass_over(void *data UNUSED, const struct kube_selection *selection UNUSED,
                      const struct err *error UNUSED)
{
}

static int read_kinds(struct hindrances *h, struct err **err)
{
    static const struct {
        const char *group, *kind, *labels;
        bool names_only;
    } kinds[] = {
        {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", NULL, false},
        {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", NULL, false},
        {"apiregistration.k8s.io", "APIService", NULL, false},
        {"apiextensions.k8s.io", "CustomResourceDefinition", NULL, true},
        {"", "Namespace", NULL, false},
        {"apps", "Deployment", "app.kubernetes.io/part-of=flux", false},
        {FLUX_HELM_GROUP, "HelmRelease", NULL, false},
    };
    struct kube_selection selections[ARRAY_LEN(kinds)] = {{0}};
    struct kube_lists lists = {
        .selections = selections, .each = take, .refused = pass_over, .data = h};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct kube_selection *s = &selections[lists.count];

        if (kube_find_kind(h->kube, kinds[i].group, kinds[i].kind, &s->resource, err) < 0)
            return -1;
        s->labels = kinds[i].labels;
        s->names_only = kinds[i].names_only;
        lists.count += s->resource != NULL;
    }
    return kube_list_many(h->kube, &lists, err);
}

static void add_releases_of_tree(struct hindrances *h)
{
    for (size_t i = 0; i < h->layers->count; i++)
        for (size_t j = 0; j < h->layers->items[i].count; j++)
            if (span_is(node_get_text(h->layers->items[i].objects[j], "kind"), "HelmRelease"))
                vec_push_arena(h->arena, &h->releases, h->layers->items[i].objects[j]);
}

int hindrances_read(struct hindrances *h, struct err **err)
{
    h->doc = doc_new();
    add_releases_of_tree(h);
    return read_kinds(h, err);
}

void hindrances_free(struct hindrances *h)
{
    doc_free(h->doc);
}
