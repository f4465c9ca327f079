// SPDX-License-Identifier: Apache-2.0
// The journal: what sandstrap has made or adopted in a cluster, as data, and how it is written down
// (docs/internals/record.md). Pure; where it is kept is cluster/record/record.h's.
#ifndef MODEL_JOURNAL_H
#define MODEL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/span.h"

// One object that was applied, or is about to be.
struct journal_entry {
    struct identity id;
    const char *version; // the API version that it was applied in: "v1"
    const char *uid;     // "" until the API server has answered
    const char *digest;  // "sha256:…" of the object as the tree had it
    const char *layer;   // name of its layer
    bool adopted;        // somebody else had made it before
};

struct journal;

struct journal *journal_new(void) MUST_CHECK RETURNS_NONNULL;
void journal_free(struct journal *j); // NULL-safe
CLEANUP_DEFINE(journal_cleanup, struct journal, journal_free);

// The names of the layers, in their order, those that are no longer in the tree too: a tree's
// layers take their places among those that were known before.
void journal_set_layers(struct journal *j, const char *const *names, size_t count);
const char *const *journal_layers(const struct journal *j, size_t *count);

// Adds the entry of that object, or puts it in the place of the one that it has; copies all of it.
void journal_put(struct journal *j, const struct journal_entry *entry);
void journal_remove(struct journal *j, const struct identity *id);
// The entry, or NULL; borrowed until the next change.
const struct journal_entry *journal_find(const struct journal *j, const struct identity *id);
// All entries in the order in which they came; borrowed until the next change.
const struct journal_entry *const *journal_entries(const struct journal *j, size_t *count);

// Writes it as pages of at most `page_max` bytes each (gzip JSON, no page depends on another one;
// the same journal gives the same bytes), and takes in a page. ERR_INTEGRITY names what of `what`
// is not understood: an unknown format, a field, a value; nothing of that page is taken in then.
typedef int journal_page_fn(void *data, size_t page, struct span bytes, struct err **err);
int journal_write(const struct journal *j, size_t page_max, journal_page_fn *page, void *data,
                  struct err **err) MUST_CHECK;
int journal_read(struct journal *j, struct span page, const char *what, struct err **err)
    MUST_CHECK;

#endif
