// SPDX-License-Identifier: Apache-2.0
// The seed's objects into the cluster: what is there as wanted is not written; what is written is
// put down in the record first.
#ifndef WORK_SEED_PUT_H
#define WORK_SEED_PUT_H

#include "io/doc.h"
#include "work/seed.h"

// In this order. *written counts. Blocks. ERR_API, ERR_PREFLIGHT (the lease), ERR_CANCELLED.
int put_objects(const struct seed_options *o, const struct node *const *objects, size_t count,
                size_t *written, struct err **err) MUST_CHECK;

// Deletes one of ours, by its name, with what it owns.
int put_away(const struct seed_options *o, const char *version, const char *kind, const char *name,
             struct err **err) MUST_CHECK;

#endif
