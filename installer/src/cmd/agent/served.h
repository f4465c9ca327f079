// SPDX-License-Identifier: Apache-2.0
// From the bundles of the agent's store to what is served: opened on a thread, put in place from
// the loop.
#ifndef CMD_AGENT_SERVED_H
#define CMD_AGENT_SERVED_H

#include "base/compiler.h"
#include "base/loop.h"
#include "work/agent.h"
#include "work/serve.h"

struct served;

struct served *served_new(struct loop *loop, struct report *report) MUST_CHECK RETURNS_NONNULL;
void served_free(struct served *c); // NULL-safe
CLEANUP_DEFINE(served_cleanup, struct served, served_free);

// Between these two, which are borrowed, from now on.
void served_connect(struct served *c, struct agent *agent, struct serve *serve);
// As agent_options has it: what is to be served changed.
void served_changed(void *served);

#endif
