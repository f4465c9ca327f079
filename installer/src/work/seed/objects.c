// SPDX-License-Identifier: Apache-2.0
// What they look like. Each line of the pod is there for a reason: docs/internals/seed.md.
#include "work/seed/objects.h"

#include "base/mem.h"
#include "io/crypto.h"

#define CLASS_LABEL "sandstrap/class"
#define LOADER SEED_NAME "-loader"
#define LOADER_PATH "/etc/sandstrap/loader/loader"

// --- small ones ---

static struct node *read(struct doc *d, const char *yaml)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *n = doc_read_yaml_one(d, span_str(yaml), "seed", &err);

    if (!n)
        mem_die(err_message(err)); // the text is a constant of this file
    return n;
}

static struct node *new_object(struct doc *d, const char *version, const char *kind,
                               const char *name)
{
    struct node *object = node_new_map(d), *meta = node_new_map(d), *labels = node_new_map(d);

    node_set_str(d, labels, SEED_LABEL, SPAN(SEED_NAME));
    node_set_str(d, meta, "name", span_str(name));
    node_set_str(d, meta, "namespace", SPAN(SEED_NAMESPACE));
    node_set(d, meta, SPAN("labels"), labels);
    node_set_str(d, object, "apiVersion", span_str(version));
    node_set_str(d, object, "kind", span_str(kind));
    node_set(d, object, SPAN("metadata"), meta);
    return object;
}

static void set_bytes(struct doc *d, struct node *map, const char *key, struct span bytes)
{
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_DOC_MAX);

    crypto_base64_encode(bytes, &text);
    node_set_str(d, map, key, buf_span(&text));
}

static struct node *new_secret(struct doc *d, const char *name, const char *type, struct node *data)
{
    struct node *object = new_object(d, "v1", "Secret", name);

    node_set_str(d, object, "type", span_str(type));
    node_set(d, object, SPAN("data"), data);
    return object;
}

static struct node *authority(struct doc *d, const struct secrets *s)
{
    struct node *data = node_new_map(d);

    set_bytes(d, data, "ca.crt", s->ca_cert);
    set_bytes(d, data, "ca.key", s->ca_key);
    return new_secret(d, SECRETS_AUTHORITY, "Opaque", data);
}

static struct node *token(struct doc *d, const struct secrets *s)
{
    struct node *data = node_new_map(d);

    set_bytes(d, data, "token", s->token);
    return new_secret(d, SECRETS_TOKEN, "Opaque", data);
}

static struct node *certificate(struct doc *d, const struct secrets *s)
{
    struct node *data = node_new_map(d), *annotations = node_new_map(d), *object;

    set_bytes(d, data, "ca.crt", s->ca_cert);
    set_bytes(d, data, "tls.crt", s->cert);
    set_bytes(d, data, "tls.key", s->key);
    object = new_secret(d, SECRETS_TLS, "kubernetes.io/tls", data);
    node_set_str(d, annotations, SECRETS_HOSTS, s->hosts);
    node_set(d, node_get(object, "metadata"), SPAN("annotations"), annotations);
    return object;
}

static struct node *loader(struct doc *d)
{
    struct node *object = new_object(d, "v1", "ConfigMap", LOADER), *data = node_new_map(d);

    set_bytes(d, data, "loader", seed_loader());
    node_set(d, object, SPAN("binaryData"), data);
    return object;
}

static struct node *config(struct doc *d, const struct objects_wanted *w)
{
    struct node *object = new_object(d, "v1", "ConfigMap", SEED_NAME), *data = node_new_map(d);

    node_set_str(d, data, "agent.json", w->config);
    node_set_str(d, data, "peers", w->peers);
    node_set(d, object, SPAN("data"), data);
    return object;
}

// --- the pod ---

