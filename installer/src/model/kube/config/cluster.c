// SPDX-License-Identifier: Apache-2.0
// clusters[].cluster: the server's address and how it is trusted.
#include "model/kube/config/config.h"

#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "io/crypto.h"

// Without a scheme: https when anything about TLS is configured, as client-go does.
static int read_server(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    struct arena *a = doc_arena(c->doc);
    const char *text;
    struct span server;
    bool tls = c->site.ca_pem.len || c->site.insecure || c->site.client_cert_pem.len;

    if (config_entry_text(e, "server", &text, err) < 0)
        return -1;
    if (!text)
        return config_entry_fail(e, err, "it has no server");
    server = span_trim(span_str(text));
    if (span_search(server, SPAN("://")) == server.len)
        server = span_str(arena_printf(a, "%s://%.*s", tls ? "https" : "http", SPAN_ARG(server)));
    server = url_trim(server);
    c->server = arena_span(a, server).ptr;
    c->https = span_starts(server, "https://");
    if (!c->https && !span_starts(server, "http://"))
        return config_entry_fail(e, err, "server %s is neither http nor https", c->server);
    return 0;
}

static int read_ca(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    char *what CLEANUP(mem_cleanup) =
        mem_printf("%s: cluster \"%s\": certificate-authority", e->file->path, e->name);

    c->site.insecure = node_get_bool(e->node, "insecure-skip-tls-verify", false);
    if (config_entry_data(e, "certificate-authority", &c->site.ca_pem, err) < 0)
        return -1;
    if (c->site.ca_pem.len == 0)
        return 0;
    if (c->site.insecure)
        return config_entry_fail(
            e, err, "certificate-authority and insecure-skip-tls-verify exclude each other");
    return crypto_check_certs(c->site.ca_pem, what, NULL, err);
}

static void read_exec_data(struct kubeconfig *c, const struct config_entry *e)
{
    NODE_FOREACH_ITEM (extension, node_get(e->node, "extensions")) {
        if (span_is(node_get_text(extension, "name"), "client.authentication.k8s.io/exec"))
            c->exec_cluster_data = node_get(extension, "extension");
    }
}

int config_read_cluster(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    if (read_ca(c, e, err) < 0 ||
        config_entry_text(e, "tls-server-name", &c->site.tls_server_name, err) < 0 ||
        config_entry_text(e, "proxy-url", &c->site.proxy_url, err) < 0)
        return -1;
    c->site.proxy_source = arena_printf(doc_arena(c->doc), "proxy-url of cluster \"%s\" in %s",
                                        e->name, e->file->path);
    read_exec_data(c, e);
    return read_server(c, e, err);
}
