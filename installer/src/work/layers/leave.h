// SPDX-License-Identifier: Apache-2.0
// What of a wanted object is left to others: fields that the tree only keeps a place for, and those
// that an autoscaler has taken over.
#ifndef WORK_LAYERS_LEAVE_H
#define WORK_LAYERS_LEAVE_H

#include "io/doc.h"

// What to apply: `wanted`, or a copy of it in a new doc *d (the caller frees it) without
//
// - the caBundle of a webhook, a conversion or an APIService that holds no certificate: kubebuilder
//   writes "Cg==", a line feed, for cert-manager's cainjector to replace;
// - the empty rules of an aggregated ClusterRole, which its controller fills in;
// - spec.replicas, when `live` (may be NULL) shows that it was last scaled by another manager than
//   those of `taken_over` (ended by NULL): *scaler is that manager then, borrowed from `live`.
const struct node *leave_to_others(const struct node *wanted, const struct node *live,
                                   const char *const *taken_over, struct doc **d,
                                   struct span *scaler) MUST_CHECK;

#endif
