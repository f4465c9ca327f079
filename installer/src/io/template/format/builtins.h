// SPDX-License-Identifier: Apache-2.0
// What those functions of Go's package do that print, escape and index.
#ifndef IO_TEMPLATE_FORMAT_BUILTINS_H
#define IO_TEMPLATE_FORMAT_BUILTINS_H

#include "io/template.h"

// What one call may write.
#define FORMAT_MAX_BYTES ((size_t)64 << 20)

// html, js and urlquery of a text.
void escape_html(struct span text, struct buf *out);
void escape_js(struct span text, struct buf *out);
void escape_url_query(struct span text, struct buf *out);

// index and slice.
int format_index(struct template_call *call, struct value *result, struct err **err) MUST_CHECK;
int format_slice(struct template_call *call, struct value *result, struct err **err) MUST_CHECK;

#endif
