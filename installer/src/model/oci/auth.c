// SPDX-License-Identifier: Apache-2.0
// Credentials for a registry: what its challenges ask for, and the token protocol
// (distribution/distribution docs/spec/auth/token.md).
#include "model/oci/auth.h"

#include <strings.h>

#include "base/mem.h"
#include "base/timer.h"
#include "base/url.h"
#include "io/doc.h"
#include "model/oci/challenge.h"

enum {
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

int auth_load(struct auth *a, struct err **err)
{
    a->arena = arena_new();
    return logins_load(&a->logins, err);
}

void auth_free(struct auth *a)
{
    logins_free(&a->logins);
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

// The login that the registry wants itself, or NULL.
static const struct login *basic_login(const struct auth *a, const struct oci_ref *ref)
{
    const struct login *login = logins_find(&a->logins, ref);

    return login && login->user && map_get(&a->basic, ref->host) ? login : NULL;
}

void auth_apply(struct auth *a, const struct oci_ref *ref, struct http_request *request)
{
    const struct token *token = token_of(a, scope_key(a, ref));
    const struct login *login = token ? NULL : basic_login(a, ref);

    request->bearer = token ? token->bearer : NULL;
    request->user = login ? login->user : NULL;
    request->password = login ? login->password : NULL;
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

// What was refused, and why: a login that is not good, one that cannot be had, or none.
static int refused(const struct auth *a, const struct oci_ref *ref, struct err **err)
{
    const struct login *login = logins_find(&a->logins, ref);
    const char *helper = logins_helper(&a->logins, ref);

    err_set(err, ERR_SOURCE, "registry %.*s refuses access to %.*s", SPAN_ARG(ref->host),
            SPAN_ARG(ref->repository));
    if (login)
        return err_hint(err, "the login of '%s' in %s was used: is it right, and may it pull this?",
                        login->key, a->logins.path);
    if (helper)
        return err_hint(err,
                        "%s leaves this login to docker-credential-%s, and no program is run: put "
                        "the login itself into 'auths', with 'username' and 'password'",
                        a->logins.path, helper);
    return err_hint(err, "log in to it: credentials are the 'auths' of %s", a->logins.path);
}

static void keep_bearer(struct auth *a, const struct oci_ref *ref, struct span text,
                        int64_t seconds)
{
    struct token *token = ARENA_NEW(a->arena, struct token);

    token->bearer = arena_span(a->arena, text).ptr;
    token->good_until = timer_now() + seconds * 1000 - TOKEN_MARGIN_MS;
    map_put(&a->tokens, span_str(scope_key(a, ref)), token);
}

static int keep_token(struct auth *a, const struct oci_ref *ref, const struct node *answer,
                      struct err **err)
{
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
    keep_bearer(a, ref, text, seconds);
    return 0;
}

static void add_field(struct buf *out, const char *name, struct span value)
{
    buf_printf(out, "%s=", name);
    http_escape(value, out);
}

// What a token is asked for; the service may be missing.
static void add_scope(struct buf *out, const struct challenge *c, const struct oci_ref *ref)
{
    char *scope CLEANUP(mem_cleanup) =
        mem_printf("repository:%.*s:pull", SPAN_ARG(ref->repository));

    add_field(out, "scope", span_str(scope));
    if (c->service.len)
        add_field(out, "&service", c->service);
}

// With user and password, or without any: a GET.
static void plain_request(const struct challenge *c, const struct oci_ref *ref,
                          const struct login *login, struct buf *url, struct http_request *request)
{
    buf_printf(url, "%.*s%c", SPAN_ARG(c->realm),
               span_find(c->realm, '?') < c->realm.len ? '&' : '?');
    add_scope(url, c, ref);
    request->url = buf_str(url);
    if (login) {
        request->user = login->user;
        request->password = login->password;
    }
}

// With an identity token: OAuth 2 (distribution/distribution docs/spec/auth/oauth.md). It is in the
// body, where io/http does not see that it is a secret.
static int oauth_request(const struct challenge *c, const struct oci_ref *ref,
                         const struct login *login, struct buf *body, struct http_request *request,
                         struct err **err)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    struct url realm;

    if (!url_parse(c->realm, &realm) || !url_is(&realm, "https"))
        return err_set(err, ERR_SOURCE, "%.*s: credentials are only sent over https",
                       SPAN_ARG(c->realm));
    buf_add_str(body, "grant_type=refresh_token&client_id=sandstrap&");
    add_scope(body, c, ref);
    add_field(body, "&refresh_token", span_str(login->identity));
    request->method = "POST";
    request->url = c->realm.ptr;
    request->headers = headers;
    request->body = buf_span(body);
    return 0;
}

static int ask(struct auth *a, struct http *h, const struct oci_ref *ref,
               const struct http_request *request, struct err **err)
{
    struct http_response response CLEANUP(http_response_free) = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root;

    if (http_perform(h, request, &response, err) < 0)
        return -1;
    if (response.status == STATUS_UNAUTHORIZED || response.status == STATUS_FORBIDDEN)
        return refused(a, ref, err);
    if (http_check_status(&response, err) < 0 || http_check_no_page(&response, "a token", err) < 0)
        return -1;
    root = doc_read_json(d, buf_span(&response.body), request->url, ERR_SOURCE, err);
    return root ? keep_token(a, ref, root, err) : -1;
}

static int get_token(struct auth *a, struct http *h, const struct oci_ref *ref,
                     const struct challenge *c, struct err **err)
{
    const struct login *login = logins_find(&a->logins, ref);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct http_request request = {.text = true, .retry = HTTP_RETRY_ALL};

    if (login && login->bearer) {
        keep_bearer(a, ref, span_str(login->bearer), TOKEN_SECONDS_MOST);
        return 0;
    }
    if (!login || !login->identity)
        plain_request(c, ref, login, &text, &request);
    else if (oauth_request(c, ref, login, &text, &request, err) < 0)
        return -1;
    if (ask(a, h, ref, &request, err) < 0)
        return err_wrap(err, "getting a token for %.*s", SPAN_ARG(ref->repository));
    return 0;
}

int auth_answer(struct auth *a, struct http *h, const struct oci_ref *ref,
                const struct http_response *response, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct challenge best = {.kind = CHALLENGE_NONE};
    const struct login *login = logins_find(&a->logins, ref);

    VEC_FOREACH (const struct http_header *, header, &response->headers)
        if (strcasecmp(header->name, "www-authenticate") == 0)
            challenge_read(arena, span_str(header->value), &best);
    if (best.kind == CHALLENGE_BEARER && !token_of(a, scope_key(a, ref)))
        return get_token(a, h, ref, &best, err);
    if (best.kind != CHALLENGE_BASIC || !login || !login->user || basic_login(a, ref))
        return refused(a, ref, err);
    map_put(&a->basic, arena_span(a->arena, ref->host), a);
    return 0;
}
