// SPDX-License-Identifier: Apache-2.0
// The folder of the agent, with the store in it.
#ifndef WORK_AGENT_STORE_H
#define WORK_AGENT_STORE_H

#include "work/agent/inner.h"

// Makes what is missing of it. ERR_CONFIG, ERR_USAGE when another agent has it.
int agent_store_open(struct agent *a, struct err **err) MUST_CHECK;
// Ends what is on its way, and takes away all that is in the folder: the agent has no store after.
// ERR_CONFIG names what stays.
int agent_store_remove(struct agent *a, struct err **err) MUST_CHECK;

// What is in the store is not what its names say: all of it is hashed on a thread, what is wrong is
// taken away, and lacking from then on. Not more often than once in some minutes.
void agent_store_heal(struct agent *a);

#endif
