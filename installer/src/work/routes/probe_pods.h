// SPDX-License-Identifier: Apache-2.0
// The pods that prove routes: what they are, as objects.
#ifndef WORK_ROUTES_PROBE_PODS_H
#define WORK_ROUTES_PROBE_PODS_H

#include "work/routes.h"
#include "work/routes/patch.h"

#define PROBE_NAME                                                                                 \
    "sandstrap-probe" // label of all, and what the ConfigMap with the loader is called
#define PROBE_LABEL "app.kubernetes.io/name"

// The image that they start from: the smallest of the bundle, but for pause images, which nodes may
// have of old. NULL: the bundle has none.
const struct bundle_artifact *probe_image(const struct bundle *b);

// Starts, and ends at once: on that node, in its own network, since pods may have none yet.
const struct node *probe_node_pod(struct doc *d, const struct routes_options *o, const char *name,
                                  struct span image, const struct routes_node *node);

// Asks for the sources as a controller does, a Deployment of the tree: in its namespace, on a node
// that it may be on, led as it is. `agent`: the address of one that gives the program.
const struct node *probe_source_pod(struct doc *d, const struct routes_options *o,
                                    const struct routes_probe *p, const char *name,
                                    const struct node *controller, struct span image,
                                    const struct patch_route *route, const char *agent);

// The loader, for a namespace.
const struct node *probe_loader(struct doc *d, struct span loader, struct span ns);

#endif
