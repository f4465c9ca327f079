// SPDX-License-Identifier: Apache-2.0
// What changes a cluster: sandstrap up, down, rebuild.
#ifndef CMD_SANDBOX_H
#define CMD_SANDBOX_H

#include "base/command.h"

extern const struct command cmd_up;
extern const struct command cmd_down;
extern const struct command cmd_rebuild;

#endif
