// SPDX-License-Identifier: Apache-2.0
// What the bundle commands have in common when they print JSON.
#ifndef CMD_BUNDLE_PRINT_H
#define CMD_BUNDLE_PRINT_H

#include "base/command.h"
#include "io/doc.h"
#include "model/bundle.h"

// {"bundle": path, "identity": …, "bytes": …}, to be added to.
struct node *print_bundle(struct doc *d, const struct bundle *b);

// Writes it as one line.
void print_json(struct command_env *env, const struct node *root);

#endif
