// SPDX-License-Identifier: Apache-2.0
// How a container ended: its exit code, and the last lines of its log. Those are what `kubectl
// logs` shows, and may hold what the program should not have written there.
#ifndef CLUSTER_EVIDENCE_LOGS_H
#define CLUSTER_EVIDENCE_LOGS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "cluster/evidence/lines.h"
#include "io/doc.h"

#define EVIDENCE_LOG_LINES 5
#define EVIDENCE_LOG_BYTES 2048 // of all lines together

// The status of a container of the pod, of whatever sort, or NULL.
const struct node *evidence_logs_container(const struct node *pod, const char *name);

// How the container's newest run that has ended did so (state.terminated or lastState.terminated);
// NULL when none has. *previous: another run has begun, or will.
const struct node *evidence_logs_end(const struct node *status, bool *previous);

// The last line of a log that says something; empty when there is none.
struct span evidence_logs_last(struct span log);

// Adds the last `most` lines, as far as they fit: "log app: …".
void evidence_logs_lines(struct span log, size_t most, const char *container, struct arena *arena,
                         struct evidence_lines *lines);

#endif
