// SPDX-License-Identifier: Apache-2.0
// Discovery: which types the server has. Aggregated discovery where it is served (two requests),
// else one request per group version. One broken API service never hides the others.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ACCEPT_AGGREGATED                                                                          \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"                        \
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"                   \
    "application/json"

struct discovery {
    struct arena *arena;                     // all texts; types are never forgotten
    struct map known;                        // "group/version/kind" to struct type
    VEC(const struct kube_resource *) types; // those of the last reading
    VEC(const char *) broken;                // in the arena
    unsigned reading;                        // counts readings
    int64_t read_at;                         // the end of the last one
};

struct type {
    struct kube_resource resource;
    unsigned reading; // the last one that had it
};

void discovery_free(struct discovery *d)
{
    if (!d)
        return;
    vec_free(&d->types);
    vec_free(&d->broken);
    map_free(&d->known);
    arena_free(d->arena);
    free(d);
}

static struct discovery *discovery_of(struct kube *k)
{
    if (!k->discovery) {
        k->discovery = MEM_NEW(struct discovery);
        k->discovery->arena = arena_new();
    }
    return k->discovery;
}

// --- adding what was read ---

struct group_version {
    const char *group, *version, *api_version;
    bool preferred;
};

static struct group_version group_version_of(struct discovery *d, struct span group,
                                             struct span version, bool preferred)
{
    struct group_version gv = {.preferred = preferred};

    gv.group = arena_span(d->arena, group).ptr;
    gv.version = arena_span(d->arena, version).ptr;
    gv.api_version = *gv.group ? arena_printf(d->arena, "%s/%s", gv.group, gv.version) : gv.version;
    return gv;
}

static unsigned verbs_of(const struct node *verbs)
{
    unsigned flags = 0;

    NODE_FOREACH_ITEM (verb, verbs) {
        struct span name = node_text(verb);

        flags |= span_is(name, "list") ? KUBE_CAN_LIST : 0;
        flags |= span_is(name, "watch") ? KUBE_CAN_WATCH : 0;
        flags |= span_is(name, "patch") ? KUBE_CAN_PATCH : 0;
        flags |= span_is(name, "delete") ? KUBE_CAN_DELETE : 0;
    }
    return flags;
}

static void add_type(struct discovery *d, const struct group_version *gv, struct span kind,
                     struct span plural, bool namespaced, const struct node *verbs)
{
    char *key CLEANUP(mem_cleanup) =
        mem_printf("%s/%s/%.*s", gv->group, gv->version, SPAN_ARG(kind));
    struct type *t = map_get(&d->known, span_str(key));

    if (t && t->reading == d->reading)
        return; // a second resource of the same kind
    if (!t) {
        t = ARENA_NEW(d->arena, struct type);
        map_put(&d->known, arena_span(d->arena, span_str(key)), t);
        t->resource.group = gv->group;
        t->resource.version = gv->version;
        t->resource.api_version = gv->api_version;
        t->resource.kind = arena_span(d->arena, kind).ptr;
    }
    if (!t->resource.plural || !span_is(plural, t->resource.plural))
        t->resource.plural = arena_span(d->arena, plural).ptr;
    t->resource.namespaced = namespaced;
    t->resource.preferred = gv->preferred;
    t->resource.verbs = verbs_of(verbs);
    t->reading = d->reading;
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    vec_push(&d->types, &t->resource);
}

static void add_broken(struct discovery *d, const struct group_version *gv)
{
    vec_push(&d->broken, gv->api_version);
}

// --- aggregated ---

static void add_aggregated_version(struct discovery *d, const struct group_version *gv,
                                   const struct node *version)
{
    if (span_is(node_get_text(version, "freshness"), "Stale"))
        add_broken(d, gv);
    NODE_FOREACH_ITEM (resource, node_get(version, "resources")) {
        struct span kind = node_text(node_path(resource, "responseKind", "kind"));

        if (kind.len)
            add_type(d, gv, kind, node_get_text(resource, "resource"),
                     span_is(node_get_text(resource, "scope"), "Namespaced"),
                     node_get(resource, "verbs"));
    }
}

static void add_aggregated(struct discovery *d, const struct node *root)
{
    NODE_FOREACH_ITEM (group, node_get(root, "items")) {
        struct span name = node_get_text(node_get(group, "metadata"), "name");
        bool preferred = true;

        NODE_FOREACH_ITEM (version, node_get(group, "versions")) {
            struct group_version gv =
                group_version_of(d, name, node_get_text(version, "version"), preferred);

            preferred = false;
            add_aggregated_version(d, &gv, version);
        }
    }
}

// --- one request per group version ---

static int read_group_version(struct kube *k, const struct group_version *gv, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    char *path CLEANUP(mem_cleanup) =
        mem_printf("%s/%s", *gv->group ? "/apis" : "/api", gv->api_version);
    struct call_spec spec = {.path = path, .what = "discovery", .budget = {.attempts = 1}};
    struct err *error CLEANUP(err_cleanup) = NULL;
    const struct node *root = call_get_json(k, &spec, d, NULL, &error);

    if (!root && err_kind(error) == ERR_CANCELLED)
        return err_move(err, &error);
    if (!root)
        add_broken(k->discovery, gv);
    NODE_FOREACH_ITEM (resource, node_get(root, "resources")) {
        struct span name = node_get_text(resource, "name");

        if (span_find(name, '/') == name.len) // not a subresource
            add_type(k->discovery, gv, node_get_text(resource, "kind"), name,
                     node_get_bool(resource, "namespaced", false), node_get(resource, "verbs"));
    }
    return 0;
}

