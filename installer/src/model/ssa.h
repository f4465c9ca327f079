// SPDX-License-Identifier: Apache-2.0
// What a server-side apply would change, told from the wanted and the live object alone. Pure.
#ifndef MODEL_SSA_H
#define MODEL_SSA_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/span.h"
#include "io/doc.h"

// True when `live` (with managedFields) is what a server-side apply of `wanted` by this field
// manager would leave: each wanted field has its value and is owned, nothing else is owned, and
// lists are in order. False when that is not certain; a dry run tells then. What an admission
// plugin that was added since would change is not seen.
bool ssa_is_applied(const struct node *wanted, const struct node *live, const char *manager);

// Whether two states of one object differ in anything but bookkeeping (resourceVersion, generation,
// times, the status unless it is the manager's own, who owns what by other managers): `after` is
// the answer of a dry run.
bool ssa_differs(const struct node *before, const struct node *after, const char *manager);

// The paths at which they differ, the first ones and how many more, appended to `out`:
// ".spec.replicas, .metadata.annotations[example.com/x] and 2 more". How many there are: none when
// it is only a matter of who owns what.
size_t ssa_paths(const struct node *before, const struct node *after, struct buf *out);

// What to apply: `wanted`, or a copy of it in a new doc *d (the caller frees it) without what is
// left to others, fields that the tree only keeps a place for and those that an autoscaler has
// taken over:
//
// - the caBundle of a webhook, a conversion or an APIService that holds no certificate: kubebuilder
//   writes "Cg==", a line feed, for cert-manager's cainjector to replace;
// - the empty rules of an aggregated ClusterRole, which its controller fills in;
// - spec.replicas, when `live` (may be NULL) shows that it was last scaled by another manager than
//   those of `taken_over` (ended by NULL): *scaler is that manager then, borrowed from `live`.
const struct node *ssa_leave_to_others(const struct node *wanted, const struct node *live,
                                       const char *const *taken_over, struct doc **d,
                                       struct span *scaler) MUST_CHECK;

#endif
