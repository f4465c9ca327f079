// SPDX-License-Identifier: Apache-2.0
// sandstrap up: verify the bundle, render the tree, bring the layers up in order.
#ifndef CMD_SANDBOX_H
#define CMD_SANDBOX_H

#include "base/command.h"

extern const struct command cmd_up;

#endif
