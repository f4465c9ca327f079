// SPDX-License-Identifier: Apache-2.0
// sandstrap store add, list, remove, collect, verify.
#ifndef CMD_STORE_H
#define CMD_STORE_H

#include "base/command.h"

extern const struct command cmd_store_add;
extern const struct command cmd_store_list;
extern const struct command cmd_store_remove;
extern const struct command cmd_store_collect;
extern const struct command cmd_store_verify;

#endif
