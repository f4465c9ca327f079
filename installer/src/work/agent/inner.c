// SPDX-License-Identifier: Apache-2.0
// What all files of the agent use.
#include "work/agent/inner.h"

#include "base/file.h"
#include "io/crypto.h"

void agent_set_problem(struct agent *a, enum agent_problem what, const struct err *problem)
{
    struct buf before CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf now CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (a->problems[what])
        err_format(a->problems[what], &before);
    if (problem)
        err_format(problem, &now);
    if (span_eq(buf_span(&before), buf_span(&now)))
        return;
    if (problem)
        report_warn(a->report, "agent", "%s", buf_str(&now));
    err_free(a->problems[what]);
    a->problems[what] = problem ? err_clone(problem) : NULL;
}

void agent_new_nonce(struct agent *a)
{
    unsigned char random[(AGENT_NONCE_BYTES - 1) / 2];

    crypto_random(random, sizeof(random));
    crypto_hex(random, sizeof(random), a->nonce);
}

void agent_keep_routes(struct agent *a)
{
    if (a->routed && !a->unrouted)
        agent_routes_keep(a->routes, a->config.hosts.items, a->config.hosts.len);
}

int agent_token(const struct agent *a, struct buf *out, struct err **err)
{
    if (file_read(AT_FDCWD, a->token_path, out, err) < 0)
        return -1;
    while (out->len && out->data[out->len - 1] == '\n')
        buf_truncate(out, out->len - 1);
    return 0;
}
