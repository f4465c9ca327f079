// SPDX-License-Identifier: Apache-2.0
// The objects of a release as they will be in the cluster: what Helm (4.2, pkg/action:
// setMetadataVisitor) and helm-controller (1.6, internal/action: crds.go) put into them behind the
// rendering, where they go, and which hooks run.
#include <stdlib.h>

#include "controller/release/internal.h"

struct collecting {
    const struct release_options *options;
    const struct release_post *post;
    struct release_result *result;
    const struct node *spec;
    struct span release, space; // name and namespace of the release
    struct err **err;
};

static void add_note(struct collecting *c, const char *field, const char *text)
{
    vec_push(&c->result->notes, (struct release_note){field, text});
}

static void put(struct doc *d, struct node *object, const char *field, const char *key,
                struct span value)
{
    struct node *meta = node_get(object, "metadata"), *map = node_get(meta, field);

    if (!node_is(meta, NODE_MAP))
        return;
    if (!node_is(map, NODE_MAP)) {
        map = node_new_map(d);
        node_set(d, meta, span_str(field), map);
    }
    node_set_str(d, map, key, value);
}

// --- where objects go ---

static bool is_custom(struct span group)
{
    return span_find(group, '.') < group.len && !span_ends(group, ".k8s.io");
}

static bool is_cluster_scoped(const struct collecting *c, const struct identity *id)
{
    static const char *const scoped[] = {"Namespace",
                                         "Node",
                                         "PersistentVolume",
                                         "ComponentStatus",
                                         "ClusterRole",
                                         "ClusterRoleBinding",
                                         "CustomResourceDefinition",
                                         "APIService",
                                         "StorageClass",
                                         "CSIDriver",
                                         "CSINode",
                                         "VolumeAttachment",
                                         "VolumeAttributesClass",
                                         "PriorityClass",
                                         "RuntimeClass",
                                         "IngressClass",
                                         "IPAddress",
                                         "ServiceCIDR",
                                         "MutatingWebhookConfiguration",
                                         "ValidatingWebhookConfiguration",
                                         "ValidatingAdmissionPolicy",
                                         "ValidatingAdmissionPolicyBinding",
                                         "MutatingAdmissionPolicy",
                                         "MutatingAdmissionPolicyBinding",
                                         "CertificateSigningRequest",
                                         "FlowSchema",
                                         "PriorityLevelConfiguration",
                                         "DeviceClass",
                                         "ResourceSlice",
                                         "PodSecurityPolicy",
                                         "TokenReview",
                                         "SubjectAccessReview",
                                         "SelfSubjectAccessReview",
                                         "SelfSubjectRulesReview"};

    if (is_custom(id->group))
        return c->options->is_cluster_scoped &&
               c->options->is_cluster_scoped(c->options->data, id->group, id->kind);
    for (size_t i = 0; i < ARRAY_LEN(scoped); i++)
        if (span_is(id->kind, scoped[i]))
            return true;
    return false;
}

static void add_object(struct collecting *c, const struct doc *doc, const struct node *node,
                       struct release_object object)
{
    object.doc = doc;
    object.node = node;
    object.id = node_identity(node);
    if (is_cluster_scoped(c, &object.id))
        object.id.ns = SPAN_EMPTY;
    else if (!object.id.ns.len)
        object.id.ns = c->space;
    vec_push(&c->result->objects, object);
}

// --- definitions ---

static struct span crd_policy(struct collecting *c)
{
    struct span policy = node_get_text(node_get(c->spec, "install"), "crds");

    if (node_get_bool(node_get(c->spec, "install"), "skipCRDs", false))
        add_note(c, "spec.install.skipCRDs", "has no effect any more; spec.install.crds has");
    return policy.len ? policy : SPAN("Create");
}

static int add_crd_file(struct collecting *c, const struct chart_definition *file)
{
    struct doc *d = doc_new();
    char *path = arena_printf(c->result->arena, "%.*s", SPAN_ARG(file->path));
    const struct node *meta = node_get(c->options->release, "metadata");
    struct node_list list = {0};
    struct span text;

    vec_push(&c->result->docs, d);
    if (chart_file_text(file->file, &text, c->err) < 0 ||
        doc_read_yaml(d, text, path, &list, c->err) < 0)
        return -1;
    for (size_t i = 0; i < list.len; i++) {
        struct node *n = list.items[i];

        if (!span_is(node_get_text(n, "kind"), "CustomResourceDefinition")) {
            add_note(c, path, "what is no CustomResourceDefinition is passed over in crds/");
            continue;
        }
        put(d, n, "labels", "helm.toolkit.fluxcd.io/name", node_get_text(meta, "name"));
        put(d, n, "labels", "helm.toolkit.fluxcd.io/namespace", node_get_text(meta, "namespace"));
        add_object(c, d, n, (struct release_object){.path = path, .is_crd = true, .runs = true});
    }
    return 0;
}

static int add_crds(struct collecting *c)
{
    struct span policy = crd_policy(c);

    if (span_is(policy, "Skip")) {
        if (c->result->rendering->crds.len)
            add_note(c, "spec.install.crds", "Skip: the chart's definitions are not installed");
        return 0;
    }
    if (!span_is(policy, "Create") && !span_is(policy, "CreateReplace"))
        return err_set(c->err, ERR_CONFIG,
                       "spec.install.crds: '%.*s' is none of Skip, Create and CreateReplace",
                       SPAN_ARG(policy));
    VEC_FOREACH (const struct chart_definition *, file, &c->result->rendering->crds)
        if (add_crd_file(c, file) < 0)
            return -1;
    return 0;
}

