// SPDX-License-Identifier: Apache-2.0
// Walks a pattern token by token: what means the same in Go and in PCRE2 is copied, what differs is
// rewritten, everything else is an error. So PCRE2 never sees a construct that Go has not.
#include "io/regex/translate.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "io/regex.h"

struct translator {
    struct span pattern;
    struct span rest;
    struct buf *out;
    bool can_repeat; // something stands before that a repetition may apply to
    bool repeated;   // that something is a repetition itself
    struct err **err;
};

static int refuse(const struct translator *t, const char *what)
{
    return err_set(t->err, ERR_CONFIG, "the regular expression \"%.*s\" is not valid: %s",
                   SPAN_ARG(span_head(t->pattern, 200)), what);
}

static int refuse_lacking(const struct translator *t, const char *what)
{
    refuse(t, what);
    return err_hint(t->err, "kustomize uses Go's regular expressions, which have no such thing");
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

static void atom_done(struct translator *t)
{
    t->can_repeat = true;
    t->repeated = false;
}

// --- escapes ---

// \x7F or \x{10FFFF}
static int hex_escape(struct translator *t)
{
    size_t len = 2;

    if (peek(t, 2) != '{') {
        if (!isxdigit((unsigned char)peek(t, 2)) || !isxdigit((unsigned char)peek(t, 3)))
            return refuse(t, "\\x takes two hexadecimal digits or {digits}");
        copy(t, 4);
        return 0;
    }
    while (isxdigit((unsigned char)peek(t, ++len)))
        ;
    if (peek(t, len) != '}' || len == 3 || len > 3 + 8)
        return refuse(t, "\\x takes two hexadecimal digits or {digits}");
    copy(t, len + 1);
    return 0;
}

// \p{Greek}, \pN, \P{^Greek}
static int class_escape(struct translator *t)
{
    size_t len = 2;

    if (peek(t, 2) != '{') {
        if (!isalpha((unsigned char)peek(t, 2)))
            return refuse(t, "\\p takes a letter or {name}");
        copy(t, 3);
        return 0;
    }
    len++;
    len += peek(t, len) == '^';
    while (isalnum((unsigned char)peek(t, len)) || peek(t, len) == '_')
        len++;
    if (peek(t, len) != '}')
        return refuse(t, "\\p takes a letter or {name}");
    copy(t, len + 1);
    return 0;
}

// Octal: \0 to \077, or \1 to \7 with a second octal digit; else it would be a back reference.
static int octal_escape(struct translator *t)
{
    size_t len = 2;

    if (peek(t, 1) != '0' && (peek(t, 1) > '7' || peek(t, 2) < '0' || peek(t, 2) > '7'))
        return refuse_lacking(t, "a back reference");
    while (len < 4 && peek(t, len) >= '0' && peek(t, len) <= '7')
        len++;
    buf_add_str(t->out, "\\o{");
    buf_add_span(t->out, span_of(t->rest.ptr + 1, len - 1));
    buf_add_char(t->out, '}');
    t->rest = span_tail(t->rest, len);
    return 0;
}

// Escapes that mean the same inside and outside of a class.
static int common_escape(struct translator *t, bool in_class)
{
    char c = peek(t, 1);

    if (!c)
        return refuse(t, "it ends with a backslash");
    if (c == 'x')
        return hex_escape(t);
    if (c == 'p' || c == 'P')
        return class_escape(t);
    if (isdigit((unsigned char)c))
        return octal_escape(t);
    if (c == 'v') // a vertical tab only; PCRE2 has a class of that name
        replace(t, 2, "\\x0b");
    else if (c == 's')
        replace(t, 2, in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
    else if (c == 'S')
        replace(t, 2,
                in_class ? "\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\x{10ffff}" : "[^\\t\\n\\f\\r ]");
    else if (strchr("aftnrdDwW", c) || ((unsigned char)c < 0x80 && !isalnum((unsigned char)c)))
        copy(t, 2);
    else
        return refuse_lacking(t, "an escape that is not known");
    return 0;
}

static int quoted(struct translator *t)
{
    size_t end;

    t->rest = span_tail(t->rest, 2);
    end = span_search(t->rest, SPAN("\\E"));
    for (size_t i = 0; i < end; i++) {
        char c = t->rest.ptr[i];

        if ((unsigned char)c < 0x80 && !isalnum((unsigned char)c))
            buf_add_char(t->out, '\\');
        buf_add_char(t->out, c);
    }
    t->rest = span_tail(t->rest, end + 2);
    if (end)
        atom_done(t);
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
}

static int escape(struct translator *t)
{
    char c = peek(t, 1);

    if (c == 'Q')
        return quoted(t);
    if (c && strchr("AbBz", c))
        assertion(t, 2);
    else if (common_escape(t, false) < 0)
        return -1;
    atom_done(t);
    return 0;
}

// --- classes ---

// [:alpha:] and the like; 0 when there is none here.
static size_t posix_class(const struct translator *t)
{
    size_t len = 2;

    if (peek(t, 0) != '[' || peek(t, 1) != ':')
        return 0;
    len += peek(t, len) == '^';
    while (isalpha((unsigned char)peek(t, len)))
        len++;
    return peek(t, len) == ':' && peek(t, len + 1) == ']' ? len + 2 : 0;
}

static int class_item(struct translator *t)
{
    size_t named = posix_class(t);

    if (named) {
        copy(t, named);
    } else if (peek(t, 0) == '[') {
        replace(t, 1, "\\[");
    } else if (peek(t, 0) == '\\') {
        if (peek(t, 1) == 'b')
            return refuse_lacking(t, "\\b in a class");
        return common_escape(t, true);
    } else {
        copy(t, 1);
    }
    return 0;
}

static int class(struct translator *t)
{
    copy(t, 1);
    if (peek(t, 0) == '^')
        copy(t, 1);
    if (peek(t, 0) == ']') // the first one is an ordinary character
        replace(t, 1, "\\]");
    while (t->rest.len && peek(t, 0) != ']')
        if (class_item(t) < 0)
            return -1;
    if (!t->rest.len)
        return refuse(t, "a [ is not closed");
    copy(t, 1);
    atom_done(t);
    return 0;
}

// --- groups ---

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

// (?P<name>, (?<name>, (?flags) and (?flags:
static int special_group(struct translator *t)
{
    size_t len = 2;

    len += peek(t, len) == 'P';
    if (peek(t, len) == '<' && is_name(peek(t, len + 1))) {
        while (is_name(peek(t, ++len)))
            ;
        if (peek(t, len) != '>')
            return refuse(t, "the name of a group is not valid");
        copy(t, len + 1);
    } else {
        len = 2;
        while (peek(t, len) && strchr("imsU-", peek(t, len)))
            len++;
        if (peek(t, len) != ':' && peek(t, len) != ')')
            return refuse_lacking(t, "a group with (? of this kind");
        if (peek(t, len) == ')') { // flags alone: no group is opened
            copy(t, len + 1);
            return 0;
        }
        copy(t, len + 1);
    }
    t->can_repeat = false;
    return 0;
}

static int group(struct translator *t)
{
    if (peek(t, 1) == '?')
        return special_group(t);
    copy(t, 1);
    t->can_repeat = false;
    return 0;
}

// --- repetitions ---

// The number at *at, or -1.
static int repeat_number(const struct translator *t, size_t *at)
{
    int value = -1;

    while (isdigit((unsigned char)peek(t, *at)) && value <= REGEX_REPEAT_MAX)
        value = (value < 0 ? 0 : value * 10) + (peek(t, (*at)++) - '0');
    return value;
}

// The length of {n}, {n,} or {n,m} here; 0 when the brace is an ordinary character.
static int repeat_braces(const struct translator *t, size_t *len)
{
    size_t at = 1;
    int least = repeat_number(t, &at);
    int most = least;

    *len = 0;
    if (least >= 0 && peek(t, at) == ',') {
        at++;
        most = repeat_number(t, &at);
    }
    if (least < 0 || (peek(t, at) != '}' && least <= REGEX_REPEAT_MAX && most <= REGEX_REPEAT_MAX))
        return 0;
    if (least > REGEX_REPEAT_MAX || most > REGEX_REPEAT_MAX || (most >= 0 && most < least))
        return refuse(t, "a repetition count is out of range (0 to 1000)");
    *len = at + 1;
    return 0;
}

static int repeat(struct translator *t, size_t len)
{
    if (!t->can_repeat)
        return refuse(t, "a repetition has nothing to repeat");
    if (t->repeated)
        return refuse_lacking(t, "a repetition of a repetition");
    copy(t, len);
    if (peek(t, 0) == '?')
        copy(t, 1);
    t->repeated = true;
    return 0;
}

static int brace(struct translator *t)
{
    size_t len;

    if (repeat_braces(t, &len) < 0)
        return -1;
    if (len)
        return repeat(t, len);
    replace(t, 1, "\\{");
    atom_done(t);
    return 0;
}

static int token(struct translator *t)
{
    switch (peek(t, 0)) {
    case '\\': return escape(t);
    case '[': return class(t);
    case '(': return group(t);
    case '{': return brace(t);
    case '*':
    case '+':
    case '?': return repeat(t, 1);
    case '|':
        copy(t, 1);
        t->can_repeat = false;
        return 0;
    case '^':
    case '$':
        assertion(t, 1);
        atom_done(t);
        return 0;
    default:
        copy(t, 1); // also the bytes of a longer character: PCRE2 repeats the whole of it
        atom_done(t);
        return 0;
    }
}

int regex_translate(struct span pattern, struct buf *out, struct err **err)
{
    struct translator t = {.pattern = pattern, .rest = pattern, .out = out, .err = err};

    while (t.rest.len)
        if (token(&t) < 0)
            return -1;
    return 0;
}
