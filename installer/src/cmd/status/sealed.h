// SPDX-License-Identifier: Apache-2.0
// `status --sealed`: the proof that nothing in the cluster came from elsewhere than the bundle.
#ifndef CMD_STATUS_SEALED_H
#define CMD_STATUS_SEALED_H

#include "base/budget.h"
#include "base/command.h"
#include "model/bundle.h"
#include "model/kube.h"

// `record`: the namespace of the record, or NULL. ERR_INTEGRITY when something else is there, after
// all of it was printed; ERR_API, ERR_CANCELLED.
int status_sealed(struct command_env *env, struct kube *kube, const struct bundle *bundle,
                  const char *record, const struct budget *budget, struct err **err) MUST_CHECK;

#endif