// --- hooks ---

static bool hooks_are_on(const struct collecting *c, const char *action)
{
    return !node_get_bool(node_get(c->spec, action), "disableHooks", false);
}

// Whether one of the events comes about: tests are run when asked for only.
static bool runs(const struct collecting *c, unsigned hooks)
{
    static const struct {
        const char *action;
        unsigned hooks;
    } actions[] = {
        {"install", CHART_HOOK_PRE_INSTALL | CHART_HOOK_POST_INSTALL},
        {"upgrade", CHART_HOOK_PRE_UPGRADE | CHART_HOOK_POST_UPGRADE},
        {"rollback", CHART_HOOK_PRE_ROLLBACK | CHART_HOOK_POST_ROLLBACK},
        {"uninstall", CHART_HOOK_PRE_DELETE | CHART_HOOK_POST_DELETE},
    };

    for (size_t i = 0; i < ARRAY_LEN(actions); i++)
        if (hooks & actions[i].hooks && hooks_are_on(c, actions[i].action))
            return true;
    return hooks & CHART_HOOK_TEST && node_get_bool(node_get(c->spec, "test"), "enable", false);
}

// --- documents ---

static const struct release_written *find_written(const struct release_post *post, const char *text)
{
    size_t from = 0, to = post->written.len;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct release_written *it = &post->written.items[middle];

        if (it->text == text)
            return it;
        if (it->text < text)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

// A hook that no post-renderer saw. Helm fails when its time comes, and not before.
static struct node *read_hook(struct collecting *c, const struct chart_manifest *m,
                              struct doc **doc)
{
    char *path = arena_printf(c->result->arena, "%.*s", SPAN_ARG(m->path));
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list list = {0};

    *doc = doc_new();
    vec_push(&c->result->docs, *doc);
    if (doc_read_yaml(*doc, m->text, path, &list, &err) == 0)
        return list.len ? list.items[0] : NULL;
    add_note(c, path,
             arena_printf(c->result->arena, "the hook cannot be applied: %s", err_message(err)));
    return NULL;
}

static void add_document(struct collecting *c, const struct chart_manifest *m)
{
    const struct release_written *written = find_written(c->post, m->text.ptr);
    struct release_object object = {.hooks = m->hooks, .runs = !m->hooks || runs(c, m->hooks)};
    struct node *node = written ? written->node : NULL;
    struct doc *doc = written ? written->doc : NULL;

    if (!written)
        node = read_hook(c, m, &doc);
    if (!node_is(node, NODE_MAP))
        return;
    object.path = arena_span(c->result->arena, m->path).ptr;
    if (!m->hooks) {
        put(doc, node, "labels", "app.kubernetes.io/managed-by", SPAN("Helm"));
        put(doc, node, "annotations", "meta.helm.sh/release-name", c->release);
        put(doc, node, "annotations", "meta.helm.sh/release-namespace", c->space);
    }
    add_object(c, doc, node, object);
}

// What Helm makes before anything else when it is asked to.
static void add_namespace(struct collecting *c)
{
    struct doc *d;
    struct node *object, *meta;

    if (!node_get_text(c->spec, "targetNamespace").len ||
        !node_get_bool(node_get(c->spec, "install"), "createNamespace", false))
        return;
    d = doc_new();
    vec_push(&c->result->docs, d);
    object = node_new_map(d);
    meta = node_new_map(d);
    node_set_str(d, object, "apiVersion", SPAN("v1"));
    node_set_str(d, object, "kind", SPAN("Namespace"));
    node_set(d, object, SPAN("metadata"), meta);
    node_set_str(d, meta, "name", c->space);
    put(d, object, "labels", "name", c->space);
    add_object(c, d, object,
               (struct release_object){.path = "spec.install.createNamespace", .runs = true});
}

static struct release_object *find_in_manifest(struct release_result *result,
                                               const struct identity *id)
{
    VEC_FOREACH (struct release_object *, it, &result->objects)
        if (!it->is_crd && !it->hooks && identity_eq(&it->id, id))
            return it;
    return NULL;
}

// A definition of crds/ that a template has again becomes that one, with what Helm puts into it.
static void drop_definitions_of_manifest(struct release_result *result)
{
    size_t kept = 0;

    for (size_t i = 0; i < result->objects.len; i++) {
        const struct release_object *it = &result->objects.items[i];
        struct release_object *same = it->is_crd ? find_in_manifest(result, &it->id) : NULL;

        if (same)
            same->is_crd_too = true;
        else
            result->objects.items[kept++] = *it;
    }
    result->objects.len = kept;
}

int release_collect(const struct release_options *options, const struct release_post *post,
                    struct release_result *result, struct err **err)
{
    struct collecting c = {.options = options,
                           .post = post,
                           .result = result,
                           .spec = node_get(options->release, "spec"),
                           .release = release_name(result->arena, options->release),
                           .space = release_namespace(options->release),
                           .err = err};

    if (add_crds(&c) < 0)
        return -1;
    add_namespace(&c);
    VEC_FOREACH (const struct chart_manifest *, m, &result->rendering->manifests)
        add_document(&c, m);
    VEC_FOREACH (const struct chart_manifest *, m, &result->rendering->hooks)
        add_document(&c, m);
    drop_definitions_of_manifest(result);
    return 0;
}
