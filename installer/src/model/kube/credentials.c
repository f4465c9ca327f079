// SPDX-License-Identifier: Apache-2.0
// The credentials of requests over time: token files are read again, exec plugins run again.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/kube/exec.h"

#define TOKEN_FILE_MAX_AGE_MS 50000 // kubelet renews well before expiry; client-go: 60 s less 10

struct credentials {
    const struct kubeconfig *config;
    struct kube *kube;
    struct arena *arena; // keeps former certificates too: requests in flight may still use them
    struct http_site site;
    const char *token;
    int64_t token_read;        // when the token file was read
    VEC(const char *) headers; // of impersonation, ended by NULL
    unsigned generation;
    bool refreshing;
};

static void add_header(struct credentials *c, const char *name, const char *value)
{
    vec_push(&c->headers, arena_printf(c->arena, "%s: %s", name, value));
}

static void add_impersonation(struct credentials *c)
{
    const struct kubeconfig *config = c->config;

    if (!config->as)
        return;
    add_header(c, "Impersonate-User", config->as);
    if (config->as_uid)
        add_header(c, "Impersonate-Uid", config->as_uid);
    VEC_FOREACH (const char **, group, &config->as_groups)
        add_header(c, "Impersonate-Group", *group);
    VEC_FOREACH (struct config_extra *, extra, &config->as_extra) {
        struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        buf_add_str(&name, "Impersonate-Extra-");
        http_escape(span_str(extra->name), &name);
        add_header(c, buf_str(&name), extra->value);
    }
    vec_push(&c->headers, NULL);
}

static int run_plugin_once(struct credentials *c, struct err **err)
{
    struct exec_credential got CLEANUP(exec_credential_free) = {0};

    if (exec_plugin_run(c->kube->loop, c->config, &c->kube->budget, &got, err) < 0)
        return err_wrap(err, "user \"%s\" of %s", c->config->user, c->config->source);
    c->token = got.token ? arena_str(c->arena, got.token) : NULL;
    if (got.cert_pem) {
        c->site.client_cert_pem = span_str(arena_str(c->arena, got.cert_pem));
        c->site.client_key_pem = span_str(arena_str(c->arena, got.key_pem));
    }
    c->generation++;
    return 0;
}

static int check_certificate(const struct credentials *c, struct err **err)
{
    struct span pem = c->site.client_cert_pem;

    return pem.len ? expiry_check_certificate(c->config, pem, err) : 0;
}

// A plugin may have kept a certificate for too long: asked again, it looks for another.
static int run_plugin(struct credentials *c, struct err **err)
{
    struct err *expired CLEANUP(err_cleanup) = NULL;

    if (run_plugin_once(c, err) < 0)
        return -1;
    if (check_certificate(c, &expired) == 0)
        return 0;
    return run_plugin_once(c, err) < 0 ? -1 : check_certificate(c, err);
}

static int read_token_file(struct credentials *c, struct err **err)
{
    const char *token;

    c->token_read = timer_now();
    if (config_read_token(c->arena, c->config->token_file, &token, err) < 0)
        return -1;
    if (strcmp(token, c->token) != 0) {
        c->token = token;
        c->generation++;
    }
    return 0;
}

struct credentials *credentials_new(struct kube *k, struct err **err)
{
    struct credentials *c = MEM_NEW(struct credentials);

    c->kube = k;
    c->config = k->config;
    c->arena = arena_new();
    c->site = k->config->site;
    c->token = k->config->token;
    c->token_read = timer_now();
    add_impersonation(c);
    if ((c->config->exec ? run_plugin(c, err) : check_certificate(c, err)) < 0) {
        credentials_free(c);
        return NULL;
    }
    return c;
}

void credentials_free(struct credentials *c)
{
    if (!c)
        return;
    arena_free(c->arena);
    vec_free(&c->headers);
    free(c);
}

char *credentials_fault(const struct credentials *c)
{
    char *expired CLEANUP(mem_cleanup) = expiry_of_token(c->token);
    const struct kubeconfig *config = c->config;

    if (expired)
        return mem_printf("the token of user \"%s\" of %s expired on %s", config->user,
                          config->source, expired);
    return mem_printf("the credentials of user \"%s\" of %s are wrong or have expired",
                      config->user, config->source);
}

unsigned credentials_generation(const struct credentials *c)
{
    return c->generation;
}

int credentials_refresh(struct credentials *c, struct err **err)
{
    unsigned before = c->generation;
    int done = 0;

    if (c->refreshing)
        return 1;
    c->refreshing = true;
    if (c->config->exec)
        done = run_plugin(c, err);
    else if (c->config->token_file)
        done = read_token_file(c, err);
    c->refreshing = false;
    return done == 0 && c->generation != before ? 0 : -1;
}

// A token file that cannot be read now leaves the last good token.
static void renew_token(struct credentials *c)
{
    struct err *kept CLEANUP(err_cleanup) = NULL;

    if (!c->config->token_file || timer_now() - c->token_read < TOKEN_FILE_MAX_AGE_MS)
        return;
    if (read_token_file(c, &kept) < 0)
        report_trace(c->kube->report, "kube", "%s", err_message(kept));
}

// Over plain http (kubectl proxy) nothing is sent, as clientcmd does.
const char *const *credentials_apply(struct credentials *c, struct http_request *request)
{
    renew_token(c);
    request->site = &c->site;
    if (c->config->https) {
        request->bearer = c->token;
        request->user = c->config->username;
        request->password = c->config->password;
    }
    return (const char *const *)c->headers.items;
}
