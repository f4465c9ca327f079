// SPDX-License-Identifier: Apache-2.0
// From a graph to what a human is told.
#ifndef CLUSTER_FINDING_H
#define CLUSTER_FINDING_H

#include "base/buf.h"
#include "cluster/graph.h"
#include "model/ready.h"

// One object that is not ready, with the way from it to the applied object it grew out of.
struct finding {
    size_t layer;
    enum ready_state state;
    bool blocked;          // only waits for something else in the list
    bool stale;            // terminal, but before the last change: its controller has to look again
    const char *object;    // "StatefulSet loki/loki"
    const char *release;   // "HelmRelease bigbang/loki", the nearest one above it, or NULL
    const char *pod;       // "loki/loki-0" or NULL
    const char *container; // of that pod, or NULL
    const char *reason;    // "ImagePullBackOff"
    const char *message;
    int64_t attempts;
};

// Lists the unready leaves, the most telling first, in the graph's arena.
const struct finding *graph_findings(struct graph *g, size_t *count);

// The two halves of finding_describe(): which object, and what is the matter with it.
void finding_subject(const struct finding *finding, struct buf *out);
void finding_cause(const struct finding *finding, struct buf *out);

// One line about a finding: "HelmRelease bigbang/loki: StatefulSet loki/loki: pod loki-0: …".
// Appended to `out`.
void finding_describe(const struct finding *finding, struct buf *out);

#endif
