// SPDX-License-Identifier: Apache-2.0
// `serve --check`: a server is asked for all that the bundles name, by all kinds of clients.
#ifndef CMD_SERVE_CHECK_H
#define CMD_SERVE_CHECK_H

#include "base/command.h"
#include "cmd/serve/verified.h"

// Checks the server at these places, and writes the sum to env->out. ERR_SOURCE when something is
// not right; as serve_check().
int check_server(struct command_env *env, const struct verified_wanted *wanted,
                 const struct serve_check_options *where, struct err **err) MUST_CHECK;

// Where a server on this host that listens to `address` is reached: "HOST:PORT", the caller's; NULL
// for what has no port.
char *check_place(const char *address, int port) MUST_CHECK;

#endif