static const char pod_text[] =
    "automountServiceAccountToken: false\n"
    "enableServiceLinks: false\n"
    "hostNetwork: true\n"
    "dnsPolicy: Default\n"
    "priorityClassName: system-node-critical\n"
    "terminationGracePeriodSeconds: 10\n"
    "nodeSelector: {kubernetes.io/os: linux}\n"
    "tolerations: [{operator: Exists}]\n"
    "containers:\n"
    "- name: node\n"
    "  imagePullPolicy: Never\n"
    "  command: [" LOADER_PATH "]\n"
    "  env:\n"
    "  - name: NODE_NAME\n"
    "    valueFrom: {fieldRef: {fieldPath: spec.nodeName}}\n"
    "  - name: HOST_IP\n"
    "    valueFrom: {fieldRef: {fieldPath: status.hostIP}}\n"
    "  resources: {requests: {cpu: 10m, memory: 32Mi}}\n"
    "  securityContext:\n"
    "    runAsUser: 0\n"
    "    runAsGroup: 0\n"
    "    allowPrivilegeEscalation: false\n"
    "    readOnlyRootFilesystem: true\n"
    "    capabilities: {drop: [ALL]}\n"
    "    seccompProfile: {type: RuntimeDefault}\n"
    "    seLinuxOptions: {type: spc_t}\n"
    "  terminationMessagePolicy: FallbackToLogsOnError\n"
    "  volumeMounts:\n"
    "  - {name: loader, mountPath: /etc/sandstrap/loader, readOnly: true}\n"
    "  - {name: config, mountPath: /etc/sandstrap/config, readOnly: true}\n"
    "  - {name: token, mountPath: /etc/sandstrap/token, readOnly: true}\n"
    "  - {name: tls, mountPath: " SEED_TLS ", readOnly: true}\n"
    "  - {name: home, mountPath: " SEED_HOME "}\n"
    "volumes:\n"
    "- {name: loader, configMap: {name: " LOADER ", defaultMode: 0755}}\n"
    "- {name: config, configMap: {name: " SEED_NAME "}}\n"
    "- {name: token, secret: {secretName: " SECRETS_TOKEN ", defaultMode: 0400}}\n"
    "- {name: tls, secret: {secretName: " SECRETS_TLS ", defaultMode: 0400}}\n"
    "- {name: home, hostPath: {path: " SEED_HOME ", type: DirectoryOrCreate}}\n";

static void add_arg(struct doc *d, struct node *args, const char *fmt, ...) PRINTF(3, 4);
static void add_arg(struct doc *d, struct node *args, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list list;

    va_start(list, fmt);
    text = mem_vprintf(fmt, list);
    va_end(list);
    node_push(d, args, node_new_str(d, span_str(text)));
}

// The loader's, then the agent's (installer/seed, cmd/agent.c).
static struct node *arguments(struct doc *d, const struct objects_wanted *w,
                              const struct images_class *c)
{
    struct node *args = node_new_seq(d);

    add_arg(d, args, "serve");
    add_arg(d, args, "--home=%s", SEED_HOME);
    add_arg(d, args, "--sha256=%s", DIGEST_HEX(&w->binary));
    add_arg(d, args, "--size=%llu", (unsigned long long)w->binary_bytes);
    add_arg(d, args, "--address=$(HOST_IP)");
    add_arg(d, args, "--port=%d", agents_port(w->options));
    add_arg(d, args, "--peers=/etc/sandstrap/config/peers");
    add_arg(d, args, "--");
    add_arg(d, args, "agent");
    if (c->layout) {
        add_arg(d, args, FACTS_LAYOUT_OPTION);
        add_arg(d, args, "%s", c->layout->name);
    }
    return args;
}

// Ready is what the agent itself says: the loader is not.
static struct node *readiness(struct doc *d, int port)
{
    struct node *probe =
        read(d, "{periodSeconds: 2, failureThreshold: 5, httpGet: {path: /healthz}}");

    node_set(d, node_get(probe, "httpGet"), SPAN("port"), node_new_int(d, port));
    return probe;
}

// The runtime's folder, only when it is there: a false layout is never made.
static void mount_layout(struct doc *d, struct node *spec, const struct images_class *c)
{
    struct node *container = node_item(node_get(spec, "containers"), 0);
    struct node *mount = node_new_map(d), *path = node_new_map(d), *volume = node_new_map(d);
    char *where CLEANUP(mem_cleanup) = NULL;

    if (!c->layout || !c->layout->folder || !c->folder)
        return;
    where = mem_printf("/host%s", c->layout->folder);
    node_set_str(d, mount, "name", SPAN(FACTS_RUNTIME_VOLUME));
    node_set_str(d, mount, "mountPath", span_str(where));
    node_push(d, node_get(container, "volumeMounts"), mount);
    node_set_str(d, path, "path", span_str(c->folder));
    node_set_str(d, path, "type", SPAN("Directory"));
    node_set_str(d, volume, "name", SPAN(FACTS_RUNTIME_VOLUME));
    node_set(d, volume, SPAN("hostPath"), path);
    node_push(d, node_get(spec, "volumes"), volume);
}

static struct node *pod_spec(struct doc *d, const struct objects_wanted *w,
                             const struct images_class *c)
{
    struct node *spec = read(d, pod_text);
    struct node *container = node_item(node_get(spec, "containers"), 0);

    node_set_str(d, container, "image", span_str(c->image));
    node_set(d, container, SPAN("args"), arguments(d, w, c));
    node_set(d, container, SPAN("readinessProbe"), readiness(d, agents_port(w->options)));
    mount_layout(d, spec, c);
    return spec;
}

