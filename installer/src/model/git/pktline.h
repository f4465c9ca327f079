// SPDX-License-Identifier: Apache-2.0
// The framing of git's protocol: four hexadecimal digits of length, then the payload
// (gitprotocol-common, "pkt-line Format").
#ifndef MODEL_GIT_PKTLINE_H
#define MODEL_GIT_PKTLINE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum pktline_kind { PKTLINE_DATA, PKTLINE_FLUSH, PKTLINE_DELIM, PKTLINE_END };

// Cuts the next line off *rest: its kind and, for PKTLINE_DATA, its payload without a final
// newline when `text`. ERR_SOURCE when the framing is broken.
int pktline_next(struct span *rest, bool text, enum pktline_kind *kind, struct span *payload,
                 struct err **err) MUST_CHECK;

void pktline_add(struct buf *out, const char *fmt, ...) PRINTF(2, 3);
void pktline_add_flush(struct buf *out);
void pktline_add_delim(struct buf *out);

#endif
