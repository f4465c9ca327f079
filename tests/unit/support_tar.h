// SPDX-License-Identifier: Apache-2.0
// Tars as Go's archive/tar writes them, and with it helm package: of the kind that is read in
// place.
#ifndef SUPPORT_TAR_H
#define SUPPORT_TAR_H

#include "base/buf.h"

enum { TAR_BLOCK = 512 };

// The path has less than 100 bytes.
void tar_put_file(struct buf *tar, const char *path, unsigned mode, struct span content);
void tar_put_end(struct buf *tar);

// The checksum of a header, over itself as blanks.
void tar_put_checksum(char *header);

#endif
