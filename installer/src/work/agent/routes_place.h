// SPDX-License-Identifier: Apache-2.0
// One folder of routes on the node, and what is kept to give it back as it was.
#ifndef WORK_AGENT_ROUTES_PLACE_H
#define WORK_AGENT_ROUTES_PLACE_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct place {
    const char *root;   // before all names of the node: "/host"
    const char *folder; // of routes, absolute on the node: "/etc/containerd/certs.d"
    const char *kept;   // folder, in the pod, for his files and the list of what was made
    struct span endpoint;
};

// Makes the folder, and writes the host's file where it is not as it should be. ERR_CONFIG,
// ERR_INTERNAL.
int place_put(const struct place *p, struct span host, struct err **err) MUST_CHECK;

// Makes a link of that name (absolute on the node) to the folder. ERR_CONFIG when something else is
// there.
int place_link(const struct place *p, const char *link, struct err **err) MUST_CHECK;

// Takes away our files of all hosts but these, and gives back his. Goes on after a failure and
// tells the first.
int place_clear(const struct place *p, const struct span *hosts, size_t count, struct err **err)
    MUST_CHECK;

// Takes away the folders and the link that were made, as far as nothing is in them.
int place_forget(const struct place *p, struct err **err) MUST_CHECK;

#endif
