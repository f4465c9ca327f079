// SPDX-License-Identifier: Apache-2.0
// The certificate in the agent's pod, which the kubelet renews when the Secret changes: a newer
// bundle may have other hosts.
#ifndef CMD_AGENT_CERTIFICATE_H
#define CMD_AGENT_CERTIFICATE_H

#include "base/compiler.h"
#include "base/loop.h"
#include "work/serve.h"

struct certificate;

// Looks at the file from time to time, and has the server read it again when it is another. All is
// borrowed.
struct certificate *certificate_watch(struct loop *loop, const char *path, struct serve *serve)
    MUST_CHECK RETURNS_NONNULL;
void certificate_free(struct certificate *c); // NULL-safe
CLEANUP_DEFINE(certificate_cleanup, struct certificate, certificate_free);

#endif
