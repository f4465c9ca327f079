// SPDX-License-Identifier: Apache-2.0
// A finding: an object that is not as it should be, and why, as people and programs are told of it.
// Plain data; whoever makes one says how long its texts live.
#ifndef CLUSTER_TOLD_FINDING_H
#define CLUSTER_TOLD_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/doc.h"
#include "model/ready.h"

struct finding {
    const char *layer; // the name of the one that the object belongs to
    enum ready_state state;
    bool blocked;          // only waits for something else
    bool stale;            // terminal, but before the last change: its controller has to look again
    const char *object;    // "StatefulSet loki/loki"
    const char *release;   // "HelmRelease bigbang/loki", the nearest one above it, or NULL
    const char *pod;       // "loki/loki-0" or NULL
    const char *container; // of that pod, or NULL
    const char *reason;    // "ImagePullBackOff"
    const char *message;
    int64_t attempts;
    const char *since; // RFC 3339, or NULL when nothing tells
    size_t behind;     // objects that wait for this one and fail for no reason of their own
    const char *const *evidence; // more lines about it, ends with NULL; or NULL
    const char *next;            // what to do about it (cluster/told/advice.h), or NULL: wait

    // Signs of progress, for cluster/judge/verdict.h.
    int64_t steps;     // pods ready and updated, of it and of all that grew out of its release
    const char *asked; // which version of it is asked for (cluster/graph/progress.h), or NULL
    bool retrying;     // another attempt is running, whose outcome is open
    int64_t failures;  // attempts of it, or of its release, that have failed
    const char *const *above; // what it grew out of that fails too or is tried again, labels that
                              // end with NULL; or NULL
};

// Copies all of it into the arena.
struct finding finding_copy(struct arena *arena, const struct finding *f);

// One line: "HelmRelease bigbang/loki: StatefulSet loki/loki: pod loki/loki-0: …", and its two
// halves: which object, and what is the matter with it. Appended to `out`.
void finding_describe(const struct finding *f, struct buf *out);
void finding_subject(const struct finding *f, struct buf *out);
void finding_cause(const struct finding *f, struct buf *out);

// Since when, how often, and what waits behind it: " (since 12:03:11, 4 times, 3 wait behind)", or
// nothing. Of what is on its way the time tells something only when it has stood for a while. `now`
// is when_now(); times are local.
void finding_notes(const struct finding *f, int64_t now, struct buf *out);

// Appends these findings for people: a line for each, with its layer and its notes, below it its
// evidence and the next step, which is told once of several that have the same. At most `most` of
// them, then how many more there are.
void finding_list(const struct finding *findings, size_t count, size_t most, struct buf *out);

// The same for programs: a map of `d`.
struct node *finding_node(const struct finding *f, struct doc *d) RETURNS_NONNULL;

#endif
