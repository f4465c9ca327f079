// SPDX-License-Identifier: Apache-2.0
// What the nodes say about a pod: whether the one that it stands on is well, and whether any could
// take it.
#ifndef CLUSTER_EVIDENCE_NODES_H
#define CLUSTER_EVIDENCE_NODES_H

#include <stdbool.h>

#include "base/buf.h"
#include "cluster/watch/informers.h"
#include "io/doc.h"
#include "model/ready.h"

// Whether the pod stands on a node that is not Ready: what its status says is of the past. Then
// *why is NodeNotReady, progressing: a node may come back.
bool evidence_nodes_down(struct informers *inf, const struct node *pod, struct ready *why);

// Appends what no node of the cluster could ever give ("no node has 64 cpu: the most is 2"), and
// which ones are cordoned. False when that explains nothing, or is not known (yet).
bool evidence_nodes_lack(struct informers *inf, const struct node *pod, struct buf *out);

// A resource quantity ("500m", "1.5Gi", "1e3") as a number; false for what is none.
bool evidence_nodes_quantity(struct span text, double *value) MUST_CHECK;

#endif
