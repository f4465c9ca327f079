// SPDX-License-Identifier: Apache-2.0
// Patterns as in envsubst: those of Go's path.Match(), in which "*" matches "/", too.
#include "controller/kustomization/envsubst/trim.h"

#include "base/rune.h"
#include "base/text.h"

enum match {
    MATCH_BAD = -1, // the pattern is malformed
    MATCH_NO,
    MATCH_YES,
};

// One rune of a class, which may be escaped. False for what is malformed; there is always more of
// the class behind it.
static bool class_rune(struct span *chunk, uint32_t *rune)
{
    size_t before;

    if (!chunk->len || *chunk->ptr == '-' || *chunk->ptr == ']')
        return false;
    if (*chunk->ptr == '\\') {
        *chunk = span_tail(*chunk, 1);
        if (!chunk->len)
            return false;
    }
    before = chunk->len;
    *rune = rune_next(chunk);
    return !(*rune == RUNE_BAD && before - chunk->len == 1) && chunk->len;
}

// The class "[...]" at the start of the chunk, against the rune at the start of `s`.
static enum match match_class(struct span *chunk, struct span *s)
{
    uint32_t rune = rune_next(s);
    bool negated, matches = false;

    *chunk = span_tail(*chunk, 1);
    negated = chunk->len && *chunk->ptr == '^';
    if (negated)
        *chunk = span_tail(*chunk, 1);
    for (size_t ranges = 0; !(chunk->len && *chunk->ptr == ']' && ranges); ranges++) {
        uint32_t low, high;

        if (!class_rune(chunk, &low))
            return MATCH_BAD;
        high = low;
        if (*chunk->ptr == '-') {
            *chunk = span_tail(*chunk, 1);
            if (!class_rune(chunk, &high))
                return MATCH_BAD;
        }
        matches = matches || (low <= rune && rune <= high);
    }
    *chunk = span_tail(*chunk, 1);
    return matches == negated ? MATCH_NO : MATCH_YES;
}

// The chunk, which holds no "*", against the start of *s; steps over what it matches.
static enum match match_chunk(struct span chunk, struct span *s)
{
    while (chunk.len) {
        if (!s->len)
            return MATCH_NO;
        if (*chunk.ptr == '[') {
            enum match m = match_class(&chunk, s);

            if (m != MATCH_YES)
                return m;
            continue;
        }
        if (*chunk.ptr == '?') {
            (void)rune_next(s);
            chunk = span_tail(chunk, 1);
            continue;
        }
        if (*chunk.ptr == '\\') {
            chunk = span_tail(chunk, 1);
            if (!chunk.len)
                return MATCH_BAD;
        }
        if (*chunk.ptr != *s->ptr)
            return MATCH_NO;
        *s = span_tail(*s, 1);
        chunk = span_tail(chunk, 1);
    }
    return MATCH_YES;
}

// Cuts the next chunk off: stars, and what stands before the next one.
static struct span next_chunk(struct span *pattern, bool *star)
{
    struct span chunk;
    bool in_class = false;
    size_t i;

    *star = false;
    while (pattern->len && *pattern->ptr == '*') {
        *pattern = span_tail(*pattern, 1);
        *star = true;
    }
    for (i = 0; i < pattern->len; i++) {
        char c = pattern->ptr[i];

        if (c == '\\' && i + 1 < pattern->len)
            i++;
        else if (c == '[' || c == ']')
            in_class = c == '[';
        else if (c == '*' && !in_class)
            break;
    }
    chunk = span_head(*pattern, i);
    *pattern = span_tail(*pattern, i);
    return chunk;
}

// A chunk behind a star: somewhere in *name. Steps over what it matches.
static enum match match_later(struct span chunk, bool last, struct span *name)
{
    for (size_t i = 1; i <= name->len; i++) {
        struct span rest = span_tail(*name, i);
        enum match m = match_chunk(chunk, &rest);

        if (m == MATCH_BAD)
            return m;
        if (m == MATCH_NO || (last && rest.len))
            continue;
        *name = rest;
        return MATCH_YES;
    }
    return MATCH_NO;
}

static enum match match(struct span pattern, struct span name)
{
    while (pattern.len) {
        bool star;
        struct span chunk = next_chunk(&pattern, &star), rest = name;
        enum match m;

        if (star && !chunk.len)
            return MATCH_YES;
        m = match_chunk(chunk, &rest);
        if (m == MATCH_BAD)
            return m;
        if (m == MATCH_YES && (!rest.len || pattern.len)) {
            name = rest;
            continue;
        }
        m = star ? match_later(chunk, !pattern.len, &name) : MATCH_NO;
        if (m != MATCH_YES)
            return m;
    }
    return name.len ? MATCH_NO : MATCH_YES;
}

// How much of `s` the pattern matches at its start.
static size_t matched(struct span s, struct span pattern, bool shortest)
{
    size_t best = 0;

    for (size_t len = s.len; len; len--) {
        enum match m = match(pattern, span_head(s, len));

        if (m == MATCH_BAD)
            return 0;
        if (m == MATCH_NO)
            continue;
        best = len;
        if (!shortest)
            break;
    }
    return best;
}

void trim_prefix(struct span s, struct span pattern, bool shortest, struct buf *out)
{
    buf_add_span(out, span_tail(s, matched(s, pattern, shortest)));
}

static void reverse(struct span s, struct buf *out)
{
    while (s.len) {
        uint32_t rune = rune_last(&s);
        char bytes[4];

        buf_add(out, bytes, text_encode(rune, bytes));
    }
}

// Both are turned around, so that the end is the start.
void trim_suffix(struct span s, struct span pattern, bool shortest, struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf turned CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf left CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    reverse(s, &text);
    reverse(pattern, &turned);
    trim_prefix(buf_span(&text), buf_span(&turned), shortest, &left);
    reverse(buf_span(&left), out);
}
