// SPDX-License-Identifier: Apache-2.0
// The state of Go's fmt while it prints one operand, and what is printed with it.
#ifndef IO_TEMPLATE_FORMAT_PRINTER_H
#define IO_TEMPLATE_FORMAT_PRINTER_H

#include "io/template.h"

// Lists within lists: past it the output counts as too large, because a value may hold itself.
#define PRINT_DEPTH_MAX 500

struct printer {
    struct buf *out;
    bool has_width, has_precision;
    bool minus, plus, sharp, space, zero;
    bool go_syntax; // %#v
    bool names;     // %+v: of a struct's fields
    int width, precision;
    unsigned depth;
};

// Adds a text of `len` bytes that stands for as many columns as it has runes, padded to the width.
void printer_pad(struct printer *p, struct span text);
// The same without zeros.
void printer_pad_blank(struct printer *p, struct span text);
void printer_padding(struct printer *p, int count);

// Each returns false when the verb is not one for such a value; nothing was printed then.
bool printer_bool(struct printer *p, bool b, uint32_t verb);
bool printer_integer(struct printer *p, uint64_t u, bool is_signed, uint32_t verb);
bool printer_float(struct printer *p, double value, uint32_t verb);
bool printer_text(struct printer *p, struct span text, uint32_t verb);

// Any value by any verb, with Go's words for a verb that does not fit.
void printer_value(struct printer *p, const struct value *v, uint32_t verb);

// strconv.Quote and QuoteRune, and their ToASCII.
void quote_text(struct buf *out, struct span text, bool ascii);
void quote_rune(struct buf *out, uint32_t rune, bool ascii);

#endif
