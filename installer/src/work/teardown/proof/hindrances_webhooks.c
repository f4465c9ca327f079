// SPDX-License-Identifier: Apache-2.0
// Webhooks and API services that are asked in vain, and stay so.
#include <string.h>

#include "base/mem.h"
#include "cluster/watch/backend.h"
#include "work/teardown/proof/hindrances.h"

// So young it may be on its way: whoever made it makes its Service, too.
#define YOUNG_S 120

static bool installs_into(const struct node *release, const char *ns)
{
    struct span target = node_text(node_path(release, "spec", "targetNamespace"));

    return span_is(target.len ? target : node_identity(release).ns, ns);
}

// Whether anything may bring the Service: the tree, or a release, which may be at it.
static bool may_come(const struct hindrances *h, const struct node *object, const char *ns)
{
    const struct node *home = hindrances_namespace(h, span_str(ns));

    if (hindrances_tree_has(h, object) || hindrances_tree_has_in(h, ns))
        return true;
    VEC_FOREACH (const struct node *const *, release, &h->releases)
        if (installs_into(*release, ns))
            return true;
    return home && !node_path(home, "metadata", "deletionTimestamp") &&
           hindrances_age_s(object, "creationTimestamp") < YOUNG_S;
}

static int is_in_vain(struct hindrances *h, const struct node *object, const struct node *service,
                      bool *in_vain, struct err **err)
{
    const char *ns = node_get_str(service, "namespace");
    enum backend_state state = BACKEND_READY;

    *in_vain = false;
    if (!service || may_come(h, object, ns))
        return 0;
    if (backend_look(h->kube, ns, node_get_str(service, "name"), &state, err) < 0)
        return -1;
    *in_vain = state == BACKEND_ABSENT;
    return 0;
}

static const char *deletion(const struct hindrances *h, const struct node *object)
{
    struct identity id = node_identity(object);
    struct buf kind CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    for (size_t i = 0; i < id.kind.len; i++)
        buf_add_char(&kind, (char)(id.kind.ptr[i] | 0x20)); // kinds of the API have only letters
    return arena_printf(h->arena, "kubectl delete %s %.*s", buf_str(&kind), SPAN_ARG(id.name));
}

static int check_webhook(struct hindrances *h, const struct node *object,
                         const struct node *webhook, struct err **err)
{
    const struct node *service = node_path(webhook, "clientConfig", "service");
    char *label CLEANUP(mem_cleanup) = node_label(object);
    char *example CLEANUP(mem_cleanup) = NULL;
    bool in_vain, matches = false;

    if (span_is(node_get_text(webhook, "failurePolicy"), "Ignore"))
        return 0;
    if (is_in_vain(h, object, service, &in_vain, err) < 0)
        return -1;
    if (in_vain && hindrances_match(h, webhook, &matches, &example, err) < 0)
        return -1;
    if (matches)
        hindrances_add(h, deletion(h, object),
                       "%s: its webhook %s would be asked for %s, and calls Service %s/%s, which "
                       "does not exist",
                       label, node_get_str(webhook, "name"), example,
                       node_get_str(service, "namespace"), node_get_str(service, "name"));
    return 0;
}

static int check_api_service(struct hindrances *h, const struct node *object, struct err **err)
{
    const struct node *service = node_path(object, "spec", "service");
    char *label CLEANUP(mem_cleanup) = node_label(object);
    bool in_vain;

    if (is_in_vain(h, object, service, &in_vain, err) < 0)
        return -1;
    if (in_vain)
        hindrances_add(h, deletion(h, object),
                       "%s calls Service %s/%s, which does not exist: no namespace can be deleted, "
                       "and what looks for kinds fails",
                       label, node_get_str(service, "namespace"), node_get_str(service, "name"));
    return 0;
}

int hindrances_of_webhooks(struct hindrances *h, struct err **err)
{
    VEC_FOREACH (const struct node *const *, object, &h->webhooks) {
        size_t found = h->found.len;

        NODE_FOREACH_ITEM (webhook, node_get(*object, "webhooks")) {
            if (h->found.len == found && check_webhook(h, *object, webhook, err) < 0)
                return -1;
        }
    }
    VEC_FOREACH (const struct node *const *, object, &h->api_services)
        if (check_api_service(h, *object, err) < 0)
            return -1;
    return 0;
}
