// SPDX-License-Identifier: Apache-2.0
// The bundles that the configuration names: what is there of each, what is lacking, and what is in
// the store and none of them needs. Heads and lists are kept as HOME/bundles/<identity>.head and
// .blobs.
#ifndef WORK_AGENT_WANTED_H
#define WORK_AGENT_WANTED_H

#include "work/agent/inner.h"

// A bundle's head is its index and 20 KiB.
#define WANTED_HEAD_MAX_BYTES (((size_t)64 << 20) + ((size_t)1 << 20))
#define WANTED_LIST_MAX_BYTES ((size_t)16 << 20)

struct wanted {
    struct digest identity, list;
    bool has_head, has_list;
    struct seed_blobs blobs; // of the list
    bool *here;              // by its index there
    size_t lacks;
    uint64_t lacks_bytes;
    bool installed; // in the store, whole
    bool served;
};

// After each change of the configuration: new ones are looked at, what is not named any more is
// not installed any more.
void wanted_update(struct agent *a);
void wanted_free(struct agent *a);

struct wanted *wanted_find(const struct agent *a, const struct digest *identity); // or NULL
// Where its head, or its list, is kept; the caller frees it.
char *wanted_head_path(const struct agent *a, const struct digest *identity)
    MUST_CHECK RETURNS_NONNULL;
char *wanted_list_path(const struct agent *a, const struct digest *identity)
    MUST_CHECK RETURNS_NONNULL;

// What came of it. ERR_INTEGRITY when it is not that; ERR_CONFIG.
int wanted_take_head(struct agent *a, struct wanted *w, struct span head, struct err **err)
    MUST_CHECK;
int wanted_take_list(struct agent *a, struct wanted *w, struct span list, struct err **err)
    MUST_CHECK;
// A blob came into the store. Installs what is whole with it.
void wanted_has_blob(struct agent *a, const struct digest *digest);

// Installs what is whole and could not be installed: the disk may have room by now.
void wanted_try_again(struct agent *a);

// Blobs were taken out of the store: looks at all of them again.
void wanted_look(struct agent *a);

// What is lacking, with what is there of it; appended. Lacking the list, that is nothing: the
// caller looks at has_list.
void wanted_lacks(const struct agent *a, const struct wanted *w, struct seed_blobs *out);

// Takes out of the store what no bundle of the configuration needs; nothing while a list is
// lacking, which would say, or while the configuration may be an old one.
void wanted_collect(struct agent *a);
// Where the configuration came from: a file may be a minute behind when an agent starts (that is
// how often the kubelet looks), and what it does not name yet must not go.
void wanted_trust(struct agent *a, bool at_once);

#endif
