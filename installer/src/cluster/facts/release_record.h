// SPDX-License-Identifier: Apache-2.0
// What a Helm release wanted, from its own record (helm.sh/helm/v4 pkg/storage/driver: the Secret
// sh.helm.release.v1.<name>.v<N>).
#ifndef CLUSTER_FACTS_RELEASE_RECORD_H
#define CLUSTER_FACTS_RELEASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/doc.h"
#include "model/kube.h"

// Asked only about workloads that stand at zero replicas: nothing in their own status tells whether
// somebody stopped them.
struct release_records;

struct release_records *release_records_new(struct kube *k);
void release_records_free(struct release_records *r); // NULL-safe
CLEANUP_DEFINE(release_records_cleanup, struct release_records, release_records_free);

enum release_wants {
    RELEASE_WANTS_ZERO, // or does not say
    RELEASE_WANTS_MORE,
    RELEASE_WANTS_UNKNOWN, // not read yet: noted for release_records_refresh()
};

// What the latest version of the release (a HelmRelease object) wants of the workload.
enum release_wants release_records_replicas(struct release_records *r, const struct node *release,
                                            const struct node *workload);

// Reads the records noted since; *read tells whether there were any. Runs the loop. A record that
// cannot be read or understood wants nothing.
int release_records_refresh(struct release_records *r, bool *read, struct err **err) MUST_CHECK;

// What a release's Secret holds: the release as Helm has it (pkg/release/v1 release.go), in `d`.
// NULL when it is not understood: ERR_API.
struct node *release_record_read(const struct node *secret, struct doc *d, struct err **err)
    MUST_CHECK;

#endif
