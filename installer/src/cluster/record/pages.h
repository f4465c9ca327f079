// SPDX-License-Identifier: Apache-2.0
// Pages in ConfigMaps: "journal-1", "journal-2", … of the record's namespace, each with the bytes
// of one page. Whatever a write is killed in the middle of, all that was written before is still
// there (docs/internals/record.md).
#ifndef CLUSTER_RECORD_PAGES_H
#define CLUSTER_RECORD_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/kube.h"

struct page {
    uint64_t number;
    char *version; // resourceVersion
    char *bytes;
    size_t len;
    uint64_t of; // how many there are of its kind; 0: not said
};

// Starts with all but `items`.
struct pages {
    struct kube *kube;
    const struct budget *budget; // of the writes
    const char *ns, *kind;       // kind: "journal", "snapshot"
    VEC(struct page) items;      // as the cluster has them, in the order of their numbers
};

// Reads those that are there, also of a namespace that is not. Blocks. ERR_INTEGRITY: one holds no
// page; ERR_API, ERR_CANCELLED.
int pages_load(struct pages *p, struct err **err) MUST_CHECK;

// Makes them these. One that changes alone is replaced; of several, the new ones are there before
// the old ones go. The namespace has to be there. Blocks. ERR_PREFLIGHT: somebody else has written
// meanwhile; ERR_API, ERR_CANCELLED.
int pages_save(struct pages *p, const struct span *bytes, size_t count, struct err **err)
    MUST_CHECK;

// Whether none is missing of those that were saved together.
bool pages_are_complete(const struct pages *p);

// "ConfigMap sandstrap-system/journal-1", for messages; the caller frees it.
char *pages_label(const struct pages *p, const struct page *page) MUST_CHECK RETURNS_NONNULL;

void pages_forget(struct pages *p);
// Also a CLEANUP for variables of type `struct pages`.
void pages_free(struct pages *p);

#endif
