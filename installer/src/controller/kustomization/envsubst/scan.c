// SPDX-License-Identifier: Apache-2.0
// Pieces of a text with variables.
#include "controller/kustomization/envsubst/scan.h"

#include "base/rune.h"

uint32_t scan_read(struct scanner *s)
{
    struct span rest = span_tail(s->text, s->pos);
    size_t before = rest.len;
    uint32_t rune;

    s->width = 0;
    if (!rest.len)
        return 0;
    rune = rune_next(&rest);
    s->width = before - rest.len;
    s->pos += s->width;
    return rune;
}

void scan_unread(struct scanner *s)
{
    s->pos -= s->width < s->pos ? s->width : s->pos;
}

uint32_t scan_peek(struct scanner *s)
{
    uint32_t rune = scan_read(s);

    scan_unread(s);
    return rune;
}

static bool opens(struct scanner *s, uint32_t rune, unsigned may)
{
    if (!(may & SCAN_MAY_OPEN) || rune != '$')
        return false;
    if (scan_read(s) == '{')
        return true;
    scan_unread(s);
    return false;
}

static bool is_escape(struct scanner *s, uint32_t rune, unsigned may)
{
    uint32_t next;

    if (!(may & SCAN_MAY_ESCAPE) || (rune != '$' && !(rune == '\\' && s->escapes_slashes)))
        return false;
    next = scan_peek(s);
    return rune == '$' ? next == '$' : next == '/' || next == '\\';
}

// The part of the token that ends before the escape, and what is escaped as the start of the next.
static void skip_escape(struct scanner *s, size_t *part)
{
    buf_add_span(&s->token, span_of(s->text.ptr + *part, s->pos - 1 - *part));
    *part = s->pos++;
}

static bool scan_text(struct scanner *s, uint32_t rune, scan_belongs belongs, unsigned may)
{
    size_t part = s->start;

    if (!(may & SCAN_MAY_TEXT))
        return false;
    if (is_escape(s, rune, may))
        skip_escape(s, &part);
    else if (!belongs(rune, s->pos - s->start))
        return false;
    for (;;) {
        rune = scan_read(s);
        if (rune == 0) {
            scan_unread(s);
            break;
        }
        if (opens(s, rune, may)) {
            scan_unread(s);
            scan_unread(s);
            break;
        }
        if (is_escape(s, rune, may)) {
            skip_escape(s, &part);
            continue;
        }
        if (!belongs(rune, s->pos - s->start)) {
            scan_unread(s);
            break;
        }
    }
    buf_add_span(&s->token, span_of(s->text.ptr + part, s->pos - part));
    return true;
}

enum scan_token scan_next(struct scanner *s, scan_belongs belongs, unsigned may)
{
    uint32_t rune;

    s->start = s->pos;
    buf_truncate(&s->token, 0);
    rune = scan_read(s);
    if (rune == 0)
        return SCAN_END;
    if (opens(s, rune, may))
        return SCAN_OPEN;
    if (may & SCAN_MAY_CLOSE && rune == '}')
        return SCAN_CLOSE;
    return scan_text(s, rune, belongs, may) ? SCAN_TEXT : SCAN_ILLEGAL;
}
