// SPDX-License-Identifier: Apache-2.0
// users[].user: client certificate, token, basic authentication, impersonation, exec plugin.
#include "model/kube/config/config.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/crypto.h"

static int read_certificate(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    struct span *cert = &c->site.client_cert_pem, *key = &c->site.client_key_pem;
    char *where CLEANUP(mem_cleanup) = mem_printf("%s: user \"%s\"", e->file->path, e->name);
    char *cert_name CLEANUP(mem_cleanup) = mem_printf("%s: client-certificate", where);
    char *key_name CLEANUP(mem_cleanup) = mem_printf("%s: client-key", where);

    if (config_entry_data(e, "client-certificate", cert, err) < 0 ||
        config_entry_data(e, "client-key", key, err) < 0)
        return -1;
    if (!cert->len && !key->len)
        return 0;
    if (!key->len)
        return config_entry_fail(e, err, "client-certificate without client-key");
    if (!cert->len)
        return config_entry_fail(e, err, "client-key without client-certificate");
    if (crypto_check_certs(*cert, cert_name, NULL, err) < 0 ||
        crypto_check_key(*key, key_name, err) < 0)
        return -1;
    return crypto_check_pair(*cert, *key, where, err);
}

// tokenFile wins; it is read now, and again by the client each minute.
static int read_token(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    if (config_entry_text(e, "token", &c->token, err) < 0 ||
        config_entry_path(e, "tokenFile", &c->token_file, err) < 0 ||
        config_entry_text(e, "username", &c->username, err) < 0 ||
        config_entry_text(e, "password", &c->password, err) < 0)
        return -1;
    if (c->token_file && config_read_token(doc_arena(c->doc), c->token_file, &c->token, err) < 0)
        return err_wrap(err, "%s: user \"%s\"", e->file->path, e->name);
    if (c->token && c->username)
        return config_entry_fail(e, err, "a token and basic authentication exclude each other");
    return 0;
}

static int read_impersonation(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    struct arena *a = doc_arena(c->doc);

    if (config_entry_text(e, "as", &c->as, err) < 0 ||
        config_entry_text(e, "as-uid", &c->as_uid, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (group, node_get(e->node, "as-groups"))
        vec_push_arena(a, &c->as_groups, node_str(group));
    NODE_FOREACH_PAIR (extra, node_get(e->node, "as-user-extra")) {
        NODE_FOREACH_ITEM (value, extra->value)
            vec_push_arena(a, &c->as_extra,
                           (struct config_extra){arena_span(a, extra->key).ptr, node_str(value)});
    }
    if (!c->as && (c->as_uid || c->as_groups.len || c->as_extra.len))
        return config_entry_fail(e, err, "impersonation needs a user: the field as");
    return 0;
}

static bool is_mode(const char *mode)
{
    return strcmp(mode, "Never") == 0 || strcmp(mode, "IfAvailable") == 0 ||
           strcmp(mode, "Always") == 0;
}

static int check_exec_version(const struct config_exec *x, const struct config_entry *e,
                              struct err **err)
{
    if (!x->api_version)
        return config_entry_fail(e, err, "exec has no apiVersion");
    if (strcmp(x->api_version, "client.authentication.k8s.io/v1") == 0 ||
        strcmp(x->api_version, "client.authentication.k8s.io/v1beta1") == 0)
        return 0;
    err_set(err, ERR_UNSUPPORTED, "%s: user \"%s\": exec apiVersion %s is not supported",
            e->file->path, e->name, x->api_version);
    if (strcmp(x->api_version, "client.authentication.k8s.io/v1alpha1") != 0)
        return -1;
    return err_hint(err,
                    "Kubernetes 1.24 dropped it: write the kubeconfig anew with a newer version "
                    "of the tool that made it, with v1beta1 or v1");
}

static int read_exec(struct kubeconfig *c, const struct config_entry *user, struct err **err)
{
    struct config_exec *x = ARENA_NEW(doc_arena(c->doc), struct config_exec);
    struct config_entry e = *user;

    e.node = node_get(user->node, "exec");
    if (config_entry_text(&e, "apiVersion", &x->api_version, err) < 0 ||
        config_entry_text(&e, "command", &x->command, err) < 0 ||
        config_entry_text(&e, "installHint", &x->install_hint, err) < 0 ||
        config_entry_text(&e, "interactiveMode", &x->interactive_mode, err) < 0 ||
        check_exec_version(x, &e, err) < 0)
        return -1;
    if (!x->command)
        return config_entry_fail(&e, err, "exec has no command");
    if (strchr(x->command, '/') && config_entry_path(&e, "command", &x->command, err) < 0)
        return -1;
    if (!x->interactive_mode) {
        if (strcmp(x->api_version, "client.authentication.k8s.io/v1") == 0)
            return config_entry_fail(&e, err, "exec has no interactiveMode");
        x->interactive_mode = "IfAvailable";
    }
    if (!is_mode(x->interactive_mode))
        return config_entry_fail(&e, err, "exec has an unknown interactiveMode %s",
                                 x->interactive_mode);
    x->args = node_get(e.node, "args");
    x->env = node_get(e.node, "env");
    x->provide_cluster_info = node_get_bool(e.node, "provideClusterInfo", false);
    c->exec = x;
    return 0;
}

// client-go has only oidc left; it dropped azure and gcp in 1.26, and openstack before.
static int refuse_provider(const struct config_entry *e, const char *name, struct err **err)
{
    err_set(err, ERR_UNSUPPORTED, "%s: user \"%s\": auth-provider %s is not supported",
            e->file->path, e->name, name);
    if (strcmp(name, "oidc") == 0)
        return err_hint(err, "its tokens are not renewed here: use a token, or an exec plugin that "
                             "logs in with OpenID Connect, as kubectl-oidc_login does");
    return err_hint(err,
                    "Kubernetes dropped it: use a token, or the exec plugin that took its place");
}

int config_read_user(struct kubeconfig *c, const struct config_entry *e, struct err **err)
{
    const struct node *exec = node_get(e->node, "exec");
    const struct node *provider = node_get(e->node, "auth-provider");

    if (node_is(exec, NODE_MAP) && node_is(provider, NODE_MAP))
        return config_entry_fail(e, err, "exec and auth-provider exclude each other");
    if (node_is(provider, NODE_MAP))
        return refuse_provider(e, node_get_str(provider, "name"), err);
    if (read_certificate(c, e, err) < 0 || read_token(c, e, err) < 0 ||
        read_impersonation(c, e, err) < 0)
        return -1;
    if (!node_is(exec, NODE_MAP) || c->token || c->username || c->site.client_cert_pem.len)
        return 0;
    return read_exec(c, e, err);
}