struct node *objects_pod(const struct objects_wanted *w, const struct images_class *c,
                         struct doc *d)
{
    struct node *pod = new_object(d, "v1", "Pod", SEED_NAME "-check");

    node_set(d, pod, SPAN("spec"), pod_spec(d, w, c));
    return pod;
}

// --- the DaemonSet ---

// Any node but one.
static struct node *not_named(struct doc *d, const char *name)
{
    struct node *field = node_new_map(d), *values = node_new_seq(d);

    node_set_str(d, field, "key", SPAN("metadata.name"));
    node_set_str(d, field, "operator", SPAN("NotIn"));
    node_push(d, values, node_new_str(d, span_str(name)));
    node_set(d, field, SPAN("values"), values);
    return field;
}

static bool has(const struct images_class *c, size_t node)
{
    for (size_t i = 0; i < c->nodes.len; i++)
        if (c->nodes.items[i] == node)
            return true;
    return false;
}

// Every node but those of other classes: of the pods that one gets which joins later, the one
// starts whose image it has. Fields of a term have one value each, which is all that Kubernetes
// takes. NULL: every node.
static struct node *affinity(struct doc *d, const struct objects_wanted *w,
                             const struct images_class *c)
{
    struct node *terms = node_new_seq(d), *term = node_new_map(d), *others = node_new_seq(d), *root;

    for (size_t i = 0; i < w->nodes->items.len; i++) {
        const struct seed_node *n = &w->nodes->items.items[i];

        if (!has(c, i) && (!n->away || n->image))
            node_push(d, others, not_named(d, n->node.name));
    }
    if (!node_len(others))
        return NULL;
    node_set(d, term, SPAN("matchFields"), others);
    node_push(d, terms, term);
    root = read(d, "{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}");
    node_set(d, node_path(root, "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"),
             SPAN("nodeSelectorTerms"), terms);
    return root;
}

static struct node *class_labels(struct doc *d, const struct images_class *c)
{
    struct node *labels = node_new_map(d);

    node_set_str(d, labels, SEED_LABEL, SPAN(SEED_NAME));
    node_set_str(d, labels, CLASS_LABEL, span_str(c->name));
    return labels;
}

// What pods are made of is told by a digest, so that old ones are known. The certificate is in it:
// a new one is taken up by new pods.
static const char *template_digest(const struct objects_wanted *w, const struct node *spec)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct digest digest;

    doc_write_json(spec, true, &text);
    buf_add_span(&text, w->secrets->cert);
    digest = crypto_sha256(buf_span(&text));
    return arena_str(w->nodes->arena, DIGEST_HEX(&digest));
}

static struct node *pod_template(struct doc *d, const struct objects_wanted *w,
                                 struct images_class *c)
{
    struct node *template = node_new_map(d), *meta = node_new_map(d),
                *annotations = node_new_map(d), *spec = pod_spec(d, w, c),
                *where = affinity(d, w, c);

    if (where)
        node_set(d, spec, SPAN("affinity"), where);
    c->template = template_digest(w, spec);
    node_set_str(d, annotations, OBJECTS_TEMPLATE, span_str(c->template));
    node_set(d, meta, SPAN("labels"), class_labels(d, c));
    node_set(d, meta, SPAN("annotations"), annotations);
    node_set(d, template, SPAN("metadata"), meta);
    node_set(d, template, SPAN("spec"), spec);
    return template;
}

static struct node *daemon_set(struct doc *d, const struct objects_wanted *w,
                               struct images_class *c)
{
    struct node *object = new_object(d, "apps/v1", "DaemonSet", c->name), *selector,
                *spec = read(d, "{updateStrategy: {type: RollingUpdate, "
                                "rollingUpdate: {maxUnavailable: 100%}}}");

    selector = node_new_map(d);
    node_set(d, selector, SPAN("matchLabels"), class_labels(d, c));
    node_set(d, spec, SPAN("selector"), selector);
    node_set(d, spec, SPAN("template"), pod_template(d, w, c));
    node_set(d, object, SPAN("spec"), spec);
    return object;
}

void objects_make(const struct objects_wanted *w, struct doc *d, struct objects_list *list)
{
    struct arena *arena = doc_arena(d);

    vec_push_arena(arena, list, authority(d, w->secrets));
    vec_push_arena(arena, list, token(d, w->secrets));
    vec_push_arena(arena, list, certificate(d, w->secrets));
    vec_push_arena(arena, list, loader(d));
    vec_push_arena(arena, list, config(d, w));
    VEC_FOREACH (struct images_class *, it, &w->classes->items)
        vec_push_arena(arena, list, daemon_set(d, w, it));
}
