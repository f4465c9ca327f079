// SPDX-License-Identifier: Apache-2.0
// One request to one agent at a time.
#include "work/seed/agents.h"

#include "base/timer.h"
#include "io/crypto.h"

#define ANSWER_MAX_BYTES ((size_t)16 << 20)
enum { ONCE_MS = 5000 };

int agents_port(const struct seed_options *o)
{
    return o->port ? o->port : SEED_PORT;
}

static const char *method_of(const struct agents_request *r)
{
    return r->method ? r->method : "GET";
}

void agents_sign(const struct agents *a, const struct agents_request *r, struct buf *out)
{
    struct digest whole = crypto_sha256(r->body);
    char mac[SEED_MAC_BYTES];

    seed_mac(a->token, span_str(method_of(r)), span_str(r->path), span_str(r->nonce),
             r->content ? r->content : &whole, mac);
    buf_printf(out, SEED_MAC_HEADER ": %s", mac);
}

static struct budget budget_of(const struct agents *a, const struct agents_request *r)
{
    struct budget once = {.deadline = timer_add(timer_now(), ONCE_MS), .attempts = 1};

    if (!r->once || budget_deadline(&a->budget) < once.deadline)
        return a->budget;
    return budget_or(&once, &a->budget);
}

int agents_ask(const struct agents *a, const char *pod, const struct agents_request *r, int *status,
               struct buf *body, struct err **err)
{
    struct buf mac CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf nonce CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf digest CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct digest whole = crypto_sha256(r->body);
    const char *headers[4] = {NULL};
    const struct kube_proxy_request request = {.method = r->method,
                                               .ns = SEED_NAMESPACE,
                                               .pod = pod,
                                               .port = a->port,
                                               .path = r->path,
                                               .headers = headers,
                                               .body = r->body,
                                               .max_bytes = ANSWER_MAX_BYTES,
                                               .budget = budget_of(a, r)};

    agents_sign(a, r, &mac);
    headers[0] = buf_str(&mac);
    if (r->nonce) {
        buf_printf(&nonce, SEED_NONCE_HEADER ": %s", r->nonce);
        buf_printf(&digest, SEED_DIGEST_HEADER ": %s", DIGEST_HEX(&whole));
        headers[1] = buf_str(&nonce);
        headers[2] = buf_str(&digest);
    }
    return kube_proxy_perform(a->kube, &request, status, body, err);
}

int agents_status(const struct agents *a, struct seed_node *n, struct arena *arena,
                  struct err **err)
{
    const struct agents_request request = {.path = SEED_API "/status", .once = true};
    struct buf body CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX_BYTES);
    struct seed_status fresh = {0};
    int status = 0;

    if (agents_ask(a, n->pod, &request, &status, &body, err) < 0)
        return -1;
    if (status != 200)
        return 1;
    if (seed_status_read(arena_span(arena, buf_span(&body)), arena, &fresh, err) < 0) {
        seed_status_free(&fresh);
        return err_wrap(err, "the agent on node %s", n->node.name);
    }
    seed_status_free(&n->status);
    n->status = fresh;
    return 0;
}

const struct seed_status_bundle *agents_bundle(const struct seed_node *n, const struct bundle *b)
{
    VEC_FOREACH (const struct seed_status_bundle *, it, &n->status.bundles)
        if (digest_eq(&it->identity, bundle_identity(b)))
            return it;
    return NULL;
}

int agents_do(const struct agents *a, const struct seed_node *n, const struct agents_request *r,
              struct err **err)
{
    struct buf answer CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX_BYTES);
    int status = 0;

    if (agents_ask(a, n->pod, r, &status, &answer, err) < 0)
        return -1;
    if (status / 100 == 2)
        return 0;
    return err_set(err, ERR_API, "the agent on node %s: %s %s: %d: %.*s", n->node.name,
                   method_of(r), r->path, status, SPAN_ARG(span_trim(buf_span(&answer))));
}

int agents_command(const struct agents *a, const struct seed_node *n, const char *method,
                   const char *path, struct span body, struct err **err)
{
    const struct agents_request request = {
        .method = method, .path = path, .nonce = n->status.nonce, .body = body};

    return agents_do(a, n, &request, err);
}
