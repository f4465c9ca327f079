// SPDX-License-Identifier: Apache-2.0
// The objects of the seed: Secrets, ConfigMaps, and a DaemonSet for each class of nodes.
#ifndef WORK_SEED_OBJECTS_H
#define WORK_SEED_OBJECTS_H

#include "io/doc.h"
#include "work/seed/agents.h"
#include "work/seed/images.h"
#include "work/seed/secrets.h"

#define OBJECTS_TEMPLATE                                                                           \
    "sandstrap/template" // annotation of pods: a digest of what they are made of

struct objects_wanted {
    const struct seed_options *options;
    const struct seed_nodes *nodes;
    struct images_classes *classes;
    const struct secrets *secrets;
    struct digest binary; // of the agent's program
    uint64_t binary_bytes;
    struct span config; // agent.json
    struct span peers;  // an address a line, for the loader
};

// In the order in which they are to be made; in the doc's arena.
struct objects_list {
    const struct node **items;
    size_t len, cap;
};
void objects_make(const struct objects_wanted *w, struct doc *d, struct objects_list *list);

// A pod as the DaemonSet of that class makes them, on no node yet: for a dry run.
struct node *objects_pod(const struct objects_wanted *w, const struct images_class *c,
                         struct doc *d);

#endif
