// SPDX-License-Identifier: Apache-2.0
// The questions that are asked: paths of events and logs.
#ifndef CLUSTER_EVIDENCE_QUESTIONS_H
#define CLUSTER_EVIDENCE_QUESTIONS_H

#include <stdbool.h>

#include "cluster/facts/evidence_fetch.h"
#include "io/doc.h"

#define EVIDENCE_LOG_READ_BYTES 16384 // of the last lines, from their beginning

// The events about an object, as a list; NULL while there is no answer. Asked again when the object
// has changed.
const struct node *evidence_ask_events(struct evidence_fetch *fetch, const struct node *object,
                                       bool urgent);

// The last lines that a container of the pod wrote, in this run or the `previous` one; empty while
// there is no answer. `status` is the container's own.
struct span evidence_ask_log(struct evidence_fetch *fetch, const struct node *pod,
                             const struct node *status, bool previous, int lines);

#endif
