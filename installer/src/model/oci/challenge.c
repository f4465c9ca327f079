// SPDX-License-Identifier: Apache-2.0
// Challenges: any case, any order, quoted or not, several in one field.
//
//     WWW-Authenticate = #challenge
//     challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
//     auth-param       = token BWS "=" BWS ( token / quoted-string )
#include "model/oci/challenge.h"

#include <ctype.h>
#include <strings.h>

static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token68_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("-._~+/", c));
}

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

// Cuts off what is there of the class of characters.
static struct span take(struct span *rest, bool (*belongs)(char c))
{
    size_t len = 0;
    struct span taken;

    while (len < rest->len && belongs(rest->ptr[len]))
        len++;
    taken = span_head(*rest, len);
    *rest = span_tail(*rest, len);
    return taken;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_separator(char c)
{
    return is_space(c) || c == ',';
}

// URLs are no tokens, and yet they are sent without quotes.
static bool is_bare(char c)
{
    return !is_separator(c);
}

// False when the quote does not end.
static bool take_quoted(struct arena *arena, struct span *rest, struct span *value)
{
    char *out = arena_alloc(arena, rest->len + 1);
    size_t len = 0, at = 1;

    for (; at < rest->len && rest->ptr[at] != '"'; at++) {
        if (rest->ptr[at] == '\\' && at + 1 < rest->len)
            at++;
        out[len++] = rest->ptr[at];
    }
    *value = span_of(out, len);
    if (at >= rest->len)
        return false;
    *rest = span_tail(*rest, at + 1);
    return true;
}

// Steps over "=" and the value.
static bool take_value(struct arena *arena, struct span *rest, struct span *value)
{
    *rest = span_tail(*rest, 1);
    take(rest, is_space);
    if (span_starts(*rest, "\""))
        return take_quoted(arena, rest, value);
    *value = take(rest, is_bare);
    return true;
}

// "Negotiate YII=": a token68 ends the challenge, or it is the name of a parameter.
static void skip_token68(struct span *rest)
{
    struct span s = *rest;

    take(&s, is_token68_char);
    while (span_skip(&s, "="))
        ;
    take(&s, is_space);
    if (!s.len || s.ptr[0] == ',')
        *rest = s;
}

static enum challenge_kind kind_of(struct span scheme)
{
    if (is_word(scheme, "Bearer"))
        return CHALLENGE_BEARER;
    return is_word(scheme, "Basic") ? CHALLENGE_BASIC : CHALLENGE_NONE;
}

static void keep_better(struct arena *arena, const struct challenge *c, struct challenge *best)
{
    if (c->kind <= best->kind || (c->kind == CHALLENGE_BEARER && !c->realm.len))
        return;
    *best = *c;
    best->realm = arena_span(arena, c->realm);
    best->service = arena_span(arena, c->service);
}

void challenge_read(struct arena *arena, struct span field, struct challenge *best)
{
    static const struct challenge none = {.realm = {"", 0}, .service = {"", 0}};
    struct challenge now = none;

    for (take(&field, is_separator); field.len; take(&field, is_separator)) {
        struct span word = take(&field, is_token_char), value = SPAN_EMPTY;

        take(&field, is_space);
        if (!word.len)
            break;
        if (!span_starts(field, "=")) { // a scheme: the challenge before is whole
            keep_better(arena, &now, best);
            now = none;
            now.kind = kind_of(word);
            skip_token68(&field);
        } else if (!take_value(arena, &field, &value)) {
            break;
        } else if (is_word(word, "realm") && !now.realm.len) {
            now.realm = value;
        } else if (is_word(word, "service") && !now.service.len) {
            now.service = value;
        }
    }
    keep_better(arena, &now, best);
}
