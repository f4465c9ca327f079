// SPDX-License-Identifier: Apache-2.0
// Pods that every admission lets in: no rights, no user of their own, nothing to write to.
#include "work/routes/probe_pods.h"

#include <stdlib.h>

#include "io/crypto.h"
#include "model/seed.h"

static const char pod_yaml[] =
    "apiVersion: v1\n"
    "kind: Pod\n"
    "metadata: {labels: {" PROBE_LABEL ": " PROBE_NAME "}}\n"
    "spec:\n"
    "  restartPolicy: Never\n"
    "  terminationGracePeriodSeconds: 0\n"
    "  automountServiceAccountToken: false\n"
    "  enableServiceLinks: false\n"
    "  securityContext:\n"
    "    {runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, seccompProfile: {type: "
    "RuntimeDefault}}\n"
    "  containers:\n"
    "    - name: probe\n"
    "      imagePullPolicy: Always\n"
    "      command: [/sandstrap/loader]\n"
    "      terminationMessagePolicy: FallbackToLogsOnError\n"
    "      securityContext:\n"
    "        {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: "
    "[ALL]}}\n"
    "      resources:\n"
    "        {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: '1', memory: 128Mi}}\n"
    "      volumeMounts: [{name: loader, mountPath: /sandstrap, readOnly: true}]\n"
    "  volumes: [{name: loader, configMap: {name: " PROBE_NAME ", defaultMode: 0555}}]\n";

static bool is_pause(const struct bundle_artifact *a)
{
    struct span name = span_tail(a->name, span_rfind(a->name, '/') + 1);

    return span_starts(name, "pause:") || span_starts(name, "pause@");
}

const struct bundle_artifact *probe_image(const struct bundle *b)
{
    const struct bundle_artifact *best = NULL;
    size_t count;
    const struct bundle_artifact *artifacts = bundle_artifacts(b, &count);

    for (size_t i = 0; i < count; i++) {
        const struct bundle_artifact *a = &artifacts[i];

        if (a->kind != BUNDLE_IMAGE)
            continue;
        if (!best || is_pause(a) < is_pause(best) ||
            (is_pause(a) == is_pause(best) &&
             bundle_artifact_size(b, a) < bundle_artifact_size(b, best)))
            best = a;
    }
    return best;
}

static struct node *new_pod(struct doc *d, const char *name, struct span ns, struct span image)
{
    struct err *never CLEANUP(err_cleanup) = NULL;
    struct node *pod = doc_read_yaml_one(d, SPAN(pod_yaml), "probe", &never);
    struct node *metadata = node_get(pod, "metadata");

    node_set_str(d, metadata, "name", span_str(name));
    node_set_str(d, metadata, "namespace", ns);
    node_set_str(d, node_item(node_path(pod, "spec", "containers"), 0), "image", image);
    return pod;
}

static void add_arg(struct doc *d, struct node *args, const char *arg)
{
    node_push(d, args, node_new_str(d, span_str(arg)));
}

static struct node *add_args(struct doc *d, struct node *pod)
{
    struct node *args = node_new_seq(d);

    node_set(d, node_item(node_path(pod, "spec", "containers"), 0), SPAN("args"), args);
    return args;
}

// Every taint.
static void tolerate(struct doc *d, struct node *spec)
{
    struct node *list = node_new_seq(d), *all = node_new_map(d);

    node_set_str(d, all, "operator", SPAN("Exists"));
    node_push(d, list, all);
    node_set(d, spec, SPAN("tolerations"), list);
}

const struct node *probe_node_pod(struct doc *d, const struct routes_options *o, const char *name,
                                  struct span image, const struct routes_node *node)
{
    struct node *pod = new_pod(d, name, span_str(o->target.ns), image);
    struct node *spec = node_get(pod, "spec"), *args = add_args(d, pod);

    add_arg(d, args, "exit");
    add_arg(d, args, "0");
    node_set_str(d, spec, "nodeName", span_str(node->name));
    node_set(d, spec, SPAN("hostNetwork"), node_new_bool(d, true));
    tolerate(d, spec);
    return pod;
}

// --- the one that asks ---

// What a patch is to a Deployment, to a pod that has something of it already.
static void merge(struct doc *d, struct node *into, const struct node *from)
{
    NODE_FOREACH_PAIR (pair, from) {
        struct node *there = node_get_span(into, pair->key);

        if (node_is(there, NODE_SEQ)) {
            NODE_FOREACH_ITEM (item, pair->value)
                node_push(d, there, node_copy(d, item));
        } else {
            node_set(d, into, pair->key, node_copy(d, pair->value));
        }
    }
}

static void lead(struct doc *d, struct node *spec, const struct patch_route *route)
{
    struct node *led = node_new_map(d);
    struct node *container = node_item(node_get(spec, "containers"), 0);

    patch_pod(route, SPAN("probe"), led, d);
    merge(d, container, node_item(node_get(led, "containers"), 0));
    node_remove(led, SPAN("containers"));
    merge(d, spec, led);
}

// Only where the controller can be.
static void place_as(struct doc *d, struct node *spec, const struct node *controller)
{
    static const char *const fields[] = {"nodeSelector", "tolerations"};

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct node *field =
            node_get(node_path(controller, "spec", "template", "spec"), fields[i]);

        if (field)
            node_set(d, spec, span_str(fields[i]), node_copy(d, field));
    }
}

const struct node *probe_source_pod(struct doc *d, const struct routes_options *o,
                                    const struct routes_probe *p, const char *name,
                                    const struct node *controller, struct span image,
                                    const struct patch_route *route, const char *agent)
{
    struct span ns = node_get_text(node_get(controller, "metadata"), "namespace");
    struct node *pod = new_pod(d, name, ns, image), *args = add_args(d, pod);
    const char *url = arena_printf(
        doc_arena(d), strchr(agent, ':') ? "http://[%s]:%d" : "http://%s:%d", agent, p->agent_port);

    add_arg(d, args, "run");
    add_arg(d, args, arena_printf(doc_arena(d), "%s" SEED_API "/binary", url));
    add_arg(d, args, DIGEST_HEX(&p->binary));
    add_arg(d, args, arena_printf(doc_arena(d), "%llu", (unsigned long long)p->binary_bytes));
    add_arg(d, args, "--");
    add_arg(d, args, "probe");
    add_arg(d, args, url);
    add_arg(d, args, DIGEST_HEX(bundle_identity(o->bundle)));
    add_arg(d, args, "--authority");
    add_arg(d, args, PATCH_CA_FILE);
    place_as(d, node_get(pod, "spec"), controller);
    lead(d, node_get(pod, "spec"), route);
    return pod;
}

const struct node *probe_loader(struct doc *d, struct span loader, struct span ns)
{
    static const char yaml[] =
        "apiVersion: v1\n"
        "kind: ConfigMap\n"
        "metadata: {name: " PROBE_NAME ", labels: {" PROBE_LABEL ": " PROBE_NAME "}}\n"
        "binaryData: {}\n";
    struct err *never CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *object = doc_read_yaml_one(d, SPAN(yaml), "probe", &never);

    crypto_base64_encode(loader, &text);
    node_set_str(d, node_get(object, "metadata"), "namespace", ns);
    node_set_str(d, node_get(object, "binaryData"), "loader", buf_span(&text));
    return object;
}