static int add_core_versions(struct kube *k, const struct node *root, struct err **err)
{
    NODE_FOREACH_ITEM (version, node_get(root, "versions")) {
        struct group_version gv =
            group_version_of(k->discovery, SPAN_EMPTY, node_text(version), true);

        if (read_group_version(k, &gv, err) < 0)
            return -1;
    }
    return 0;
}

static int add_group(struct kube *k, const struct node *group, struct err **err)
{
    struct span preferred = node_text(node_path(group, "preferredVersion", "version"));

    NODE_FOREACH_ITEM (entry, node_get(group, "versions")) {
        struct span version = node_get_text(entry, "version");
        struct group_version gv = group_version_of(k->discovery, node_get_text(group, "name"),
                                                   version, span_eq(version, preferred));

        if (read_group_version(k, &gv, err) < 0)
            return -1;
    }
    return 0;
}

static int read_root(struct kube *k, const char *path, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct call_spec spec = {.path = path, .what = "discovery", .accept = ACCEPT_AGGREGATED};
    const struct node *root = call_get_json(k, &spec, d, NULL, err);
    struct span kind = node_get_text(root, "kind");

    if (!root)
        return -1;
    if (span_is(kind, "APIGroupDiscoveryList")) {
        add_aggregated(k->discovery, root);
        return 0;
    }
    if (span_is(kind, "APIVersions"))
        return add_core_versions(k, root, err);
    if (!span_is(kind, "APIGroupList"))
        return err_set(err, ERR_API, "%s%s: not a Kubernetes API server",
                       kubeconfig_server(k->config), path);
    NODE_FOREACH_ITEM (group, node_get(root, "groups")) {
        if (add_group(k, group, err) < 0)
            return -1;
    }
    return 0;
}

int kube_discover(struct kube *k, struct err **err)
{
    struct discovery *d = discovery_of(k);

    d->reading++;
    d->types.len = d->broken.len = 0;
    if (read_root(k, "/api", err) < 0)
        return -1;
    if (read_root(k, "/apis", err) < 0)
        return -1;
    d->read_at = timer_now();
    return 0;
}

// --- looking up ---

static const struct kube_resource *known_type(const struct kube *k, struct span api_version,
                                              struct span kind)
{
    struct span group, version;
    char *key CLEANUP(mem_cleanup) = NULL;
    const struct type *t;

    if (!k->discovery)
        return NULL;
    identity_split(api_version, &group, &version);
    key = mem_printf("%.*s/%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(version), SPAN_ARG(kind));
    t = map_get(&k->discovery->known, span_str(key));
    return t && t->reading == k->discovery->reading ? &t->resource : NULL;
}

static int no_match(const struct kube *k, struct span api_version, struct span kind,
                    struct err **err)
{
    err_set(err, ERR_API, "no matches for kind %.*s in %.*s", SPAN_ARG(kind),
            SPAN_ARG(api_version));
    VEC_FOREACH (const char **, broken, &k->discovery->broken) {
        if (span_is(api_version, *broken))
            return err_hint(err, "the API service of %s does not answer: kubectl get apiservices",
                            *broken);
    }
    return err_hint(err, "its CustomResourceDefinition is not installed, or lacks this version");
}

const struct kube_resource *kube_find(struct kube *k, struct span api_version, struct span kind,
                                      struct err **err)
{
    const struct kube_resource *r = known_type(k, api_version, kind);

    if (r)
        return r;
    if (kube_discover(k, err) < 0)
        return NULL;
    r = known_type(k, api_version, kind);
    if (!r)
        no_match(k, api_version, kind, err);
    return r;
}

const struct kube_resource *kube_find_for(struct kube *k, const struct node *object,
                                          struct err **err)
{
    return kube_find(k, node_get_text(object, "apiVersion"), node_get_text(object, "kind"), err);
}

static const struct kube_resource *known_kind(const struct kube *k, const char *group,
                                              const char *kind)
{
    const struct kube_resource *found = NULL;

    if (!k->discovery)
        return NULL;
    VEC_FOREACH (const struct kube_resource **, r, &k->discovery->types) {
        if (strcmp((*r)->group, group) != 0 || strcmp((*r)->kind, kind) != 0)
            continue;
        if ((*r)->preferred)
            return *r;
        if (!found)
            found = *r;
    }
    return found;
}

static bool is_fresh(const struct kube *k)
{
    return k->discovery && k->discovery->read_at &&
           timer_now() - k->discovery->read_at < KUBE_DISCOVERY_FRESH_MS;
}

int kube_find_kind(struct kube *k, const char *group, const char *kind,
                   const struct kube_resource **resource, struct err **err)
{
    *resource = known_kind(k, group, kind);
    if (*resource || is_fresh(k))
        return 0;
    if (kube_discover(k, err) < 0)
        return -1;
    *resource = known_kind(k, group, kind);
    return 0;
}

const struct kube_resource *const *kube_resources(const struct kube *k, size_t *count)
{
    *count = k->discovery ? k->discovery->types.len : 0;
    return k->discovery ? k->discovery->types.items : NULL;
}

const char *const *kube_broken_groups(const struct kube *k, size_t *count)
{
    *count = k->discovery ? k->discovery->broken.len : 0;
    return k->discovery ? k->discovery->broken.items : NULL;
}
