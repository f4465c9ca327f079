// SPDX-License-Identifier: Apache-2.0
// What is said of a leftover.
#ifndef WORK_TEARDOWN_PROOF_LEFTOVERS_H
#define WORK_TEARDOWN_PROOF_LEFTOVERS_H

#include "work/teardown/proof/remains.h"

// The cause that it is listed under, why it is there, and what to do about it, in r->arena. Reads
// it again where its metadata does not tell; it->is_gone when it is gone by then. Blocks. ERR_API,
// ERR_CANCELLED.
int leftovers_describe(struct remains *r, struct remain *it, struct leftover *leftover,
                       struct err **err) MUST_CHECK;

// The place of a cause in the list: what blocks others comes first.
int leftovers_rank(const char *cause);

#endif
