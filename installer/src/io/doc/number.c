// SPDX-License-Identifier: Apache-2.0
// Floating point numbers as the formats print them.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "io/doc/doc_int.h"

void number_format_key(double value, char out[NUMBER_TEXT_MAX])
{
    char text[NUMBER_BYTES_MAX];

    if (isfinite((float)value))
        number_format(value, true, 'g', text);
    else
        snprintf(text, sizeof(text), "%s", value < 0 ? "-.inf" : ".inf");
    memcpy(out, text, NUMBER_TEXT_MAX);
}

void number_format_json(double value, char out[NUMBER_TEXT_MAX])
{
    double size = fabs(value);
    bool fixed = size == 0 || (size >= 1e-6 && size < 1e21);
    char text[NUMBER_BYTES_MAX];
    char *exponent;

    number_format(value, false, fixed ? 'f' : 'e', text);
    exponent = fixed ? NULL : strchr(text, 'e');
    if (exponent && exponent[2] == '0') // "e-07", always with two digits
        memmove(exponent + 2, exponent + 3, 2);
    memcpy(out, text, NUMBER_TEXT_MAX);
}

double node_double(const struct node *n, double otherwise)
{
    double value;

    if (!node_is(n, NODE_INT) && !node_is(n, NODE_FLOAT))
        return otherwise;
    return number_parse(n->text, &value) ? value : otherwise;
}

void node_set_double(struct doc *d, struct node *n, double value)
{
    char text[NUMBER_TEXT_MAX];
    char source[NUMBER_BYTES_MAX];

    if (value == trunc(value) && fabs(value) < 1e6 && !(value == 0 && signbit(value))) {
        struct span whole; // as most numbers are, and the same in all forms

        snprintf(text, sizeof(text), "%d", (int)value);
        whole = arena_span(doc_arena(d), span_str(text));
        n->type = NODE_INT;
        doc_set_text(d, n, whole, whole);
        return;
    }
    number_format(value, false, 'g', source);
    // Between -2^63 and 2^64, which its digits in JSON round to the outside, it is read back as an
    // integer.
    if (value == trunc(value) && value > -9223372036854775808.0 && value < 18446744073709551616.0) {
        number_format_json(value, text);
        n->type = NODE_INT;
    } else {
        memcpy(text, source, sizeof(text));
        n->type = NODE_FLOAT;
    }
    doc_set_text(d, n, span_str(strcmp(text, "-0") == 0 ? "0" : text),
                 arena_span(doc_arena(d), span_str(source)));
}
