// SPDX-License-Identifier: Apache-2.0
// sandstrap keys list, export, import, new, rotate.
#ifndef CMD_KEYS_H
#define CMD_KEYS_H

#include "base/command.h"

extern const struct command cmd_keys_list;
extern const struct command cmd_keys_export;
extern const struct command cmd_keys_import;
extern const struct command cmd_keys_new;
extern const struct command cmd_keys_rotate;

#endif
