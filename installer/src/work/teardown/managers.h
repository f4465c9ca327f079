// SPDX-License-Identifier: Apache-2.0
// Who made an object, told from the field managers that wrote to it: the cluster itself, a tool
// that a person works with, or a program, which may be one of ours.
#ifndef WORK_TEARDOWN_MANAGERS_H
#define WORK_TEARDOWN_MANAGERS_H

#include <stdbool.h>

#include "base/span.h"
#include "io/doc.h"

enum maker {
    MAKER_UNKNOWN, // nothing tells
    MAKER_CLUSTER, // Kubernetes itself, for any namespace or from other objects
    MAKER_PERSON,  // somebody, with a tool that is no part of what runs in the cluster
    MAKER_PROGRAM, // anything else
};

struct managers {
    enum maker maker;
    struct span name; // of the manager that made it; borrowed from the object
    bool applied;     // by sandstrap, as an object of a tree
};

// managedFields tells only of the last write of each manager. So a tool that makes objects counts
// wherever it wrote; one that usually changes objects of others counts when its write is the
// oldest.
struct managers managers_of(const struct node *object);

#endif
