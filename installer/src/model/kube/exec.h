// SPDX-License-Identifier: Apache-2.0
// Credential plugins of a kubeconfig: what is said to them and by them, and running one.
// https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
#ifndef MODEL_KUBE_EXEC_H
#define MODEL_KUBE_EXEC_H

#include "base/budget.h"
#include "base/loop.h"
#include "model/kube/config/config.h"

// --- exec_credential.c ---

struct exec_credential {
    char *token;
    char *cert_pem, *key_pem;
};

// What a plugin is told, as a variable of its environment; the caller frees it.
char *exec_credential_ask(const struct kubeconfig *config, bool interactive)
    MUST_CHECK RETURNS_NONNULL;
// What it answered. ERR_API.
int exec_credential_read(struct exec_credential *out, const struct config_exec *exec,
                         struct span text, struct err **err) MUST_CHECK;
void exec_credential_free(struct exec_credential *c);

// --- exec_plugin.c ---

// Runs the plugin of the configuration; what does not end is killed. Blocks, running the loop.
// ERR_CONFIG when it cannot be run, ERR_API when it fails or takes longer than a plugin may,
// ERR_TIMEOUT when the deadline of the budget passes first, ERR_CANCELLED.
int exec_plugin_run(struct loop *loop, const struct kubeconfig *config, const struct budget *budget,
                    struct exec_credential *out, struct err **err) MUST_CHECK;

#endif
