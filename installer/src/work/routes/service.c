// SPDX-License-Identifier: Apache-2.0
// One address in the cluster for all names: that of a Service.
#include "work/routes.h"

#include "base/address.h"
#include "work/routes/names.h"
#include "work/routes/owner.h"

static const char service_yaml[] = "apiVersion: v1\n"
                                   "kind: Service\n"
                                   "metadata: {labels: {}}\n"
                                   "spec:\n"
                                   "  type: ClusterIP\n"
                                   "  ports: []\n";
static const char slice_yaml[] = "apiVersion: discovery.k8s.io/v1\n"
                                 "kind: EndpointSlice\n"
                                 "metadata: {labels: {}}\n"
                                 "endpoints: [{addresses: [], conditions: {ready: true}}]\n"
                                 "ports: []\n";

int routes_read_address(struct span text, struct routes_target *target, struct err **err)
{
    size_t colon = span_rfind(text, ':');
    struct span host = text;
    uint64_t port = NAMES_HTTPS_PORT;

    if (!address_of(text).bits) {
        host = span_head(text, colon);
        if (!address_of(host).bits || !span_u64(span_tail(text, colon + 1), &port) || port == 0 ||
            port > UINT16_MAX) {
            err_set(err, ERR_USAGE, "'%.*s' is not an address", SPAN_ARG(text));
            return err_hint(err, "an address that pods reach, with the port of HTTPS unless that "
                                 "is 443: 10.0.0.2:5443");
        }
    }
    if (span_skip(&host, "["))
        host = span_head(host, host.len - 1);
    target->elsewhere = host;
    target->port = (int)port;
    return 0;
}

static struct node *new_object(const struct routes_options *o, const char *yaml)
{
    struct err *never CLEANUP(err_cleanup) = NULL;
    struct node *object = doc_read_yaml_one(o->doc, span_str(yaml), "routes", &never);
    struct node *metadata = node_get(object, "metadata");

    node_set_str(o->doc, metadata, "name", span_str(o->target.name));
    node_set_str(o->doc, metadata, "namespace", span_str(o->target.ns));
    node_set(o->doc, node_get(metadata, "labels"), o->target.label,
             node_new_str(o->doc, o->target.value));
    return object;
}

static struct node *new_port(struct doc *d, int port)
{
    struct node *entry = node_new_map(d);

    node_set_str(d, entry, "name", span_str(arena_printf(doc_arena(d), "https-%d", port)));
    node_set_str(d, entry, "protocol", SPAN("TCP"));
    node_set(d, entry, SPAN("port"), node_new_int(d, port));
    return entry;
}

// A client of "reg:5000" keeps to that port.
static const struct node *new_service(const struct routes_options *o, const struct names *names)
{
    struct node *service = new_object(o, service_yaml), *spec = node_get(service, "spec");

    VEC_FOREACH (const int *, port, &names->ports) {
        struct node *entry = new_port(o->doc, *port);

        node_set(o->doc, entry, SPAN("targetPort"), node_new_int(o->doc, o->target.port));
        node_push(o->doc, node_get(spec, "ports"), entry);
    }
    if (!o->target.elsewhere.len) {
        struct node *selector = node_new_map(o->doc);

        node_set(o->doc, selector, o->target.label, node_new_str(o->doc, o->target.value));
        node_set(o->doc, spec, SPAN("selector"), selector);
    }
    return service;
}

// Of a Service without a selector.
static struct node *new_slice(const struct routes_options *o, const struct names *names)
{
    struct node *slice = new_object(o, slice_yaml);
    struct node *endpoint = node_item(node_get(slice, "endpoints"), 0);
    bool is_v4 = address_of(o->target.elsewhere).bits == 32;

    node_set_str(o->doc, slice, "addressType", is_v4 ? SPAN("IPv4") : SPAN("IPv6"));
    node_set_str(o->doc, node_path(slice, "metadata", "labels"), "kubernetes.io/service-name",
                 span_str(o->target.name));
    node_push(o->doc, node_get(endpoint, "addresses"), node_new_str(o->doc, o->target.elsewhere));
    VEC_FOREACH (const int *, port, &names->ports) {
        struct node *entry = new_port(o->doc, *port);

        node_set(o->doc, entry, SPAN("port"), node_new_int(o->doc, o->target.port));
        node_push(o->doc, node_get(slice, "ports"), entry);
    }
    return slice;
}

static struct layer layer_of(const struct routes_options *o, const struct node *object)
{
    const struct node **objects = arena_array(doc_arena(o->doc), 1, sizeof(*objects));

    objects[0] = object;
    return (struct layer){o->target.layer, objects, 1};
}

struct layer routes_service(const struct routes_options *o)
{
    struct names names = names_of(o->bundle, doc_arena(o->doc));

    return layer_of(o, new_service(o, &names));
}

int routes_find(const struct routes_options *o, struct routes_at *at, struct err **err)
{
    const struct kube_resource *services = kube_find(o->kube, SPAN("v1"), SPAN("Service"), err);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct arena *arena = doc_arena(o->doc);
    const struct node *metadata;
    int found;

    if (!services)
        return -1;
    found = kube_get(o->kube, services, o->target.ns, o->target.name, &answer, err);
    if (found < 0)
        return -1;
    metadata = node_get(answer.object, "metadata");
    at->ip = arena_span(arena, node_get_text(node_get(answer.object, "spec"), "clusterIP"));
    at->uid = arena_span(arena, node_get_text(metadata, "uid"));
    at->proved = arena_span(arena, node_get_text(node_get(metadata, "annotations"), ROUTES_PROVED));
    if (found == 0 && address_of(at->ip).bits)
        return 0;
    return err_set(err, ERR_API, "Service %s/%s has no address", o->target.ns, o->target.name);
}

struct layer routes_endpoints(const struct routes_options *o, const struct routes_at *at)
{
    struct names names = names_of(o->bundle, doc_arena(o->doc));
    struct node *slice;

    if (!o->target.elsewhere.len)
        return (struct layer){.name = o->target.layer};
    slice = new_slice(o, &names);
    owner_set(o->doc, slice, "Service", o->target.name, at->uid);
    return layer_of(o, slice);
}
