// SPDX-License-Identifier: Apache-2.0
// Between the files of model/bundle: a bundle that is open.
#ifndef MODEL_BUNDLE_READER_H
#define MODEL_BUNDLE_READER_H

#include "model/bundle/delta.h"

#define READER_BAD_SIGNATURE_AREA "the signature area has bytes that must be zero"
#define READER_BAD_FILE_HINT                                                                       \
    "copy it from where it was made again, or remove it and run 'sandstrap bundle build'"

struct bundle {
    int fd; // -1 for a head
    char *path;
    struct digest identity;
    size_t index_size;
    struct index index;
    bool is_delta;
    struct delta delta; // when it is one
};

bool reader_is_zero(const unsigned char *data, size_t len);

// What a head says to whoever wants its blobs: ERR_UNSUPPORTED. Returns -1.
int reader_no_blobs(const struct bundle *b, struct err **err);

#endif
