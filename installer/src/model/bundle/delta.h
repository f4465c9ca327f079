// SPDX-License-Identifier: Apache-2.0
// Between the files of model/bundle: what a delta leaves out, as the list behind its index says.
#ifndef MODEL_BUNDLE_DELTA_H
#define MODEL_BUNDLE_DELTA_H

#include "model/bundle/plan.h"

struct delta {
    struct digest since; // identity of the bundle that has what is left out
    bool *left_out;      // by blob of the index, in its arena
    size_t size;         // of the list in bytes
};

// What a plan leaves out.
void delta_choose(struct delta *d, struct index *index, const struct bundle_plan *p);

// "since <digest>", then the digests of what is left out in the order of the index, a line each.
void delta_write(const struct delta *d, const struct index *index, struct buf *out);
// ERR_INTEGRITY for anything but what delta_write() gives.
int delta_parse(struct delta *d, struct index *index, struct span text, struct err **err)
    MUST_CHECK;

// Gives the blobs that are held their places behind the list, which is at `at`, and the index the
// size of the file.
void delta_lay_out(const struct delta *d, struct index *index, uint64_t at);

#endif
