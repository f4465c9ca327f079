// SPDX-License-Identifier: Apache-2.0
// What goes to a credential plugin and what comes back: ExecCredential of
// client.authentication.k8s.io.
#include "model/kube/exec.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/crypto.h"

// --- what a plugin is told ---

static void add_text(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text && *text)
        node_set_str(d, map, key, span_str(text));
}

static struct node *cluster_info(struct doc *d, const struct kubeconfig *config)
{
    struct node *cluster = node_new_map(d);
    struct buf ca CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    crypto_base64_encode(config->site.ca_pem, &ca);
    add_text(d, cluster, "server", config->server);
    add_text(d, cluster, "tls-server-name", config->site.tls_server_name);
    add_text(d, cluster, "certificate-authority-data", buf_str(&ca));
    add_text(d, cluster, "proxy-url", config->site.proxy_url);
    if (config->site.insecure)
        node_set(d, cluster, SPAN("insecure-skip-tls-verify"), node_new_bool(d, true));
    if (config->exec_cluster_data)
        node_set(d, cluster, SPAN("config"), node_copy(d, config->exec_cluster_data));
    return cluster;
}

char *exec_credential_ask(const struct kubeconfig *config, bool interactive)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *spec = node_new_map(d);
    struct buf out = BUF_INIT(BUF_TEXT_MAX);

    add_text(d, root, "kind", "ExecCredential");
    add_text(d, root, "apiVersion", config->exec->api_version);
    node_set(d, spec, SPAN("interactive"), node_new_bool(d, interactive));
    if (config->exec->provide_cluster_info)
        node_set(d, spec, SPAN("cluster"), cluster_info(d, config));
    node_set(d, root, SPAN("spec"), spec);
    buf_add_str(&out, "KUBERNETES_EXEC_INFO=");
    doc_write_json(root, false, &out);
    return buf_take(&out);
}

// --- what it answers ---

static char *text_or_null(const struct node *map, const char *key)
{
    const char *text = node_get_str(map, key);

    return *text ? mem_str(text) : NULL;
}

int exec_credential_read(struct exec_credential *out, const struct config_exec *exec,
                         struct span text, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root, *status;

    root = doc_read_json(d, text, exec->command, ERR_API, err);
    if (!root)
        return err_wrap(err, "exec plugin");
    if (!span_is(node_get_text(root, "kind"), "ExecCredential") ||
        !span_is(node_get_text(root, "apiVersion"), exec->api_version))
        return err_set(err, ERR_API,
                       "exec plugin %s: it gave a %s of %s, not an ExecCredential "
                       "of %s",
                       exec->command, node_get_str(root, "kind"), node_get_str(root, "apiVersion"),
                       exec->api_version);
    status = node_get(root, "status");
    out->token = text_or_null(status, "token");
    out->cert_pem = text_or_null(status, "clientCertificateData");
    out->key_pem = text_or_null(status, "clientKeyData");
    if (!out->cert_pem != !out->key_pem)
        return err_set(err, ERR_API, "exec plugin %s: a certificate needs its key", exec->command);
    if (!out->token && !out->cert_pem)
        return err_set(err, ERR_API, "exec plugin %s: it gave neither token nor certificate",
                       exec->command);
    return 0;
}

void exec_credential_free(struct exec_credential *c)
{
    free(c->token);
    free(c->cert_pem);
    free(c->key_pem);
    *c = (struct exec_credential){0};
}
