// SPDX-License-Identifier: Apache-2.0
// sandstrap bundle lock, build, verify, inspect.
#ifndef CMD_BUNDLE_H
#define CMD_BUNDLE_H

#include "base/command.h"

extern const struct command cmd_bundle_lock;
extern const struct command cmd_bundle_build;
extern const struct command cmd_bundle_verify;
extern const struct command cmd_bundle_inspect;

#endif
