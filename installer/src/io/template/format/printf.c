// SPDX-License-Identifier: Apache-2.0
// Sprintf: "%", flags, an index, a width, a precision, a verb.
#include "base/rune.h"
#include "base/text.h"
#include "io/template/format/printer.h"

// No width, precision or index is larger than Go's limit.
enum { NUMBER_LARGEST = 1000000 };

struct formatting {
    struct printer p;
    struct span rest; // of the format
    const struct value *args;
    size_t count, at;
    bool reordered;   // an index was used anywhere
    bool bad_index;   // in the verb at hand
    bool after_index; // what stands here comes behind "[N]"
};

// Digits, if there are any; a number that is too large takes all the rest, and is none.
static bool take_number(struct span *s, int *number)
{
    bool found = false;

    *number = 0;
    for (; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; *s = span_tail(*s, 1)) {
        if (*number > NUMBER_LARGEST) {
            *number = 0;
            *s = span_tail(*s, s->len);
            return false;
        }
        *number = *number * 10 + (s->ptr[0] - '0');
        found = true;
    }
    return found;
}

// "[N]": the operand that is next.
static void take_index(struct formatting *f)
{
    size_t end = span_find(f->rest, ']');
    struct span inner;
    int number;

    f->after_index = false;
    if (!f->rest.len || f->rest.ptr[0] != '[')
        return;
    f->reordered = true;
    if (f->rest.len < 3 || end == f->rest.len) {
        f->rest = span_tail(f->rest, 1);
        f->bad_index = true;
        return;
    }
    inner = span_of(f->rest.ptr + 1, end - 1);
    f->rest = span_tail(f->rest, end + 1);
    if (!take_number(&inner, &number) || inner.len) {
        f->bad_index = true;
        return;
    }
    f->after_index = true;
    if (number >= 1 && (size_t)number <= f->count)
        f->at = (size_t)number - 1;
    else
        f->bad_index = true;
}

// "*": a width or precision from the operands.
static bool take_star(struct formatting *f, int *number)
{
    const struct value *v = f->at < f->count ? &f->args[f->at] : NULL;

    *number = 0;
    f->after_index = false;
    if (!v)
        return false;
    f->at++;
    if (!value_is_integer(v) || (v->type == VALUE_UINT64 && v->i < 0) || v->i > NUMBER_LARGEST ||
        v->i < -NUMBER_LARGEST)
        return false;
    *number = (int)v->i;
    return true;
}

static void take_width(struct formatting *f)
{
    struct printer *p = &f->p;

    if (span_skip(&f->rest, "*")) {
        p->has_width = take_star(f, &p->width);
        if (!p->has_width)
            buf_add_str(p->out, "%!(BADWIDTH)");
        if (p->width < 0) {
            p->width = -p->width;
            p->minus = true;
            p->zero = false;
        }
        return;
    }
    p->has_width = take_number(&f->rest, &p->width);
    if (f->after_index && p->has_width) // "%[3]2d"
        f->bad_index = true;
}

static void take_precision(struct formatting *f)
{
    struct printer *p = &f->p;

    if (f->rest.len < 2 || f->rest.ptr[0] != '.')
        return;
    f->rest = span_tail(f->rest, 1);
    if (f->after_index) // "%[3].2d"
        f->bad_index = true;
    take_index(f);
    if (span_skip(&f->rest, "*")) {
        p->has_precision = take_star(f, &p->precision);
        if (p->precision < 0) {
            p->precision = 0;
            p->has_precision = false;
        }
        if (!p->has_precision)
            buf_add_str(p->out, "%!(BADPREC)");
        return;
    }
    if (!take_number(&f->rest, &p->precision))
        p->precision = 0;
    p->has_precision = true;
}

static bool take_flag(struct formatting *f)
{
    if (!f->rest.len)
        return false;
    switch (f->rest.ptr[0]) {
    case '#': f->p.sharp = true; break;
    case '0': f->p.zero = true; break;
    case '+': f->p.plus = true; break;
    case '-': f->p.minus = true; break;
    case ' ': f->p.space = true; break;
    default: return false;
    }
    f->rest = span_tail(f->rest, 1);
    return true;
}

static void add_verb_error(struct formatting *f, uint32_t verb, const char *what)
{
    char utf8[4];

    buf_add_str(f->p.out, "%!");
    buf_add(f->p.out, utf8, text_encode(verb, utf8));
    buf_add_str(f->p.out, what);
}

static void add_operand(struct formatting *f, uint32_t verb)
{
    if (verb == 'v' || verb == 'w') {
        f->p.go_syntax = f->p.sharp;
        f->p.names = f->p.plus;
        f->p.sharp = f->p.plus = false;
    }
    printer_value(&f->p, &f->args[f->at++], verb);
}

// One "%..." whose percent sign has been taken.
static void add_directive(struct formatting *f)
{
    struct buf *out = f->p.out;
    uint32_t verb;

    f->p = (struct printer){.out = out};
    f->bad_index = false;
    while (take_flag(f))
        continue;
    take_index(f);
    take_width(f);
    take_precision(f);
    if (!f->after_index)
        take_index(f);
    if (!f->rest.len) {
        buf_add_str(out, "%!(NOVERB)");
        return;
    }
    verb = rune_next(&f->rest);
    if (verb == '%')
        buf_add_char(out, '%');
    else if (f->bad_index)
        add_verb_error(f, verb, "(BADINDEX)");
    else if (f->at >= f->count)
        add_verb_error(f, verb, "(MISSING)");
    else
        add_operand(f, verb);
}

static void add_extra(struct formatting *f)
{
    struct buf *out = f->p.out;

    f->p = (struct printer){.out = out};
    buf_add_str(out, "%!(EXTRA ");
    for (size_t i = f->at; i < f->count; i++) {
        if (i > f->at)
            buf_add_str(out, ", ");
        if (f->args[i].type != VALUE_NIL) {
            buf_add_str(out, value_type_name(&f->args[i]));
            buf_add_char(out, '=');
        }
        printer_value(&f->p, &f->args[i], 'v');
    }
    buf_add_char(out, ')');
}

void value_sprintf(struct span format, const struct value *args, size_t count, struct buf *out)
{
    struct formatting f = {.p = {.out = out}, .rest = format, .args = args, .count = count};

    while (f.rest.len && !out->overflow) {
        size_t plain = span_find(f.rest, '%');

        buf_add_span(out, span_head(f.rest, plain));
        f.rest = span_tail(f.rest, plain);
        if (span_skip(&f.rest, "%"))
            add_directive(&f);
    }
    if (!f.reordered && f.at < f.count)
        add_extra(&f);
}
