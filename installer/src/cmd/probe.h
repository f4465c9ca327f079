// SPDX-License-Identifier: Apache-2.0
// What the pods that prove routes run (work/routes).
#ifndef CMD_PROBE_H
#define CMD_PROBE_H

#include "base/command.h"

extern const struct command cmd_probe;

#endif
