// SPDX-License-Identifier: Apache-2.0
// Requests: which are the agent's, who may ask, and how they are answered.
#include "work/agent/call.h"

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"

// --- who may ask ---

// The target as it was sent: what the MAC is for.
static void target_of(const struct httpd_request *r, struct buf *out)
{
    buf_add_span(out, r->path);
    if (r->query.len)
        buf_printf(out, "?%.*s", SPAN_ARG(r->query));
}

// What the MAC is for: what the path names, or the body, of which a command says so beforehand.
static bool find_digest(struct call *c)
{
    struct span said = httpd_header(c->http, SEED_DIGEST_HEADER);

    c->body_digest = crypto_sha256(SPAN_EMPTY);
    if (digest_is_set(&c->digest))
        c->body_digest = c->digest;
    else if (said.len)
        return digest_parse_hex(said, &c->body_digest);
    return true;
}

static bool is_signed(struct call *c, struct span nonce)
{
    struct buf token CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    struct buf target CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span mac = httpd_header(c->http, SEED_MAC_HEADER);
    bool has_token;

    if (!mac.len || !find_digest(c))
        return false;
    has_token = agent_token(c->agent, &token, &err) == 0;
    agent_set_problem(c->agent, AGENT_TOKEN, err);
    if (!has_token)
        return false;
    target_of(c->http, &target);
    return seed_mac_is(buf_span(&token), c->http->method, buf_span(&target), nonce, &c->body_digest,
                       mac);
}

static bool may_write(struct call *c)
{
    if (is_signed(c, SPAN_EMPTY))
        return true;
    call_answer(c, 401,
                "this is for the installer, whose requests carry " SEED_MAC_HEADER
                ", made with the token of the Secret " SEED_NAME "-token");
    return false;
}

static bool may_command(struct call *c)
{
    struct span nonce = httpd_header(c->http, SEED_NONCE_HEADER);

    if (!is_signed(c, nonce)) {
        call_answer(c, 401,
                    "this is for the installer, whose requests carry " SEED_MAC_HEADER
                    ", made with the token of the Secret " SEED_NAME "-token");
        return false;
    }
    if (!span_is(nonce, c->agent->nonce)) {
        call_answer(c, 409,
                    "this nonce was used or is of another agent: GET " SEED_API
                    "/status has the one that counts");
        return false;
    }
    agent_new_nonce(c->agent);
    return true;
}

static bool may_ask(struct call *c)
{
    switch (c->api->right) {
    case CALL_ANYBODY:
    case CALL_READER: return true; // who may read was looked at before
    case CALL_WRITER: return may_write(c);
    case CALL_COMMAND: return may_command(c);
    }
    return false;
}

// --- which one it is ---

static bool has_method(const struct call_api *api, struct span method)
{
    return span_is(method, api->method) ||
           (span_is(method, "HEAD") && span_is(span_str(api->method), "GET"));
}

static bool has_path(const struct call_api *api, struct span path, struct digest *digest)
{
    struct span rest = span_str(api->path), part, piece;

    while (span_next(&rest, '/', &part)) {
        if (!span_next(&path, '/', &piece))
            return false;
        if (span_is(part, "*") ? !digest_parse_hex(piece, digest) : !span_eq(part, piece))
            return false;
    }
    return !path.len;
}

// NULL when there is none; *other: of another method there is.
static const struct call_api *find_api(const struct httpd_request *r, struct span path,
                                       struct digest *digest, bool *other)
{
    for (size_t i = 0; i < call_api_count; i++) {
        *digest = (struct digest){0};
        if (!has_path(&call_apis[i], path, digest))
            continue;
        if (has_method(&call_apis[i], r->method))
            return &call_apis[i];
        *other = true;
    }
    return NULL;
}

static void begin(struct call *c, struct span path)
{
    bool other = false;

    c->api = find_api(c->http, path, &c->digest, &other);
    if (!c->api)
        call_answer(c, other ? 405 : 404, "there is no %.*s %.*s here", SPAN_ARG(c->http->method),
                    SPAN_ARG(c->http->path));
    else if (may_ask(c))
        c->api->begin(c);
}

// --- from the head to the end ---

// Of a client that may not read here, or has its share already: answered, false.
static bool is_let_in(struct call *c, bool anybody)
{
    struct agent *a = c->agent;

    if (!access_may_read(&a->access, &c->client) && !anybody && !is_signed(c, SPAN_EMPTY)) {
        c->client = (struct address){0};
        call_answer(c, 403, "%s is not in the networks that may read here", c->http->client);
        return false;
    }
    if (!c->client.bits || access_enter(&a->access, &c->client))
        return true;
    c->client = (struct address){0};
    call_answer(c, 503, "%s has %d requests here already: later", c->http->client,
                ACCESS_REQUESTS_MAX);
    return false;
}

// What is for the installer and for nodes that join says itself who may.
static bool is_for_anybody(struct call *c, struct span path)
{
    bool other = false;
    const struct call_api *api = find_api(c->http, path, &c->digest, &other);

    return api && api->right != CALL_READER;
}

bool agent_take(void *agent, struct httpd_request *r, void **own)
{
    struct call *c = MEM_NEW(struct call);
    struct span path = r->path;
    bool is_ours = !r->tls && span_skip(&path, SEED_API "/");

    *c = (struct call){.agent = agent,
                       .http = r,
                       .client = address_of(span_str(r->client)),
                       .body = BUF_INIT(BUF_TEXT_MAX),
                       .fd = -1};
    *own = c;
    if (!is_let_in(c, is_ours && is_for_anybody(c, path)))
        return true;
    if (is_ours)
        begin(c, path);
    return is_ours;
}

void agent_done(void *agent, struct httpd_request *r UNUSED, void *own)
{
    struct agent *a = agent;
    struct call *c = own;

    call_end_blob(c);
    if (c->client.bits)
        access_leave(&a->access, &c->client);
    buf_free(&c->body);
    fd_cleanup(&c->fd);
    free(c);
}
