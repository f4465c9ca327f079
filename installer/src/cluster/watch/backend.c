// SPDX-License-Identifier: Apache-2.0
#include "cluster/watch/backend.h"

#include "base/mem.h"

static int count_ready(void *data, const struct node *slice, struct err **err UNUSED)
{
    size_t *ready = data;

    NODE_FOREACH_ITEM (endpoint, node_get(slice, "endpoints"))
        *ready += node_bool(node_path(endpoint, "conditions", "ready"), true);
    return 0;
}

// Whether its endpoints tell anything: one that stands for a name elsewhere has none.
static int look_at_service(struct kube *k, const char *ns, const char *service, bool *is_open,
                           enum backend_state *state, struct err **err)
{
    const struct kube_resource *services = kube_find(k, SPAN("v1"), SPAN("Service"), err);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    int absent = services ? kube_get(k, services, ns, service, &answer, err) : -1;

    *state = absent == 1 ? BACKEND_ABSENT : BACKEND_READY;
    *is_open = absent == 0 &&
               !span_is(node_get_text(node_get(answer.object, "spec"), "type"), "ExternalName");
    return absent < 0 ? -1 : 0;
}

int backend_look(struct kube *k, const char *ns, const char *service, enum backend_state *state,
                 struct err **err)
{
    char *labels CLEANUP(mem_cleanup) = mem_printf("kubernetes.io/service-name=%s", service);
    struct kube_selection slices = {.ns = ns, .labels = labels};
    size_t ready = 0;
    bool is_open;

    if (look_at_service(k, ns, service, &is_open, state, err) < 0)
        return -1;
    if (!is_open)
        return 0;
    if (kube_find_kind(k, "discovery.k8s.io", "EndpointSlice", &slices.resource, err) < 0)
        return -1;
    if (!slices.resource)
        return 0;
    if (kube_list(k, &slices, count_ready, &ready, NULL, err) < 0)
        return -1;
    *state = ready ? BACKEND_READY : BACKEND_EMPTY;
    return 0;
}

const char *backend_text(enum backend_state state)
{
    switch (state) {
    case BACKEND_EMPTY: return "has no ready endpoints";
    case BACKEND_ABSENT: return "does not exist";
    case BACKEND_READY: break;
    }
    return NULL;
}
