// SPDX-License-Identifier: Apache-2.0
// Runes as Go's packages unicode and utf8 have them, whatever the locale: classes, cases, and the
// walk over a text that need not be UTF-8.
#ifndef BASE_RUNE_H
#define BASE_RUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

// What stands for bytes that are no UTF-8.
#define RUNE_BAD UINT32_C(0xfffd)

// Takes the rune at the start of a text that is not empty. RUNE_BAD for a bad byte, which is one
// byte long.
uint32_t rune_next(struct span *s);
// The same at its end.
uint32_t rune_last(struct span *s);

// unicode.IsLetter, IsDigit (Nd: decimal digits of all scripts), IsUpper, IsLower, IsTitle (one
// rune that is two letters), IsNumber (also fractions and the like), IsPunct, IsSpace.
bool rune_is_letter(uint32_t rune);
bool rune_is_digit(uint32_t rune);
bool rune_is_upper(uint32_t rune);
bool rune_is_lower(uint32_t rune);
bool rune_is_title(uint32_t rune);
bool rune_is_number(uint32_t rune);
bool rune_is_punct(uint32_t rune);
bool rune_is_space(uint32_t rune);
// unicode.IsPrint: what has ink, and the blank.
bool rune_is_print(uint32_t rune);

// unicode.ToUpper, ToLower, ToTitle: always one rune for one ("ß" stays).
uint32_t rune_upper(uint32_t rune);
uint32_t rune_lower(uint32_t rune);
uint32_t rune_title(uint32_t rune);

// strings.TrimSpace: without white space of any script at both ends.
struct span rune_trim(struct span s);

#endif
