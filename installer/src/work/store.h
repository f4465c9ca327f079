// SPDX-License-Identifier: Apache-2.0
// Bundles in a blob store (model/blobstore.h): put there with the blobs that are missing, listed,
// found by the beginning of an identity, verified; and what none of them names is collected.
#ifndef WORK_STORE_H
#define WORK_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cancel.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/report.h"
#include "base/vec.h"
#include "model/blobstore.h"
#include "model/bundle.h"

// Where it is when nothing else is said.
#define STORE_PATH "/var/lib/sandstrap/store"

// Copies what the store lacks of a bundle, on all cores; each blob is hashed on its way, and goes
// on where an interrupted copy left it. The room is looked at first: ERR_CONFIG says how much is
// missing, and what collecting would free. ERR_INTEGRITY names the artifact; ERR_CANCELLED soon
// after `cancel` (may be NULL) is set. Tells how far it is about once a second. Blocks.
int store_copy(struct blobstore *s, const struct bundle *b, struct report *report,
               struct cancel *cancel, struct blobstore_sum *copied, struct err **err) MUST_CHECK;
// Then this puts the bundle on the list.
int store_install(struct blobstore *s, const struct bundle *b, struct err **err) MUST_CHECK;

// An installed bundle.
struct store_bundle {
    struct digest identity;
    struct bundle *head; // NULL when it cannot be read:
    struct err *problem;
    struct blobstore_sum blobs, missing;
};
struct store_bundles {
    VEC(struct store_bundle) items; // oldest first
};
// Reads each head. ERR_CONFIG.
int store_list(const struct blobstore *s, struct store_bundles *list, struct err **err) MUST_CHECK;
void store_bundles_free(struct store_bundles *list);

// The installed bundle whose identity begins with these digits ("sha256:" may be in front).
// ERR_USAGE when there is none, or several, or too few digits.
#define STORE_PREFIX_DIGITS_MIN 4
int store_identify(const struct blobstore *s, const char *prefix, struct digest *identity,
                   struct err **err) MUST_CHECK;

// Collects what no installed bundle names. ERR_INTEGRITY when one of them cannot be read: what it
// names is not known then.
int store_collect(struct blobstore *s, bool dry_run, struct blobstore_sum *freed, struct err **err)
    MUST_CHECK;

// Verifies every head and every blob. Each wrong one is taken away, with a warning that says which
// bundle and artifact lacks it now; ERR_INTEGRITY at the end. Blobs that are not there are told,
// too. Blocks.
int store_verify(struct blobstore *s, struct report *report, struct cancel *cancel,
                 struct blobstore_sum *verified, struct err **err) MUST_CHECK;

#endif
