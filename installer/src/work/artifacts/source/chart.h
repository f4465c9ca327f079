// SPDX-License-Identifier: Apache-2.0
// Where charts come from: a folder of a git repository, a registry, a Helm repository.
#ifndef WORK_ARTIFACTS_SOURCE_CHART_H
#define WORK_ARTIFACTS_SOURCE_CHART_H

#include "model/chart.h"
#include "work/artifacts/walk/walk.h"

// From a registry: pulls it, adds it to the lock.
struct chart *chart_from_oci(struct walk *w, struct span reference, const char *user,
                             struct err **err) MUST_CHECK;

// One that a HelmRepository has.
struct chart_wanted {
    struct chart_name name; // `repository` with its scheme: "oci://", "https://" or "http://"
    const char *field;      // where the tree has its version, for messages
};
// From a registry or by an index, as the scheme of the repository says; adds it to the lock. A
// range is what ranges_chart() makes of it.
struct chart *chart_from_repository(struct walk *w, const struct chart_wanted *wanted,
                                    const char *user, struct err **err) MUST_CHECK;
// The archive of one instead, into an empty buffer.
int chart_archive(struct walk *w, const struct chart_wanted *wanted, const char *user,
                  struct buf *tgz, struct err **err) MUST_CHECK;

#endif
