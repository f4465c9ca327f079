// SPDX-License-Identifier: Apache-2.0
// Strings of TOML, in their four forms.
#include <string.h>

#include "base/text.h"
#include "io/doc/toml/toml.h"

// Into room for as many bytes as are read: no escape is shorter than what it stands for.
struct string {
    char quote;
    bool lines;   // in three quotes
    bool escapes; // not in single quotes
    char *out;
};

// \uXXXX and \UXXXXXXXX: no half of a surrogate pair.
static int read_rune(struct toml *t, size_t digits, struct string *s)
{
    unsigned char bytes[4] = {0};
    uint32_t rune = 0;
    char hex[8];

    if ((size_t)(t->end - t->at) < digits)
        return toml_fail(t, "an escape without its end");
    for (size_t i = 0; i < digits; i++)
        hex[i] = (char)(t->at[i] >= 'A' && t->at[i] <= 'F' ? t->at[i] - 'A' + 'a' : t->at[i]);
    if (!span_unhex(span_of(hex, digits), bytes, digits / 2))
        return toml_fail(t, "an escape that is no hexadecimal number");
    for (size_t i = 0; i < digits / 2; i++)
        rune = rune << 8 | bytes[i];
    if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
        return toml_fail(t, "an escape that is no character");
    t->at += digits;
    s->out += text_encode(rune, s->out);
    return 0;
}

static bool skip_newline(struct toml *t)
{
    if (!toml_skip(t, "\n") && !toml_skip(t, "\r\n"))
        return false;
    t->line++;
    return true;
}

// A backslash at the end of a line: the white space up to the next character goes.
static int skip_folded(struct toml *t)
{
    toml_skip_blank(t);
    if (!skip_newline(t))
        return toml_fail(t, "an invalid escape in a string");
    do
        toml_skip_blank(t);
    while (skip_newline(t));
    return 0;
}

static int read_escape(struct toml *t, struct string *s)
{
    static const char letters[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    const char *known;
    char c;

    if (t->at == t->end)
        return toml_fail(t, "a string without an end");
    c = *t->at;
    if (s->lines && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
        return skip_folded(t);
    t->at++;
    known = c ? strchr(letters, c) : NULL;
    if (known) {
        *s->out++ = values[known - letters];
        return 0;
    }
    if (c != 'u' && c != 'U')
        return toml_fail(t, "an invalid escape in a string");
    return read_rune(t, c == 'u' ? 4 : 8, s);
}

// How many of the quotes that stand here end the string: with more than three, the first belong to
// it.
static bool is_end(struct toml *t, struct string *s)
{
    size_t quotes = 0;

    while (quotes < 5 && t->at + quotes < t->end && t->at[quotes] == s->quote)
        quotes++;
    if (!s->lines) {
        t->at += quotes ? 1 : 0;
        return quotes > 0;
    }
    if (quotes < 3)
        return false;
    for (size_t i = 3; i < quotes; i++)
        *s->out++ = s->quote;
    t->at += quotes;
    return true;
}

static int read_char(struct toml *t, struct string *s)
{
    unsigned char c = (unsigned char)*t->at;

    if (c == '\r' && t->at + 1 < t->end && t->at[1] == '\n')
        c = (unsigned char)*++t->at; // a line's end is one character
    if (c == '\n' && !s->lines)
        return toml_fail(t, "a string without an end");
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
        return toml_fail(t, "a control character in a string");
    t->line += c == '\n';
    t->at++;
    if (c == '\\' && s->escapes)
        return read_escape(t, s);
    *s->out++ = (char)c;
    return 0;
}

// The most that the string may take: what there is up to the last quote of its kind. Only what is
// written stays in the arena.
static size_t room_for(const struct toml *t, const struct string *s)
{
    const char *at = t->at;

    while (at < t->end && (s->lines || *at != '\n')) {
        if (*at == '\\' && s->escapes && at + 1 < t->end)
            at++;
        else if (*at == s->quote &&
                 (!s->lines || (t->end - at >= 3 && at[1] == s->quote && at[2] == s->quote)))
            break;
        at++;
    }
    return (size_t)(at - t->at) + sizeof("''"); // two quotes more may belong to it
}

int toml_read_string(struct toml *t, bool one_line, struct span *text)
{
    struct string s = {.quote = *t->at, .escapes = *t->at == '"'};
    char *start;

    s.lines = toml_skip(t, s.escapes ? "\"\"\"" : "'''");
    if (s.lines && one_line)
        return toml_fail(t, "a key in three quotes");
    if (s.lines)
        skip_newline(t); // right behind the quotes it does not count
    else
        t->at++;
    s.out = start = arena_alloc(t->r.d->arena, room_for(t, &s));
    while (!is_end(t, &s)) {
        if (t->at == t->end)
            return toml_fail(t, "a string without an end");
        if (read_char(t, &s) < 0)
            return -1;
    }
    *text = span_of(start, (size_t)(s.out - start));
    return 0;
}
