// SPDX-License-Identifier: Apache-2.0
// hostAliases, the CA and where Go looks for it.
#include "work/routes/patch.h"

#include "base/mem.h"
#include "io/crypto.h"

// What SSL_CERT_DIR is when nobody sets it (crypto/x509, root_linux.go), and ours. The file with
// the system's roots is read all the same.
#define CERT_DIRS "/etc/ssl/certs:/etc/pki/tls/certs:" PATCH_CA_FOLDER
#define CERT_DIR_NAME "SSL_CERT_DIR"
// Go reads certificates once: a new CA has to be a new pod.
#define CA_ANNOTATION "sandstrap/ca"

static struct node *add_map(struct doc *d, struct node *map, const char *key)
{
    struct node *value = node_new_map(d);

    node_set(d, map, span_str(key), value);
    return value;
}

// The only element of a new list.
static struct node *add_element(struct doc *d, struct node *map, const char *key)
{
    struct node *list = node_new_seq(d), *element = node_new_map(d);

    node_set(d, map, span_str(key), list);
    node_push(d, list, element);
    return element;
}

static void add_names(struct doc *d, struct node *alias, const struct patch_route *route)
{
    struct node *names = node_new_seq(d);

    node_set_str(d, alias, "ip", route->ip);
    node_set(d, alias, SPAN("hostnames"), names);
    VEC_FOREACH (const struct span *, it, &route->names->hosts)
        node_push(d, names, node_new_str(d, *it));
}

void patch_pod(const struct patch_route *route, struct span container, struct node *spec,
               struct doc *doc)
{
    struct node *led = add_element(doc, spec, "containers");
    struct node *env = add_element(doc, led, "env");
    struct node *mount = add_element(doc, led, "volumeMounts");
    struct node *volume = add_element(doc, spec, "volumes");

    add_names(doc, add_element(doc, spec, "hostAliases"), route);
    node_set_str(doc, led, "name", container);
    node_set_str(doc, env, "name", SPAN(CERT_DIR_NAME));
    node_set_str(doc, env, "value", SPAN(CERT_DIRS));
    node_set_str(doc, mount, "name", SPAN(PATCH_CA_NAME));
    node_set_str(doc, mount, "mountPath", SPAN(PATCH_CA_FOLDER));
    node_set(doc, mount, SPAN("readOnly"), node_new_bool(doc, true));
    node_set_str(doc, volume, "name", SPAN(PATCH_CA_NAME));
    node_set_str(doc, add_map(doc, volume, "configMap"), "name", SPAN(PATCH_CA_NAME));
}

// --- what the tree says itself ---

static const struct node *find_env(const struct node *container, const char *name)
{
    NODE_FOREACH_ITEM (variable, node_get(container, "env"))
        if (span_is(node_get_text(variable, "name"), name))
            return variable;
    return NULL;
}

static void warn_of_proxy(const struct node *container, const char *label, struct report *report)
{
    static const char *const names[] = {"HTTPS_PROXY", "https_proxy"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (find_env(container, names[i]))
            report_warn(report, "routes",
                        "%s asks a proxy (%s), not the bundle: take that out of the tree, or name "
                        "the hosts in NO_PROXY",
                        label, names[i]);
}

static const struct node *container_of(const struct node *deployment)
{
    return node_item(node_path(deployment, "spec", "template", "spec", "containers"), 0);
}

int patch_check(const struct node *deployment, struct report *report, struct err **err)
{
    const struct node *container = container_of(deployment);
    char *label CLEANUP(mem_cleanup) = node_label(deployment);

    if (!node_get_text(container, "name").len)
        return err_set(err, ERR_CONFIG, "%s has no container", label);
    if (find_env(container, CERT_DIR_NAME)) {
        err_set(err, ERR_CONFIG,
                "%s sets " CERT_DIR_NAME " in the tree, which an air gap needs for its own CA",
                label);
        return err_hint(err, "SSL_CERT_FILE can name what the tree wants to be trusted");
    }
    warn_of_proxy(container, label, report);
    return 0;
}

// --- objects ---

static struct node *new_object(struct doc *d, const char *api_version, const char *kind,
                               struct span ns, struct span name)
{
    struct node *object = node_new_map(d), *metadata;

    node_set_str(d, object, "apiVersion", span_str(api_version));
    node_set_str(d, object, "kind", span_str(kind));
    metadata = add_map(d, object, "metadata");
    node_set_str(d, metadata, "name", name);
    if (ns.len)
        node_set_str(d, metadata, "namespace", ns);
    return object;
}

const struct node *patch_of(const struct patch_route *route, const struct node *deployment,
                            struct doc *doc, struct report *report, struct err **err)
{
    const struct node *metadata = node_get(deployment, "metadata");
    struct digest ca = crypto_sha256(route->ca_pem);
    struct node *patch, *template;

    if (patch_check(deployment, report, err) < 0)
        return NULL;
    patch = new_object(doc, node_get_str(deployment, "apiVersion"), "Deployment",
                       node_get_text(metadata, "namespace"), node_get_text(metadata, "name"));
    template = add_map(doc, add_map(doc, patch, "spec"), "template");
    node_set_str(doc, add_map(doc, add_map(doc, template, "metadata"), "annotations"),
                 CA_ANNOTATION, span_str(DIGEST_TEXT(&ca)));
    patch_pod(route, node_get_text(container_of(deployment), "name"),
              add_map(doc, template, "spec"), doc);
    return patch;
}

const struct node *patch_ca(struct span ca_pem, struct span ns, struct doc *doc)
{
    struct node *object = new_object(doc, "v1", "ConfigMap", ns, SPAN(PATCH_CA_NAME));

    node_set_str(doc, add_map(doc, object, "data"), PATCH_CA_KEY, ca_pem);
    return object;
}
