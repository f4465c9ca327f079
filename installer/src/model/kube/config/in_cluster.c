// SPDX-License-Identifier: Apache-2.0
// The configuration of a pod: its service account's token and CA, the API server by environment.
#include "model/kube/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"

#define MOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

static const char *env(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

bool in_cluster_possible(void)
{
    return env("KUBERNETES_SERVICE_HOST") && env("KUBERNETES_SERVICE_PORT") &&
           access(MOUNT "token", F_OK) == 0;
}

static const char *namespace_of(struct arena *a)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct span name;

    if (env("POD_NAMESPACE"))
        return env("POD_NAMESPACE");
    if (file_read(AT_FDCWD, MOUNT "namespace", &text, &ignored) < 0)
        return "default";
    name = span_trim(buf_span(&text));
    return name.len ? arena_span(a, name).ptr : "default";
}

int in_cluster_read(struct kubeconfig *c, const char *ns, struct err **err)
{
    struct buf ca CLEANUP(buf_free) = BUF_INIT(CONFIG_PEM_MAX_BYTES);
    struct arena *a = doc_arena(c->doc);
    const char *host = env("KUBERNETES_SERVICE_HOST");
    bool six = strchr(host, ':') != NULL;

    if (file_read(AT_FDCWD, MOUNT "ca.crt", &ca, err) < 0 ||
        crypto_check_certs(buf_span(&ca), MOUNT "ca.crt", NULL, err) < 0)
        return err_wrap(err, "in-cluster configuration");
    c->token_file = MOUNT "token";
    if (config_read_token(a, c->token_file, &c->token, err) < 0)
        return err_wrap(err, "in-cluster configuration");
    c->site.ca_pem = arena_span(a, buf_span(&ca));
    c->server = arena_printf(a, "https://%s%s%s:%s", six ? "[" : "", host, six ? "]" : "",
                             env("KUBERNETES_SERVICE_PORT"));
    c->https = true;
    c->source = "in-cluster";
    c->ns = ns ? ns : namespace_of(a);
    return 0;
}
