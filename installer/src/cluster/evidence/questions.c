// SPDX-License-Identifier: Apache-2.0
// Paths of events and logs.
#include "cluster/evidence/questions.h"

#include "base/mem.h"

const struct node *evidence_ask_events(struct evidence_fetch *fetch, const struct node *object,
                                       bool urgent)
{
    const struct node *metadata = node_get(object, "metadata");
    const char *ns = node_get_str(metadata, "namespace"), *uid = node_get_str(metadata, "uid");
    // Those of cluster-scoped objects are in "default".
    char *path CLEANUP(mem_cleanup) =
        mem_printf("/api/v1/namespaces/%s/events?fieldSelector=involvedObject.uid%%3D%s&limit=200",
                   *ns ? ns : "default", uid);
    struct evidence_question q = {
        .kind = EVIDENCE_EVENTS,
        .ns = span_str(ns),
        .path = path,
        .version = node_get_str(metadata, "resourceVersion"),
        .urgent = urgent,
    };

    return *uid ? evidence_fetch_ask(fetch, &q).object : NULL;
}

// The run: its container, or by the number of restarts before the runtime has told of one.
static char *version_of(const struct node *status, bool previous)
{
    const struct node *end = node_path(status, previous ? "lastState" : "state", "terminated");
    const char *container = node_get_str(end ? end : status, "containerID");

    return *container ? mem_str(container)
                      : mem_printf("%lld%s", (long long)node_get_int(status, "restartCount", 0),
                                   previous ? " previous" : "");
}

struct span evidence_ask_log(struct evidence_fetch *fetch, const struct node *pod,
                             const struct node *status, bool previous, int lines)
{
    const struct node *metadata = node_get(pod, "metadata");
    char *path CLEANUP(mem_cleanup) =
        mem_printf("/api/v1/namespaces/%s/pods/%s/log?container=%s&tailLines=%d&limitBytes=%d%s",
                   node_get_str(metadata, "namespace"), node_get_str(metadata, "name"),
                   node_get_str(status, "name"), lines, EVIDENCE_LOG_READ_BYTES,
                   previous ? "&previous=true" : "");
    // The end of a run shows in two places, one after the other; what it wrote stays the same.
    char *name CLEANUP(mem_cleanup) =
        mem_printf("%s %s %d", node_get_str(metadata, "uid"), node_get_str(status, "name"), lines);
    char *version CLEANUP(mem_cleanup) = version_of(status, previous);
    struct evidence_question q = {
        .kind = EVIDENCE_LOG,
        .ns = node_get_text(metadata, "namespace"),
        .name = name,
        .path = path,
        .version = version,
        .urgent = true,
        .once = true,
    };

    return evidence_fetch_ask(fetch, &q).text;
}
