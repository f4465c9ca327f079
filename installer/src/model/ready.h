// SPDX-License-Identifier: Apache-2.0
// Readiness: what a live object's own fields say about it. Pure rules over one object each, those
// of kstatus (fluxcd/cli-utils) made stricter where kstatus calls an object ready too early; the
// comparison is docs/internals/ready.md. What grew out of an object is the caller's matter.
#ifndef MODEL_READY_H
#define MODEL_READY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "io/doc.h"

enum ready_state {
    READY_OK,          // as wanted, at the wanted generation
    READY_PROGRESSING, // on its way, or blocked behind something else
    READY_FAILING,     // went wrong, and someone retries: it may heal
    READY_TERMINAL,    // will not change until somebody acts
};

enum {
    READY_REASON_BYTES = 96,
    READY_MESSAGE_BYTES = 768,
    READY_TIME_BYTES = 32,
};

struct ready {
    enum ready_state state;
    bool blocked;                      // waits for another object (dependency, source)
    int64_t attempts;                  // how often it failed so far, as far as the object says
    char reason[READY_REASON_BYTES];   // one CamelCase word; "" when ready
    char message[READY_MESSAGE_BYTES]; // one line; may be ""
    char since[READY_TIME_BYTES];      // RFC 3339: since when it says so; "" when it does not tell
};

// Judges one object (apiVersion, kind, metadata, spec, status).
void ready_check(const struct node *object, struct ready *result);

// What keeps one pod from being ready, as precisely as its status tells.
struct ready_pod {
    enum ready_state state;
    char container[64]; // "" when it is about the pod as a whole
    bool init;          // an init container
    int64_t restarts;   // of that container
    char reason[READY_REASON_BYTES];
    char message[READY_MESSAGE_BYTES];
    char since[READY_TIME_BYTES]; // as above
};

void ready_check_pod(const struct node *pod, struct ready_pod *result);

// Whether a container of the pod has started too lately to count, because nothing but time tells
// whether it lives: one without a readiness probe (5 s; with a liveness probe a cycle of its
// failures), or one that was restarted (longer than its last run; failing from the third restart
// on). Such a pod is not ready, though the kubelet calls it so. `now`: seconds since 1970 by the
// cluster's clock.
bool ready_pod_is_young(const struct node *pod, int64_t now, struct ready_pod *result);

// Whether objects of this kind can be anything but ready at once (the kinds worth watching).
bool ready_kind_is_static(struct span group, struct span kind);

// The condition of that type in status.conditions, or NULL; borrowed.
const struct node *ready_condition(const struct node *object, const char *type);

// Copies a message into such room as one line (base/message.h), cut at a UTF-8 boundary.
void ready_copy(char *out, size_t room, struct span text);

// "ok", "progressing", "failing", "terminal": the words of --output json.
const char *ready_state_name(enum ready_state state);

#endif
