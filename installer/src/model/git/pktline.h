// SPDX-License-Identifier: Apache-2.0
// The framing of git's protocol: four hexadecimal digits of length, then the payload
// (gitprotocol-common, "pkt-line Format").
#ifndef MODEL_GIT_PKTLINE_H
#define MODEL_GIT_PKTLINE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/git.h"

#define PKTLINE_HEAD_BYTES 4

enum pktline_kind { PKTLINE_DATA, PKTLINE_FLUSH, PKTLINE_DELIM, PKTLINE_END };

// Cuts the next line off *rest: its kind and, for PKTLINE_DATA, its payload without a final
// newline when `text`. ERR_SOURCE when the framing is broken.
int pktline_next(struct span *rest, bool text, enum pktline_kind *kind, struct span *payload,
                 struct err **err) MUST_CHECK;

// What the four digits at the start of `head` say: the length of the line with them, or below four
// what is no line. False when they are none. `head` has at least PKTLINE_HEAD_BYTES.
bool pktline_length(struct span head, size_t *length) MUST_CHECK;

void pktline_add(struct buf *out, const char *fmt, ...) PRINTF(2, 3);
void pktline_add_span(struct buf *out, struct span line);
void pktline_add_shallow(struct buf *out, const struct git_oid *commit);
void pktline_add_flush(struct buf *out);
void pktline_add_delim(struct buf *out);

#endif
