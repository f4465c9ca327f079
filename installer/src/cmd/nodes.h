// SPDX-License-Identifier: Apache-2.0
// sandstrap nodes: what is known of the nodes' runtimes, and what an administrator has to do.
#ifndef CMD_NODES_H
#define CMD_NODES_H

#include "base/command.h"

extern const struct command cmd_nodes;

#endif
