// SPDX-License-Identifier: Apache-2.0
// Asking the agents, through the API server.
#include "work/routes/asked.h"

#include <stdio.h>

#include "io/crypto.h"
#include "model/seed.h"

enum { ANSWER_MAX_BYTES = 4096 };

int asked_token(const struct routes_options *o, struct arena *arena, struct span *token,
                struct err **err)
{
    const struct kube_resource *secrets = kube_find(o->kube, SPAN("v1"), SPAN("Secret"), err);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(ANSWER_MAX_BYTES);
    int found;

    if (!secrets)
        return -1;
    found = kube_get(o->kube, secrets, SEED_NAMESPACE, SEED_NAME "-token", &answer, err);
    if (found < 0)
        return -1;
    if (found == 1 ||
        !crypto_base64_decode(node_get_text(node_get(answer.object, "data"), "token"), &text))
        return err_set(err, ERR_API, "Secret " SEED_NAMESPACE "/" SEED_NAME "-token has no token");
    *token = arena_span(arena, buf_span(&text));
    return 0;
}

int asked(const struct routes_options *o, const char *agent, int port, struct span token,
          struct span image, uint64_t *served, struct err **err)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX_BYTES);
    struct buf body CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX_BYTES);
    char mac[SEED_MAC_BYTES], header[sizeof(SEED_MAC_HEADER) + 2 + SEED_MAC_BYTES];
    const char *headers[] = {header, NULL};
    struct digest none = crypto_sha256(SPAN_EMPTY);
    struct kube_proxy_request request = {.ns = SEED_NAMESPACE,
                                         .pod = agent,
                                         .port = port,
                                         .headers = headers,
                                         .max_bytes = ANSWER_MAX_BYTES,
                                         .budget = o->budget};
    struct span number, rest;
    int status;

    // A reference has no character that a query would have to escape.
    buf_printf(&path, SEED_API "/asked?name=%.*s", SPAN_ARG(image));
    request.path = buf_str(&path);
    seed_mac(token, SPAN("GET"), buf_span(&path), SPAN_EMPTY, &none, mac);
    snprintf(header, sizeof(header), SEED_MAC_HEADER ": %s", mac);
    if (kube_proxy_perform(o->kube, &request, &status, &body, err) < 0)
        return -1;
    if (status == 200 && span_cut(buf_span(&body), ' ', &number, &rest) && span_u64(number, served))
        return 0;
    return err_set(err, ERR_API, "the agent %s answers %d: %.*s", agent, status,
                   SPAN_ARG(span_trim(buf_span(&body))));
}
