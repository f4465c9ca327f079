// SPDX-License-Identifier: Apache-2.0
// sandstrap agent: what runs on each node in an air gap.
#ifndef CMD_AGENT_H
#define CMD_AGENT_H

#include "base/command.h"

extern const struct command cmd_agent;

#endif
