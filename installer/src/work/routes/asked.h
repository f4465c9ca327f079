// SPDX-License-Identifier: Apache-2.0
// What a node's agent was asked for, as it counts.
#ifndef WORK_ROUTES_ASKED_H
#define WORK_ROUTES_ASKED_H

#include <stdint.h>

#include "work/routes.h"

// How often that agent served anything of an image. `token` is that of the agents. ERR_API.
int asked(const struct routes_options *o, const char *agent, int port, struct span token,
          struct span image, uint64_t *served, struct err **err) MUST_CHECK;

// The agents' token, in `arena`. ERR_API.
int asked_token(const struct routes_options *o, struct arena *arena, struct span *token,
                struct err **err) MUST_CHECK;

#endif
