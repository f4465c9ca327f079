// SPDX-License-Identifier: Apache-2.0
// The state of one build that all files of this module share: the document that owns every node,
// the options, the schema in force, and how messages name a place in a file.
#ifndef MODEL_KUSTOMIZE_KUST_H
#define MODEL_KUSTOMIZE_KUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/kustomize.h"

struct resmap;
struct regex;
struct schemas;
struct transformer_config;

struct kust {
    struct doc *doc;
    struct arena *arena; // the doc's
    const struct kustomize_options *options;
    struct schemas *schemas; // for strategic merges; the first `openapi` wins
    bool schema_set;         // an `openapi` field was seen
    bool schema_used;        // a patch was merged by the built-in schemas
    bool unknown_scope;      // a resource was added whose kind the built-in schemas do not know
    const struct transformer_config *defaults; // the built-in transformer configuration
    bool build_metadata;                       // the root has `buildMetadata`
    bool track_transformers;                   // note which transformers touched what
    uint32_t mark;                             // of the last search in an index
    unsigned depth;                            // nested kustomizations, to stop runaway trees
    VEC(struct resmap *) resmaps;              // all that were made: their indexes are heap memory
    VEC(struct regex *) regexes;               // all that were compiled
};

#define KUST_DEPTH_MAX 200 // nested kustomizations

// "<file>:<line>" of a node, or just the file when the line is unknown; in the arena.
const char *kust_where(struct kust *k, const struct node *at);

// Puts that place, when it is known, in front of *err. Returns -1.
int kust_wrap(struct kust *k, const struct node *at, struct err **err);

// ERR_CONFIG "<file>:<line>: <message>" (no place when `at` is NULL or was made by the program).
int kust_fail(struct kust *k, const struct node *at, struct err **err, const char *fmt, ...)
    PRINTF(4, 5);

// The same as ERR_UNSUPPORTED.
int kust_unsupported(struct kust *k, const struct node *at, struct err **err, const char *fmt, ...)
    PRINTF(4, 5);

// A path of the tree as messages show it: relative to options->relative_to when it lies below.
const char *kust_show(struct kust *k, const char *path);

#endif
