// SPDX-License-Identifier: Apache-2.0
// Walks a pattern token by token, as Go's parser does: what means the same in PCRE2 is copied, what
// differs is rewritten, everything else is an error in Go's words. So PCRE2 never sees a construct
// that Go has not.
#include "io/regex/translate.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "io/regex.h"
#include "io/regex/class.h"

// What a repetition may apply to.
struct atom {
    bool is_there;
    unsigned copies; // how often repetitions with a number repeat what is in it
};

struct translator {
    struct span pattern;
    struct span rest;
    struct buf *out;
    struct regex_names *names;
    struct atom last;
    struct span repeated; // the rest at the repetition that was the last token; else without ptr
    VEC(unsigned) open;   // groups, each with the copies of what it holds so far
    unsigned copies;      // the same outside of all groups
    struct err **err;
};

static int refuse(const struct translator *t, const char *what, struct span part)
{
    return err_set(t->err, ERR_CONFIG, "%s: `%.*s`", what, SPAN_ARG(part));
}

// The first `len` bytes of the rest are to blame.
static int refuse_head(const struct translator *t, const char *what, size_t len)
{
    return refuse(t, what, span_head(t->rest, len));
}

static char peek(const struct translator *t, size_t i)
{
    return i < t->rest.len ? t->rest.ptr[i] : '\0';
}

static void copy(struct translator *t, size_t len)
{
    buf_add_span(t->out, span_head(t->rest, len));
    t->rest = span_tail(t->rest, len);
}

static void replace(struct translator *t, size_t len, const char *with)
{
    buf_add_str(t->out, with);
    t->rest = span_tail(t->rest, len);
}

static unsigned *group_copies(struct translator *t)
{
    return t->open.len ? &t->open.items[t->open.len - 1] : &t->copies;
}

static void atom_done(struct translator *t, unsigned copies)
{
    t->last = (struct atom){true, copies};
    if (copies > *group_copies(t))
        *group_copies(t) = copies;
}

static void add_rune(struct translator *t, uint32_t rune)
{
    buf_printf(t->out, "\\x{%x}", (unsigned)rune);
}

// --- characters and their escapes ---

