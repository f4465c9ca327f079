// SPDX-License-Identifier: Apache-2.0
// Which image carries the loader on which node, and which DaemonSet serves which nodes.
#ifndef WORK_SEED_IMAGES_H
#define WORK_SEED_IMAGES_H

#include "work/seed/facts.h"

// Sets n->image of each node that is not skipped for good, NULL where there is none: what its agent
// runs from already, else the image that most nodes of its layout have for the best of reasons, so
// that there are few classes. `wanted`: that one on all nodes; NULL: chosen.
void images_choose(struct seed_nodes *nodes, const char *wanted);

// Nodes of one layout, in one folder, with one image: a DaemonSet each.
struct images_class {
    const char *name; // of the DaemonSet
    const char *image;
    const struct runtime_layout *layout; // or NULL
    const char *folder;                  // where the layout's is on these nodes; or NULL
    VEC(size_t) nodes;                   // indexes
    const char *template; // annotation of its pods: of what they are made; by objects_make()
};
struct images_classes {
    VEC(struct images_class) items;
};
// In the nodes' arena. Names that an earlier run gave stay.
void images_classes(const struct seed_nodes *nodes, struct images_classes *classes);

#endif
