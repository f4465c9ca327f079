// SPDX-License-Identifier: Apache-2.0
// What the keyword "format" names.
#ifndef MODEL_CHART_SCHEMA_FORMATS_H
#define MODEL_CHART_SCHEMA_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

// False with the reason in `why`, in the words of the library.
typedef bool (*schema_format_check)(struct span text, struct buf *why);

struct schema_format {
    const char *name;
    schema_format_check check;
};

// NULL for a name that is none: it is not looked at, as the specification wants it.
const struct schema_format *schema_format_get(struct span name);

// What the checks share: false with a reason, or with one that quotes a rune; the next piece before
// a separator, of which there is always one more than there are separators.
bool format_fail(struct buf *why, const char *reason);
bool format_fail_rune(struct buf *why, const char *before, uint32_t rune, const char *after);
bool format_next_piece(struct span *rest, char separator, struct span *piece);

// By file.
bool format_json_pointer(struct span s, struct buf *why);
bool format_relative_json_pointer(struct span s, struct buf *why);
bool format_uuid(struct span s, struct buf *why);
bool format_regex(struct span s, struct buf *why);
bool format_semver(struct span s, struct buf *why);

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