// The length of the character at `at`, or -1.
static int rune_at(const struct translator *t, size_t at, uint32_t *rune)
{
    struct span from = span_tail(t->rest, at);
    size_t len = text_rune(from, rune);

    return len ? (int)len : refuse(t, "invalid UTF-8", from);
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

static int hex_digit(char c)
{
    if (!isxdigit((unsigned char)c))
        return -1;
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static int refuse_escape(const struct translator *t, size_t len)
{
    return refuse_head(t, "invalid escape sequence", len);
}

// Of a character that does not belong there.
static int refuse_escape_at(const struct translator *t, size_t at)
{
    uint32_t rune;
    int len = at < t->rest.len ? rune_at(t, at, &rune) : 0;

    return len < 0 ? -1 : refuse_escape(t, at + (size_t)len);
}

// \x7F
static int short_hex(struct translator *t, size_t *len, uint32_t *rune)
{
    int high = hex_digit(peek(t, 2)), low = hex_digit(peek(t, 3));

    if (high < 0 || low < 0)
        return refuse_escape_at(t, t->rest.len > 2 ? 3 : 2);
    *rune = (uint32_t)(high * 16 + low);
    *len = 4;
    return 0;
}

// \x{10FFFF}
static int hex_escape(struct translator *t, size_t *len, uint32_t *rune)
{
    size_t at = 3;

    if (peek(t, 2) != '{')
        return short_hex(t, len, rune);
    *rune = 0;
    for (; hex_digit(peek(t, at)) >= 0; at++) {
        *rune = *rune * 16 + (uint32_t)hex_digit(peek(t, at));
        if (*rune > 0x10ffff)
            return refuse_escape(t, at + 1);
    }
    if (peek(t, at) != '}' || at == 3)
        return refuse_escape_at(t, at);
    *len = at + 1;
    return 0;
}

// \0 to \077, or \1 to \7 with a second octal digit; else it would be a back reference.
static int octal_escape(struct translator *t, size_t *len, uint32_t *rune)
{
    size_t at = 1;

    if (peek(t, 1) != '0' && (!is_octal(peek(t, 1)) || !is_octal(peek(t, 2))))
        return refuse_escape(t, 2);
    *rune = 0;
    for (; at < 4 && is_octal(peek(t, at)); at++)
        *rune = *rune * 8 + (uint32_t)(peek(t, at) - '0');
    *len = at;
    return 0;
}

// The escape of one character, `*len` bytes long.
static int char_escape(struct translator *t, size_t *len, uint32_t *rune)
{
    static const char letters[] = "aftnrv", means[] = "\a\f\t\n\r\v";
    const char *letter;
    int size;

    if (t->rest.len < 2)
        return refuse(t, "trailing backslash at end of expression", SPAN_EMPTY);
    size = rune_at(t, 1, rune);
    if (size < 0)
        return -1;
    if (*rune == 'x')
        return hex_escape(t, len, rune);
    if (*rune >= '0' && *rune <= '9')
        return octal_escape(t, len, rune);
    *len = 1 + (size_t)size;
    if (*rune >= 0x80)
        return refuse_escape(t, *len);
    letter = strchr(letters, (char)*rune);
    if (letter && *letter)
        *rune = (unsigned char)means[letter - letters];
    else if (isalnum((unsigned char)*rune))
        return refuse_escape(t, *len);
    return 0;
}

// \p{Greek}, \pN, \P{^Greek}
static int unicode_class(struct translator *t)
{
    struct span name;
    bool negated = peek(t, 1) == 'P';
    size_t len = 2, end;

    if (peek(t, 2) == '{') {
        end = span_find(t->rest, '}');
        if (end >= t->rest.len)
            return refuse(t, "invalid character class range", t->rest);
        name = span_of(t->rest.ptr + 3, end - 3);
        len = end + 1;
    } else {
        uint32_t rune;
        int size = rune_at(t, 2, &rune);

        if (size < 0)
            return -1;
        name = span_of(t->rest.ptr + 2, (size_t)size);
        len += (size_t)size;
    }
    if (span_skip(&name, "^"))
        negated = !negated;
    if (!regex_unicode_class(name, negated, t->out))
        return refuse_head(t, "invalid character class range", len);
    t->rest = span_tail(t->rest, len);
    return 0;
}

// \d, \S, \pL and the like. 1 when there was one, 0 when not.
static int class_escape(struct translator *t, bool in_class)
{
    char c = peek(t, 1);

    if (peek(t, 0) != '\\' || !c)
        return 0;
    if (c == 'p' || c == 'P')
        return unicode_class(t) < 0 ? -1 : 1;
    if (c == 's')
        replace(t, 2, in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
    else if (c == 'S')
        replace(t, 2,
                in_class ? "\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\x{10ffff}" : "[^\\t\\n\\f\\r ]");
    else if (strchr("dDwW", c))
        copy(t, 2);
    else
        return 0;
    return 1;
}

static int literal(struct translator *t)
{
    uint32_t rune;
    int len = rune_at(t, 0, &rune);

    if (len < 0)
        return -1;
    if (rune < 0x80 && !isalnum((unsigned char)rune))
        add_rune(t, rune);
    else
        buf_add_span(t->out, span_head(t->rest, (size_t)len));
    t->rest = span_tail(t->rest, (size_t)len);
    atom_done(t, 1);
    return 0;
}

// \Q...\E
static int quoted(struct translator *t)
{
    struct span after = span_tail(t->rest, 2);
    size_t end = span_search(after, SPAN("\\E"));

    t->rest = span_head(after, end);
    while (t->rest.len)
        if (literal(t) < 0)
            return -1;
    t->rest = span_tail(after, end + 2);
    return 0;
}

// Go repeats what has no width, too; PCRE2 only when it is in a group.
static void assertion(struct translator *t, size_t len)
{
    bool repeats = peek(t, len) && strchr("*+?{", peek(t, len));

    if (repeats)
        buf_add_str(t->out, "(?:");
    copy(t, len);
    if (repeats)
        buf_add_char(t->out, ')');
    atom_done(t, 1);
}

static int escape(struct translator *t)
{
    char c = peek(t, 1);
    size_t len = 0;
    uint32_t rune = 0;
    int class;

    if (c == 'Q')
        return quoted(t);
    if (c && strchr("AbBz", c)) {
        assertion(t, 2);
        return 0;
    }
    class = class_escape(t, false);
    if (class < 0)
        return -1;
    if (!class) {
        if (char_escape(t, &len, &rune) < 0)
            return -1;
        add_rune(t, rune);
        t->rest = span_tail(t->rest, len);
    }
    atom_done(t, 1);
    return 0;
}

// --- classes ---

// [:alpha:] and the like. 1 when there was one, 0 when not.
static int posix_class(struct translator *t)
{
    size_t end;

    if (t->rest.len < 3 || peek(t, 0) != '[' || peek(t, 1) != ':')
        return 0;
    end = span_search(span_tail(t->rest, 2), SPAN(":]"));
    if (end >= t->rest.len - 2)
        return 0;
    if (!regex_is_posix_class(span_head(t->rest, end + 4)))
        return refuse_head(t, "invalid character class range", end + 4);
    copy(t, end + 4);
    return 1;
}

static int class_char(struct translator *t, struct span whole, uint32_t *rune)
{
    size_t len;
    int size;

    if (!t->rest.len)
        return refuse(t, "missing closing ]", whole);
    if (peek(t, 0) == '\\') {
        if (char_escape(t, &len, rune) < 0)
            return -1;
    } else {
        size = rune_at(t, 0, rune);
        if (size < 0)
            return -1;
        len = (size_t)size;
    }
    t->rest = span_tail(t->rest, len);
    return 0;
}

// One character, or two with a hyphen between them.
static int class_range(struct translator *t, struct span whole)
{
    struct span from = t->rest;
    uint32_t low, high;

    if (class_char(t, whole, &low) < 0)
        return -1;
    high = low;
    if (t->rest.len >= 2 && peek(t, 0) == '-' && peek(t, 1) != ']') {
        t->rest = span_tail(t->rest, 1);
        if (class_char(t, whole, &high) < 0)
            return -1;
        if (high < low)
            return refuse(t, "invalid character class range",
                          span_head(from, from.len - t->rest.len));
    }
    add_rune(t, low);
    if (high != low) {
        buf_add_char(t->out, '-');
        add_rune(t, high);
    }
    return 0;
}

static int class(struct translator *t)
{
    struct span whole = t->rest;
    bool first = true;

    copy(t, 1);
    if (peek(t, 0) == '^')
        copy(t, 1);
    for (; peek(t, 0) != ']' || first; first = false) {
        int named = posix_class(t);

        if (!named)
            named = class_escape(t, true);
        if (named < 0 || (!named && class_range(t, whole) < 0))
            return -1;
    }
    copy(t, 1);
    atom_done(t, 1);
    return 0;
}

// --- groups ---

static int open_group(struct translator *t)
{
    if (t->open.len >= REGEX_DEPTH_MAX)
        return refuse(t, "expression nests too deeply", t->pattern);
    vec_push(&t->open, 1);
    t->last.is_there = false;
    return 0;
}

static int close_group(struct translator *t)
{
    unsigned copies;

    if (!t->open.len)
        return refuse(t, "unexpected )", t->pattern);
    copies = t->open.items[--t->open.len];
    copy(t, 1);
    atom_done(t, copies);
    return 0;
}

// (?P<name> and (?<name>, whose `start` has that length. PCRE2 is stricter with names, and does
// not need them.
static int named_group(struct translator *t, size_t start)
{
    size_t end = span_find(t->rest, '>');
    struct span name;

    if (end >= t->rest.len)
        return refuse(t, "invalid named capture", t->rest);
    name = span_of(t->rest.ptr + start, end - start);
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) && name.ptr[i] != '_')
            name.len = 0;
    if (!name.len)
        return refuse_head(t, "invalid named capture", end + 1);
    vec_push(&t->names->of, name);
    replace(t, end + 1, "(");
    return open_group(t);
}

// (?flags) and (?flags:
static int flags(struct translator *t)
{
    size_t len = 2;
    bool minus = false, some = false;
    char c;

    for (; (c = peek(t, len)) && strchr("imsU-", c) && !(c == '-' && minus); len++) {
        some = c != '-';
        minus |= c == '-';
    }
    if ((c != ':' && c != ')') || (minus && !some)) {
        uint32_t rune;
        int size = len < t->rest.len ? rune_at(t, len, &rune) : 0;

        return size < 0 ? -1
                        : refuse_head(t, "invalid or unsupported Perl syntax", len + (size_t)size);
    }
    copy(t, len + 1);
    return c == ':' ? open_group(t) : 0;
}

static int group(struct translator *t)
{
    if (peek(t, 1) != '?') {
        vec_push(&t->names->of, SPAN_EMPTY);
        copy(t, 1);
        return open_group(t);
    }
    if (t->rest.len > 4 && peek(t, 2) == 'P' && peek(t, 3) == '<')
        return named_group(t, 4);
    if (t->rest.len > 3 && peek(t, 2) == '<')
        return named_group(t, 3);
    return flags(t);
}

// --- repetitions ---

// The number at *at, -1 when there is none, more than REGEX_REPEAT_MAX when it is too big.
static int repeat_number(const struct translator *t, size_t *at)
{
    int value = -1;

    if (peek(t, *at) == '0' && isdigit((unsigned char)peek(t, *at + 1)))
        return -1;
    for (; isdigit((unsigned char)peek(t, *at)); (*at)++)
        if (value <= REGEX_REPEAT_MAX)
            value = (value < 0 ? 0 : value * 10) + (peek(t, *at) - '0');
    return value;
}

// A repetition: `len` bytes without the "?" that may follow.
struct repeat {
    size_t len;
    int least, most; // `most` is -1 for any number
};

// {n}, {n,} or {n,m}; false when the brace is an ordinary character.
static bool read_braces(const struct translator *t, struct repeat *r)
{
    size_t at = 1;

    r->least = r->most = repeat_number(t, &at);
    if (r->least < 0)
        return false;
    if (peek(t, at) == ',') {
        at++;
        r->most = repeat_number(t, &at);
        if (r->most < 0 && peek(t, at) != '}')
            return false;
    }
    r->len = at + 1;
    return peek(t, at) == '}';
}

static int repeat(struct translator *t, const struct repeat *r)
{
    struct span from = t->rest;
    size_t len = r->len + (peek(t, r->len) == '?');
    unsigned times = (unsigned)(r->most < 0 ? r->least : r->most);

    if (t->repeated.ptr)
        return refuse(t, "invalid nested repetition operator",
                      span_of(t->repeated.ptr, (size_t)(from.ptr - t->repeated.ptr) + len));
    if (!t->last.is_there)
        return refuse_head(t, "missing argument to repetition operator", len);
    if (times && (r->least >= 2 || r->most >= 2) && times * t->last.copies > REGEX_REPEAT_MAX)
        return refuse_head(t, "invalid repeat count", len);
    copy(t, len);
    atom_done(t, r->most == 0 ? 1 : (times ? times : 1) * t->last.copies);
    t->repeated = from;
    return 0;
}

static int brace(struct translator *t)
{
    struct repeat r;

    if (!read_braces(t, &r))
        return literal(t);
    if (r.least > REGEX_REPEAT_MAX || r.most > REGEX_REPEAT_MAX ||
        (r.most >= 0 && r.least > r.most))
        return refuse_head(t, "invalid repeat count", r.len);
    return repeat(t, &r);
}

static int token(struct translator *t)
{
    switch (peek(t, 0)) {
    case '\\': return escape(t);
    case '[': return class(t);
    case '(': return group(t);
    case ')': return close_group(t);
    case '{': return brace(t);
    case '*':
    case '+':
    case '?': return repeat(t, &(struct repeat){.len = 1, .most = -1});
    case '|':
        copy(t, 1);
        t->last.is_there = false;
        return 0;
    case '^':
    case '$': assertion(t, 1); return 0;
    case '.':
        copy(t, 1);
        atom_done(t, 1);
        return 0;
    default: return literal(t);
    }
}

static int tokens(struct translator *t)
{
    while (t->rest.len) {
        struct span before = t->repeated;

        if (token(t) < 0)
            return -1;
        if (t->repeated.ptr == before.ptr)
            t->repeated = (struct span){NULL, 0};
    }
    if (t->open.len)
        return refuse(t, "missing closing )", t->pattern);
    return 0;
}

int regex_translate(struct span pattern, struct buf *out, struct regex_names *names,
                    struct err **err)
{
    struct translator t = {
        .pattern = pattern, .rest = pattern, .out = out, .names = names, .copies = 1, .err = err};
    int result = tokens(&t);

    vec_free(&t.open);
    return result;
}
