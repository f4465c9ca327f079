// SPDX-License-Identifier: Apache-2.0
// Credentials: Docker's configuration file, and the token protocol of registries
// (distribution/distribution docs/spec/auth/token.md).
#include "model/oci/auth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/timer.h"
#include "io/crypto.h"
#include "io/doc.h"

enum {
    CONFIG_MAX_BYTES = 1 << 20,
    STATUS_UNAUTHORIZED = 401,
    STATUS_FORBIDDEN = 403,
    TOKEN_SECONDS = 60,        // how long a token is good when its server does not say
    TOKEN_SECONDS_MOST = 3600, // and not longer, whatever it says
    TOKEN_MARGIN_MS = 10000,   // it is not used any more so long before its end
};

struct token {
    const char *bearer;
    int64_t good_until; // timer_now()
};

static char *config_path(void)
{
    const char *folder = getenv("DOCKER_CONFIG");
    const char *home = getenv("HOME");

    if (folder && folder[0])
        return mem_printf("%s/config.json", folder);
    return mem_printf("%s/.docker/config.json", home ? home : "");
}

// "https://index.docker.io/v1/" is how Docker writes its own registry.
static struct span host_of(struct span key)
{
    if (!span_skip(&key, "https://"))
        span_skip(&key, "http://");
    key = span_head(key, span_find(key, '/'));
    if (span_is(key, "index.docker.io") || span_is(key, "docker.io"))
        return SPAN("registry-1.docker.io");
    return key;
}

static int add_login(struct auth *a, const struct pair *entry, const char *path, struct err **err)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(CONFIG_MAX_BYTES);
    struct auth_login *login = ARENA_NEW(a->arena, struct auth_login);
    struct span user, password;
    struct span text = node_get_text(entry->value, "auth");

    if (!text.len)
        return 0; // Docker leaves an empty entry for what a credential helper has
    if (!crypto_base64_decode(text, &plain) || !span_cut(buf_span(&plain), ':', &user, &password) ||
        !user.len)
        return err_set(err, ERR_CONFIG, "%s: the 'auth' of %.*s is not base64 of user:password",
                       path, SPAN_ARG(entry->key));
    login->user = arena_span(a->arena, user).ptr;
    login->password = arena_span(a->arena, password).ptr;
    map_put(&a->logins, arena_span(a->arena, host_of(entry->key)), login);
    return 0;
}

int auth_load(struct auth *a, struct err **err)
{
    char *path CLEANUP(mem_cleanup) = config_path();
    struct buf text CLEANUP(buf_free) = BUF_INIT(CONFIG_MAX_BYTES);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root;

    a->arena = arena_new();
    if (access(path, F_OK) < 0)
        return 0;
    if (file_read(AT_FDCWD, path, &text, err) < 0)
        return -1;
    root = doc_read_json(d, buf_span(&text), path, ERR_CONFIG, err);
    if (!root)
        return -1;
    NODE_FOREACH_PAIR (entry, node_get(root, "auths"))
        if (add_login(a, entry, path, err) < 0)
            return -1;
    return 0;
}

void auth_free(struct auth *a)
{
    map_free(&a->logins);
    map_free(&a->tokens);
    map_free(&a->open);
    map_free(&a->basic);
    arena_free(a->arena);
}

static char *scope_key(struct auth *a, const struct oci_ref *ref)
{
    return arena_printf(a->arena, "%.*s/%.*s", SPAN_ARG(ref->host), SPAN_ARG(ref->repository));
}

// The token of the repository, or NULL when there is none that is good for a while.
static const struct token *token_of(const struct auth *a, const char *key)
{
    const struct token *token = map_get(&a->tokens, span_str(key));

    return token && timer_now() < token->good_until ? token : NULL;
}

void auth_apply(struct auth *a, const struct oci_ref *ref, struct http_request *request)
{
    const struct auth_login *login = map_get(&a->basic, ref->host);
    const struct token *token = token_of(a, scope_key(a, ref));

    request->bearer = token ? token->bearer : NULL;
    if (!token && login) {
        request->user = login->user;
        request->password = login->password;
    }
}

void auth_note_answer(struct auth *a, const struct oci_ref *ref)
{
    map_put(&a->open, span_str(scope_key(a, ref)), a);
}

