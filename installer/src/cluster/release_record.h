// SPDX-License-Identifier: Apache-2.0
// What a Helm release wanted, from its own record (helm.sh/helm/v4 pkg/storage/driver: the Secret
// sh.helm.release.v1.<name>.v<N>). Asked only about workloads that stand at zero replicas: nothing
// in their own status tells whether somebody stopped them.
#ifndef CLUSTER_RELEASE_RECORD_H
#define CLUSTER_RELEASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/doc.h"
#include "model/kube.h"

struct manifests;

struct manifests *manifests_new(struct kube *k);
void manifests_free(struct manifests *m); // NULL-safe
CLEANUP_DEFINE(manifests_cleanup, struct manifests, manifests_free);

enum manifest_answer {
    MANIFEST_WANTS_ZERO, // or does not say
    MANIFEST_WANTS_MORE,
    MANIFEST_UNKNOWN, // not read yet: noted for manifests_refresh()
};

// What the latest version of the release (a HelmRelease object) wants of the workload.
enum manifest_answer manifests_replicas(struct manifests *m, const struct node *release,
                                        const struct node *workload, int64_t *replicas);

// Reads the records noted since; *read tells whether there were any. Runs the loop. A record that
// cannot be read or understood wants nothing.
int manifests_refresh(struct manifests *m, bool *read, struct err **err) MUST_CHECK;

#endif
