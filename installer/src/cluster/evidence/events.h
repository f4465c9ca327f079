// SPDX-License-Identifier: Apache-2.0
// What a list of events (core/v1) tells: of all that was ever said about an object, what still
// stands.
#ifndef CLUSTER_EVIDENCE_EVENTS_H
#define CLUSTER_EVIDENCE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "io/doc.h"

// All borrowed from the list.
struct evidence_event {
    struct span type, reason, message;
    struct span container;   // of a pod, that it is about; empty: all of it
    struct span first, last; // RFC 3339
    int64_t count;
    uint64_t order; // later events have a larger one
};

// A controller that cannot make pods (FailedCreate) and has made none since.
bool evidence_events_creation(const struct node *list, struct evidence_event *e);

// What the kubelet met last before the containers of a pod run: a failure of the pod (FailedMount,
// FailedCreatePodSandBox, ...) or of a container, or an image that it pulls. The status of the
// container says the same, a moment later: a pull that failed has its reason here already
// (ErrImagePull), and an event that tells no more than a reason is left out.
bool evidence_events_start(const struct node *list, struct evidence_event *e);

// The last answer of a readiness or startup probe, if it came at `since` (RFC 3339) or later; the
// last failure of a liveness probe.
bool evidence_events_probe(const struct node *list, struct span since, struct evidence_event *e);
bool evidence_events_liveness(const struct node *list, struct evidence_event *e);

// The last warning.
bool evidence_events_warning(const struct node *list, struct evidence_event *e);

// The last `most` events, oldest first: "event: 12:03:11 Warning FailedMount: … (4 times)".
// Appends to `lines`, in the arena.
struct evidence_lines;
void evidence_events_lines(const struct node *list, size_t most, struct arena *arena,
                           struct evidence_lines *lines);

#endif
