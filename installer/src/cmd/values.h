// SPDX-License-Identifier: Apache-2.0
// sandstrap values show, trace, check, diff.
#ifndef CMD_VALUES_H
#define CMD_VALUES_H

#include "base/command.h"

extern const struct command cmd_values_show;
extern const struct command cmd_values_trace;
extern const struct command cmd_values_check;
extern const struct command cmd_values_diff;

#endif