bool auth_is_settled(struct auth *a, const struct oci_ref *ref)
{
    const char *key = scope_key(a, ref);

    if (map_get(&a->tokens, span_str(key)))
        return token_of(a, key) != NULL;
    return map_get(&a->open, span_str(key)) != NULL;
}

// The value of one parameter of a challenge: key="value".
static struct span parameter(struct span challenge, const char *key)
{
    char *marked CLEANUP(mem_cleanup) = mem_printf("%s=\"", key);
    size_t at = span_search(challenge, span_str(marked));

    if (at == challenge.len)
        return SPAN_EMPTY;
    challenge = span_tail(challenge, at + strlen(marked));
    return span_head(challenge, span_find(challenge, '"'));
}

static char *token_url(struct span challenge, const struct oci_ref *ref)
{
    struct buf url CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span realm = parameter(challenge, "realm");

    buf_printf(&url, "%.*s%cservice=", SPAN_ARG(realm),
               span_find(realm, '?') < realm.len ? '&' : '?');
    http_escape(parameter(challenge, "service"), &url);
    buf_printf(&url, "&scope=repository%%3A");
    http_escape(ref->repository, &url);
    buf_add_str(&url, "%3Apull");
    return buf_take(&url);
}

static int refused(const struct oci_ref *ref, struct err **err)
{
    err_set(err, ERR_SOURCE, "registry %.*s refuses access to %.*s", SPAN_ARG(ref->host),
            SPAN_ARG(ref->repository));
    return err_hint(err,
                    "log in to it: credentials are the 'auths' of $DOCKER_CONFIG/config.json or "
                    "~/.docker/config.json; credential helpers are not run");
}

static int keep_token(struct auth *a, const struct oci_ref *ref, const struct node *answer,
                      struct err **err)
{
    struct token *token = ARENA_NEW(a->arena, struct token);
    struct span text = node_get_text(answer, "token");
    int64_t seconds = node_get_int(answer, "expires_in", TOKEN_SECONDS);

    if (!text.len)
        text = node_get_text(answer, "access_token");
    if (!text.len)
        return err_set(err, ERR_SOURCE, "the token server of %.*s gave no token",
                       SPAN_ARG(ref->host));
    if (seconds < TOKEN_SECONDS)
        seconds = TOKEN_SECONDS; // the least that the specification allows
    if (seconds > TOKEN_SECONDS_MOST)
        seconds = TOKEN_SECONDS_MOST;
    token->bearer = arena_span(a->arena, text).ptr;
    token->good_until = timer_now() + seconds * 1000 - TOKEN_MARGIN_MS;
    map_put(&a->tokens, span_str(scope_key(a, ref)), token);
    return 0;
}

static int get_token(struct auth *a, struct http *h, const struct oci_ref *ref,
                     struct span challenge, struct err **err)
{
    char *url CLEANUP(mem_cleanup) = token_url(challenge, ref);
    const struct auth_login *login = map_get(&a->logins, ref->host);
    struct http_request request = {.url = url,
                                   .user = login ? login->user : NULL,
                                   .password = login ? login->password : NULL,
                                   .retry = HTTP_RETRY_ALL};
    struct http_response response CLEANUP(http_response_free) = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root;

    if (http_perform(h, &request, &response, err) < 0)
        return err_wrap(err, "getting a token for %.*s", SPAN_ARG(ref->repository));
    if (response.status == STATUS_UNAUTHORIZED || response.status == STATUS_FORBIDDEN)
        return refused(ref, err);
    if (http_check_status(&response, err) < 0)
        return err_wrap(err, "getting a token for %.*s", SPAN_ARG(ref->repository));
    root = doc_read_json(d, buf_span(&response.body), url, ERR_SOURCE, err);
    return root ? keep_token(a, ref, root, err) : -1;
}

int auth_answer(struct auth *a, struct http *h, const struct oci_ref *ref, const char *challenge,
                struct err **err)
{
    struct span c = span_str(challenge);
    struct auth_login *login = map_get(&a->logins, ref->host);

    if (span_skip(&c, "Bearer ") || span_skip(&c, "bearer ")) {
        if (token_of(a, scope_key(a, ref)) || !parameter(c, "realm").len)
            return refused(ref, err);
        return get_token(a, h, ref, c, err);
    }
    if (!login || map_get(&a->basic, ref->host))
        return refused(ref, err);
    map_put(&a->basic, arena_span(a->arena, ref->host), login);
    return 0;
}
