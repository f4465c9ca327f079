// SPDX-License-Identifier: Apache-2.0
// Timestamps in plain scalars.
#ifndef IO_DOC_TIMESTAMP_H
#define IO_DOC_TIMESTAMP_H

#include "io/doc/doc_int.h"

// Whether the text is a timestamp; then *out is one, as Go writes it.
bool timestamp_resolve(struct span text, struct scalar *out);

#endif
