// SPDX-License-Identifier: Apache-2.0
// Why a pod waits for its volumes: its claims and their StorageClasses.
#ifndef CLUSTER_EVIDENCE_CLAIMS_H
#define CLUSTER_EVIDENCE_CLAIMS_H

#include <stdbool.h>

#include "base/buf.h"
#include "cluster/facts/evidence_fetch.h"
#include "cluster/watch/informers.h"
#include "io/doc.h"

// Appends what the first claim of the pod lacks that is not bound: "PersistentVolumeClaim s/data:
// StorageClass fast does not exist". False when nothing is known (yet), or when the claim waits for
// the pod to be placed.
bool evidence_claims_of_pod(struct informers *inf, struct evidence_fetch *fetch,
                            const struct node *pod, struct buf *out);

#endif
