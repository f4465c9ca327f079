// SPDX-License-Identifier: Apache-2.0
// Whether pods have a network, or will have one.
#ifndef WORK_ROUTES_NETWORK_H
#define WORK_ROUTES_NETWORK_H

#include "work/routes.h"

// No node has one.
bool network_is_missing(const struct routes_probe *p);

// ERR_PREFLIGHT when none is there and the first layer of the tree brings none either.
int network_check(const struct routes_options *o, const struct routes_probe *p, struct err **err)
    MUST_CHECK;

#endif
