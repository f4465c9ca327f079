// SPDX-License-Identifier: Apache-2.0
// The checks of formats, each false with the reason in `why`, in the words of the library.
#ifndef MODEL_CHART_SCHEMA_FORMAT_CHECKS_H
#define MODEL_CHART_SCHEMA_FORMAT_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

// What the checks share: false with a reason, or with one that quotes a rune; the next piece before
// a separator, of which there is always one more than there are separators.
bool format_fail(struct buf *why, const char *reason);
bool format_fail_rune(struct buf *why, const char *before, uint32_t rune, const char *after);
bool format_next_piece(struct span *rest, char separator, struct span *piece);
// How many a text starts with.
size_t format_count_digits(struct span s);

// By file.
bool format_duration(struct span s, struct buf *why);
bool format_period(struct span s, struct buf *why);
bool format_date(struct span s, struct buf *why);
bool format_time(struct span s, struct buf *why);
bool format_date_time(struct span s, struct buf *why);

bool format_ipv4(struct span s, struct buf *why);
bool format_ipv6(struct span s, struct buf *why);
bool format_hostname(struct span s, struct buf *why);
bool format_email(struct span s, struct buf *why);

bool format_uri(struct span s, struct buf *why);
bool format_uri_reference(struct span s, struct buf *why);
bool format_uri_template(struct span s, struct buf *why);

#endif
