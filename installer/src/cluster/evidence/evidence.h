// SPDX-License-Identifier: Apache-2.0
// Evidence: what is not in an object's own status, and says why it is not ready. Events of the
// object and its pod, claims and StorageClasses, nodes, the last lines of logs. Only about what is
// unready and has no cause of its own; what is not known yet is asked in the background
// (facts/evidence_fetch.h).
#ifndef CLUSTER_EVIDENCE_EVIDENCE_H
#define CLUSTER_EVIDENCE_EVIDENCE_H

#include "cluster/facts/facts.h"
#include "cluster/graph/graph.h"

#define EVIDENCE_ITEMS_MAX 32 // of one look: the first ones

// Changes state, reason and message of the unready leaves where the evidence tells more, and sets
// their `evidence`.
void evidence_attach(struct graph *g, const struct facts *facts);

#endif
