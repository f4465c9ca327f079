// SPDX-License-Identifier: Apache-2.0
// Text that came from elsewhere: whether it is UTF-8, and a form of it that is safe to show.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

// The length of the well-formed UTF-8 sequence (RFC 3629) at the start of `s`, which is not empty,
// with the rune that it stands for; 0 when there is none.
size_t text_rune(struct span s, uint32_t *rune);

// Writes a rune (not a surrogate, at most U+10FFFF) as UTF-8; its length.
size_t text_encode(uint32_t rune, char out[4]);

// True when all of `s` is valid UTF-8.
bool text_is_utf8(struct span s);

// `s` without anything that could steer a terminal or break a line: control characters (those of
// U+0080 to U+009F too) and bytes that are no UTF-8 become \n, \t or \x1b. With `lines` a newline
// stays what it is. The caller frees it.
char *text_plain(struct span s, bool lines) MUST_CHECK RETURNS_NONNULL;

#endif
