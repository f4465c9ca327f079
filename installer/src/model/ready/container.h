// SPDX-License-Identifier: Apache-2.0
// One container of a pod: what it was to be, and what became of it.
#ifndef MODEL_READY_CONTAINER_H
#define MODEL_READY_CONTAINER_H

#include "model/ready.h"

struct ready_container {
    const struct node *spec, *status; // spec may be NULL
    bool is_init;                     // one of spec.initContainers
    bool runs_along;                  // it is to go on running: no init container, or a sidecar
};

// The container that a status of the list is of: status.initContainerStatuses for `is_init`, else
// status.containerStatuses.
struct ready_container ready_container_of(const struct node *pod, const struct node *status,
                                          bool is_init);

// Why it keeps its pod from being ready; false when it does not.
bool ready_container_judge(const struct ready_container *c, struct ready_pod *result);

// Why the last run ended: more telling than "back-off 40s restarting". Appended to `out`.
void ready_add_last_end(const struct node *last, struct buf *out);

// Notes which container the answer is about, and its restarts.
void ready_name_container(const struct ready_container *c, struct ready_pod *result);

void ready_set_pod(struct ready_pod *result, enum ready_state state, struct span reason,
                   struct span message);

#endif
