// SPDX-License-Identifier: Apache-2.0
// A resource: its node and what kustomize remembers about it on the side (earlier identities, name
// prefixes and suffixes, generator behaviour, origin). kustomize keeps these as annotations.
#ifndef MODEL_KUSTOMIZE_RESOURCE_RESOURCE_H
#define MODEL_KUSTOMIZE_RESOURCE_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/kustomize/kust.h"
#include "model/kustomize/resource/resid.h"

// Where a resource or a transformation comes from (the annotations of `buildMetadata`, the caller's
// layers). Texts are "" when they do not apply.
struct origin {
    const char *path, *repo, *ref;
    const char *configured_in;
    const char *by_api_version, *by_kind, *by_name, *by_namespace; // of the generator
    const char *field;                                             // "configMapGenerator", ...
    const char *const *chain;                                      // `resources` entries
    size_t chain_len;
};

enum behavior {
    BEHAVIOR_UNSPECIFIED,
    BEHAVIOR_CREATE,
    BEHAVIOR_REPLACE,
    BEHAVIOR_MERGE,
};

struct previous {
    struct span name, ns, kind;
};

struct resource {
    struct node *node;             // NULL once deleted
    const struct schemas *schemas; // know which kinds have no namespace
    const char *file;              // where it was read; for messages and the result
    uint32_t line;
    VEC(struct previous) previous; // oldest first
    VEC(struct span) prefixes, suffixes, var_names;
    VEC(const struct origin *) transformations;
    const struct origin *origin;
    uint32_t mark;    // of the last search that found it
    uint8_t behavior; // enum behavior
    bool add_hash;
    bool allow_name_change, allow_kind_change; // of patches
    bool helm;                                 // made by Helm, which has set its namespace
    bool shares_nodes;                         // a node may stand in several places of the tree
    bool built;                                // kustomize would hold build annotations by now
};

struct resource *resource_new(struct kust *k, struct node *node);
struct resource *resource_copy(struct kust *k, const struct resource *r);

// Deleted, or nothing left in it.
bool resource_empty(const struct resource *r);

struct span resource_api_version(const struct resource *r);
struct span resource_kind(const struct resource *r);
struct span resource_name(const struct resource *r);
struct span resource_namespace(const struct resource *r);
struct gvk resource_gvk(const struct resource *r);

// Whether the kind is known to be cluster-scoped; false for kinds that the schema does not know.
bool resource_cluster_scoped(const struct resource *r);

// The identity now, the first one, and the i-th earlier one (with today's group and version).
struct resid resource_id(const struct resource *r);
struct resid resource_original_id(const struct resource *r);
struct resid resource_previous_id(const struct resource *r, size_t i);

// Remembers the identity of now; to be called before it changes.
void resource_store_id(struct kust *k, struct resource *r);
void resource_add_previous(struct kust *k, struct resource *r, struct span name, struct span ns,
                           struct span kind);

void resource_set_name(struct kust *k, struct resource *r, struct span name);
void resource_set_kind(struct kust *k, struct resource *r, struct span kind);
// An empty namespace removes the field.
void resource_set_namespace(struct kust *k, struct resource *r, struct span ns);

// Whether the name affixes end the same way; with `allow_empty` having none fits all.
bool resource_same_affixes(const struct resource *a, const struct resource *b, bool allow_empty);

// "Deployment web (apps/v1) in namespace shop", for messages.
const char *resource_text(struct kust *k, const struct resource *r);

// "kind", "apps/v1", ... for messages; where the resource was read.
const char *resource_where(struct kust *k, const struct resource *r);

#endif
