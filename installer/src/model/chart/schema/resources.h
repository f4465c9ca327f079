// SPDX-License-Identifier: Apache-2.0
// The documents that schemas refer to: their parts with an $id of their own, and their anchors.
#ifndef MODEL_CHART_SCHEMA_RESOURCES_H
#define MODEL_CHART_SCHEMA_RESOURCES_H

#include "base/err.h"
#include "model/chart/schema/compiled.h"

#define SCHEMA_URL "file:///values.schema.json"
// What reading and judging one schema may take.
#define SCHEMA_MEMORY_BYTES ((size_t)64 << 20)

struct schema_anchor {
    struct span name, pointer;
    bool is_dynamic;
};

// A document, or a part of one that has an $id.
struct schema_resource {
    struct span pointer, id; // where it stands in the document; its URL
    enum schema_draft draft;
    VEC(struct schema_anchor) anchors; // in the arena
};

struct schema_document {
    struct span url;
    const struct node *root;
    VEC(struct schema_resource *) resources; // in the arena; the document itself first
    struct map by_pointer, by_id;            // of the resources
    struct map collected;                    // pointers whose resources are known
};

struct schema_documents {
    struct doc *d; // owns all nodes; its arena everything else
    const char *what;
    struct map by_url;
};

// The URL of a draft's own schema.
struct span schema_draft_url(enum schema_draft draft);

// Adds a document. ERR_CONFIG: drafts, ids and anchors that cannot be followed.
int schema_add_document(struct schema_documents *all, struct span url, const struct node *root,
                        struct err **err) MUST_CHECK;
// The document of a URL; those of json-schema.org are built in. ERR_CONFIG when it is another one
// that would have to be fetched.
struct schema_document *schema_get_document(struct schema_documents *all, struct span url,
                                            struct err **err) MUST_CHECK;

// The resource that a place belongs to.
struct schema_resource *schema_resource_at(const struct schema_document *document,
                                           struct span pointer);
// Makes sure that the resources below a place are known; *is_new tells that they were not: a
// reference led to where no schema is expected.
int schema_collect_at(struct schema_documents *all, struct schema_document *document,
                      struct span pointer, bool *is_new, struct err **err) MUST_CHECK;

// Follows a reference from a resource. ERR_CONFIG.
int schema_follow(struct schema_documents *all, struct schema_document *document,
                  const struct schema_resource *from, struct span reference,
                  struct schema_document **to, struct span *pointer, struct err **err) MUST_CHECK;

void schema_documents_free(struct schema_documents *all); // a CLEANUP; not the doc

#endif
