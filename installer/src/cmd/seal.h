// SPDX-License-Identifier: Apache-2.0
// sandstrap seal: SealedSecrets for the tree.
#ifndef CMD_SEAL_H
#define CMD_SEAL_H

#include "base/command.h"

extern const struct command cmd_seal;

#endif
