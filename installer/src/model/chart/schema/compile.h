// SPDX-License-Identifier: Apache-2.0
// Makes schemas of documents.
#ifndef MODEL_CHART_SCHEMA_COMPILE_H
#define MODEL_CHART_SCHEMA_COMPILE_H

#include "model/chart/schema/resources.h"

// Judges a part of a document that a reference led to: whether it is a schema at all.
typedef int (*schema_check_part)(void *data, const struct schema_document *document,
                                 struct span pointer, struct err **err);

struct schema_compiler {
    struct schema_documents documents;
    bool asserts_formats; // whatever the draft says: for the schemas of schemas
    struct map schemas;   // by URL and pointer
    VEC(struct schema *) queue;
    size_t filled; // the first of them, which are whole
    VEC(struct regex *) patterns;
    schema_check_part check; // or NULL
    void *data;              // for it
};

// The schema at a place of a document, with all that it refers to. ERR_CONFIG.
struct schema *schema_compile(struct schema_compiler *c, struct span url, struct err **err)
    MUST_CHECK;

void schema_compiler_free(struct schema_compiler *c); // a CLEANUP

#endif
