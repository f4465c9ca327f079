// SPDX-License-Identifier: Apache-2.0
// What was asked for by name, and how often it was there: whoever wants to know whether a pull was
// served from here asks this (GET SEED_API/asked).
#ifndef WORK_AGENT_ASKED_H
#define WORK_AGENT_ASKED_H

#include "base/buf.h"
#include "base/map.h"
#include "base/span.h"

// Names that are missing are anybody's: of more than this the oldest are forgotten. What is there
// has few names, but some in many spellings: more than this are not counted.
#define ASKED_MISSING_MAX 256
#define ASKED_SERVED_MAX 16384

struct asked {
    struct map served, missing; // by name
};

void asked_free(struct asked *a);
void asked_count(struct asked *a, struct span name, bool missing);

// "<served> <missing>" of one image: a reference, short or in full, with a tag or a digest.
// ERR_USAGE when it is none.
int asked_tell(const struct asked *a, struct span image, struct buf *out, struct err **err)
    MUST_CHECK;
// "<served> <missing> <name>" a line, of all.
void asked_list(const struct asked *a, struct buf *out);

#endif
