// SPDX-License-Identifier: Apache-2.0
// sandstrap serve: bundles, served under the names that their artifacts have upstream.
#ifndef CMD_SERVE_H
#define CMD_SERVE_H

#include "base/command.h"

extern const struct command cmd_serve;

#endif
