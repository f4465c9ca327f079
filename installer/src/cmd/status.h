// SPDX-License-Identifier: Apache-2.0
// sandstrap status: what of the tree is ready in the cluster now, and why the rest is not.
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include "base/command.h"

extern const struct command cmd_status;

#endif
