// SPDX-License-Identifier: Apache-2.0
// Requests to the agents, through the API server's proxy to their pods, and signed where they
// change something (model/seed.h, "who may write").
#ifndef WORK_SEED_AGENTS_H
#define WORK_SEED_AGENTS_H

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "work/seed.h"

// How to speak to them; borrowed.
struct agents {
    struct kube *kube;
    struct budget budget;
    struct span token;
    int port;
};

// The port of these options.
int agents_port(const struct seed_options *o);

struct agents_request {
    const char *method;           // NULL: GET
    const char *path;             // with its query
    const struct digest *content; // the digest in the path, if there is one; else NULL
    const char *nonce;            // of a command; else NULL
    struct span body;
    bool once; // an agent that is not there, or does not answer at once, is no reason to wait
};

// A signed request to a pod: *status and the body are of its answer. Blocks. ERR_API when the API
// server refuses it or does not reach the pod; ERR_CANCELLED.
int agents_ask(const struct agents *a, const char *pod, const struct agents_request *r, int *status,
               struct buf *body, struct err **err) MUST_CHECK;

// The state of one node's agent, into n->status (its texts in `arena`). 1 when there is none that
// answers as one: the loader, or nobody yet.
int agents_status(const struct agents *a, struct seed_node *n, struct arena *arena,
                  struct err **err) MUST_CHECK;
// What the node's state says of the bundle; NULL: nothing. Borrowed from it.
const struct seed_status_bundle *agents_bundle(const struct seed_node *n, const struct bundle *b)
    MUST_CHECK;

// The same as agents_ask() for what is to be done: ERR_API, with what the agent says, unless the
// answer is 2xx.
int agents_do(const struct agents *a, const struct seed_node *n, const struct agents_request *r,
              struct err **err) MUST_CHECK;
// A command, with the nonce of n->status, which is used up by it.
int agents_command(const struct agents *a, const struct seed_node *n, const char *method,
                   const char *path, struct span body, struct err **err) MUST_CHECK;

// The header line with the signature of a request, into `out`.
void agents_sign(const struct agents *a, const struct agents_request *r, struct buf *out);

#endif
