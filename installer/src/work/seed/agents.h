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

// A request without a signature. *status is that of the pod's answer. Blocks. ERR_API when the API
// server refuses it or does not reach the pod; ERR_CANCELLED.
int agents_get(const struct agents *a, const char *pod, const char *path, int *status,
               struct buf *body, struct err **err) MUST_CHECK;

// The state of one node's agent, into n->status (its texts in `arena`). 1 when there is none that
// answers as one: the loader, or nobody yet.
int agents_status(const struct agents *a, struct seed_node *n, struct arena *arena,
                  struct err **err) MUST_CHECK;

// Signed, and refused unless the answer is 2xx: ERR_API with what the agent says. Of what is
// addressed by its content `content` is the digest in the path; of a command it is NULL, and the
// nonce of n->status is used up by it: ask for the status again before the next one.
int agents_put(const struct agents *a, const struct seed_node *n, const char *method,
               const char *path, const struct digest *content, struct span body, struct err **err)
    MUST_CHECK;

// The value of SEED_MAC_HEADER for a PUT of what is addressed by its content, as a header line in
// `out`.
void agents_sign(const struct agents *a, const char *method, const char *path, struct span nonce,
                 const struct digest *body, struct buf *out);

#endif
