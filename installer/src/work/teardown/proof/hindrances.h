// SPDX-License-Identifier: Apache-2.0
// What an `up` would meet: the few kinds of objects that can hold it up from the start, read at
// once, and what stands in its way among them.
#ifndef WORK_TEARDOWN_PROOF_HINDRANCES_H
#define WORK_TEARDOWN_PROOF_HINDRANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "cluster/graph/layer.h"
#include "io/doc.h"
#include "model/kube.h"

struct hindrance {
    const char *text; // what it is, and why
    const char *next; // what to do about it
};

struct hindrances {
    struct kube *kube;
    struct arena *arena;
    struct doc *doc;                   // of what was read
    const struct layers *layers;       // of the tree
    size_t last;                       // ... up to this one
    VEC(const struct node *) webhooks; // configurations
    VEC(const struct node *) api_services;
    VEC(const struct node *) namespaces;
    VEC(const struct node *) definitions; // metadata of those that are being deleted
    VEC(const struct node *) releases;    // HelmReleases of the cluster and the tree
    VEC(const struct node *) controllers; // Deployments of Flux
    VEC(struct hindrance) found;
};

// Reads them, in one go: the caller has set kube, arena, layers and last. Blocks. ERR_API,
// ERR_CANCELLED.
int hindrances_read(struct hindrances *h, struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct hindrances`.
void hindrances_free(struct hindrances *h);

// `next` is borrowed as long as the arena.
void hindrances_add(struct hindrances *h, const char *next, const char *fmt, ...) PRINTF(3, 4);

// Whether the tree has this object, any in this namespace, or a controller of Flux there.
bool hindrances_tree_has(const struct hindrances *h, const struct node *object);
bool hindrances_tree_has_in(const struct hindrances *h, const char *ns);
bool hindrances_tree_has_flux_in(const struct hindrances *h, const char *ns);
// The namespace as it is, or NULL.
const struct node *hindrances_namespace(const struct hindrances *h, struct span name);
// Seconds since the time of this field of its metadata, 0 when that cannot be told.
int64_t hindrances_age_s(const struct node *object, const char *field);

// What is asked in vain (hindrances_webhooks.c): webhooks that would be asked for the tree, and API
// services, of which the Service is gone and nothing could bring it back. Blocks.
int hindrances_of_webhooks(struct hindrances *h, struct err **err) MUST_CHECK;

// Whether a webhook would be asked for objects of the tree, as far as that can be told: `example`
// becomes one of them (hindrances_match.c). Blocks, at most for discovery.
int hindrances_match(struct hindrances *h, const struct node *webhook, bool *matches,
                     char **example, struct err **err) MUST_CHECK;

#endif
