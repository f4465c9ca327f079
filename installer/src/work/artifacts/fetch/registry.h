// SPDX-License-Identifier: Apache-2.0
// Registries behind the content cache: what a name stands for, and blobs. What is in the cache by
// its digest costs no request.
#ifndef WORK_ARTIFACTS_FETCH_REGISTRY_H
#define WORK_ARTIFACTS_FETCH_REGISTRY_H

#include "base/map.h"
#include "io/http.h"
#include "model/bundle.h"
#include "model/lock.h"
#include "model/oci.h"

// All registries; borrowed.
struct registry {
    struct http *http;
    struct oci *oci;
    const struct bundle *bundle; // that everything comes from instead; or NULL
    const struct map *ahead; // struct oci_wanted that are here already, by registry_key(), which
                             // registry_resolve() takes; or NULL
};

// What a reference is called in full, in the arena.
struct span registry_key(struct arena *arena, const struct oci_ref *ref) MUST_CHECK;

// oci_resolve() for the platforms of a lock. Kinds as there. Blocks.
int registry_resolve(const struct registry *r, struct arena *arena, const struct oci_ref *ref,
                     enum oci_content content, const struct lock *lock,
                     struct oci_resolved *resolved, struct err **err) MUST_CHECK;

// What a lock says of it: digest, size, manifests; in the arena.
void registry_pin(struct arena *arena, const struct oci_resolved *resolved, const struct lock *lock,
                  struct lock_entry *entry);

// Which layer of a manifest is its content.
struct registry_layer {
    struct span media_type; // the first one of that type; "" for the first of all
    bool of_helm;           // as Helm's client chooses: the config has to be a chart's, too
    bool has_chart_config;  // told by registry_read_content()
};

// Appends the content of what `ref` names, as pinned or resolved, and fills in the pin. ERR_SOURCE
// for no such layer, and the kinds of oci_resolve(). Blocks.
int registry_read_content(const struct registry *r, struct arena *arena, const struct oci_ref *ref,
                          struct registry_layer *layer, const struct lock *lock, const char *what,
                          struct lock_entry *entry, struct buf *out, struct err **err) MUST_CHECK;

// Appends a blob of the registry's bundle. `what` is for messages. ERR_CONFIG, ERR_INTEGRITY.
int registry_read_bundle(const struct registry *r, const struct digest *digest, const char *what,
                         struct buf *out, struct err **err) MUST_CHECK;

#endif
