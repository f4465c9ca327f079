// SPDX-License-Identifier: Apache-2.0
// The grammar of github.com/fluxcd/pkg/envsubst v1.7: a text with ${name}, ${name:=default} and the
// like, in which "$$" is "$". It is executed while it is parsed: nothing is left of it afterwards.
#include <string.h>

#include "base/rune.h"
#include "controller/kustomization.h"
#include "controller/kustomization/envsubst/call.h"
#include "controller/kustomization/envsubst/scan.h"

#define SUBSTITUTE_DEPTH_MAX 200 // variables in the arguments of variables

struct run {
    struct scanner s;
    bool strict;
    kustomization_variable variable;
    void *data;
    unsigned depth;
};

// --- which runes belong to what ---

static bool any(uint32_t rune UNUSED, size_t end UNUSED)
{
    return true;
}

static bool is_name(uint32_t rune, size_t end UNUSED)
{
    return rune_is_letter(rune) || rune_is_digit(rune) || rune == '_';
}

static bool is_colon(uint32_t rune, size_t end UNUSED)
{
    return rune == ':';
}

static bool is_one_colon(uint32_t rune, size_t end)
{
    return rune == ':' && end == 1;
}

static bool is_one_equal(uint32_t rune, size_t end)
{
    return rune == '=' && end == 1;
}

static bool is_one_hash(uint32_t rune, size_t end)
{
    return rune == '#' && end == 1;
}

static bool is_hash(uint32_t rune, size_t end)
{
    return rune == '#' && end < 3;
}

static bool is_percent(uint32_t rune, size_t end)
{
    return rune == '%' && end < 3;
}

static bool is_casing(uint32_t rune, size_t end)
{
    return (rune == ',' || rune == '^') && end < 3;
}

static bool is_slash(uint32_t rune, size_t end UNUSED)
{
    return rune == '/';
}

static bool is_not_slash(uint32_t rune, size_t end UNUSED)
{
    return rune != '/';
}

static bool is_not_close(uint32_t rune, size_t end UNUSED)
{
    return rune != '}';
}

static bool is_position(uint32_t rune, size_t end UNUSED)
{
    return rune != ':' && rune != '}';
}

static bool is_default_sign(uint32_t rune)
{
    return rune == '=' || rune == '-' || rune == '?' || rune == '+';
}

static bool is_default(uint32_t rune, size_t end)
{
    return (end == 1 && rune == ':') || (end == 2 && is_default_sign(rune));
}

static bool is_replace(uint32_t rune, size_t end)
{
    return (end == 1 && rune == '/') || (end == 2 && (rune == '/' || rune == '#' || rune == '%'));
}

// --- the parser ---

// The place of what is wrong, so that it can be found in a text of many lines.
static int fail(const struct run *r, const char *what, struct err **err)
{
    struct span before = span_head(r->s.text, r->s.start);
    size_t line = span_rfind(before, '\n');
    struct span near = span_tail(r->s.text, line == before.len ? 0 : line + 1);

    near = span_trim(span_head(near, span_find(near, '\n')));
    err_set(err, ERR_CONFIG, "%s, in: %.*s", what, SPAN_ARG(span_head(near, 80)));
    return err_hint(err, "write $${ for a ${ that is no variable, or label the object "
                         "kustomize.toolkit.fluxcd.io/substitute: disabled");
}

static int close(struct run *r, struct err **err)
{
    if (scan_next(&r->s, any, SCAN_MAY_CLOSE) == SCAN_CLOSE)
        return 0;
    return fail(r, "bad substitution", err);
}

// The operator, of up to two signs.
static int operator(struct run *r, scan_belongs belongs, struct call *c, struct err **err)
{
    if (scan_next(&r->s, belongs, SCAN_MAY_TEXT) != SCAN_TEXT)
        return fail(r, "bad substitution", err);
    memcpy(c->op, r->s.token.data, r->s.token.len < 3 ? r->s.token.len : 3);
    return 0;
}

static int function(struct run *r, struct buf *out, struct err **err);

// An argument, or a piece of one.
static int argument(struct run *r, scan_belongs belongs, unsigned may, struct buf *out,
                    struct err **err)
{
    switch (scan_next(&r->s, belongs, may | SCAN_MAY_TEXT | SCAN_MAY_OPEN)) {
    case SCAN_OPEN: return function(r, out, err);
    case SCAN_TEXT: buf_add_span(out, buf_span(&r->s.token)); return 0;
    case SCAN_ILLEGAL:
    case SCAN_END:
    case SCAN_CLOSE: break;
    }
    return fail(r, "unable to parse substitution within function", err);
}

static int read_default(struct run *r, struct call *c, struct err **err)
{
    if (operator(r, scan_peek(&r->s) == '=' ? is_one_equal : is_default, c, err) < 0)
        return -1;
    c->count = 1;
    while (scan_peek(&r->s) != '}') {
        if (argument(r, is_not_close, 0, &c->args[0], err) < 0)
            return -1;
    }
    return close(r, err);
}

static int read_piece(struct run *r, struct call *c, struct err **err)
{
    if (operator(r, is_one_colon, c, err) < 0 || argument(r, is_position, 0, &c->args[0], err) < 0)
        return -1;
    c->count = 1;
    switch (scan_next(&r->s, is_colon, SCAN_MAY_TEXT | SCAN_MAY_CLOSE)) {
    case SCAN_CLOSE: return 0;
    case SCAN_TEXT: break;
    case SCAN_ILLEGAL:
    case SCAN_END:
    case SCAN_OPEN: return fail(r, "bad substitution", err);
    }
    c->count = 2;
    return argument(r, is_not_close, 0, &c->args[1], err) < 0 ? -1 : close(r, err);
}

static int read_remove(struct run *r, scan_belongs belongs, struct call *c, struct err **err)
{
    c->count = 1;
    return operator(r, belongs, c, err) < 0 || argument(r, is_not_close, 0, &c->args[0], err) < 0 ||
                   close(r, err) < 0
               ? -1
               : 0;
}

static int read_replace(struct run *r, struct call *c, struct err **err)
{
    c->count = 1;
    if (operator(r, is_replace, c, err) < 0 ||
        argument(r, is_not_slash, SCAN_MAY_ESCAPE, &c->args[0], err) < 0)
        return -1;
    if (scan_next(&r->s, is_slash, SCAN_MAY_TEXT) != SCAN_TEXT)
        return fail(r, "bad substitution", err);
    if (scan_peek(&r->s) != '}') {
        c->count = 2;
        if (argument(r, is_not_close, SCAN_MAY_ESCAPE, &c->args[1], err) < 0)
            return -1;
    }
    return close(r, err);
}

static int read_length(struct run *r, struct call *c, struct err **err)
{
    if (operator(r, is_one_hash, c, err) < 0)
        return -1;
    if (scan_next(&r->s, is_name, SCAN_MAY_TEXT) != SCAN_TEXT)
        return fail(r, "bad substitution", err);
    buf_add_span(&c->name, buf_span(&r->s.token));
    return close(r, err);
}

static int read_colon(struct run *r, struct call *c, struct err **err)
{
    uint32_t next;

    (void)scan_read(&r->s);
    next = scan_peek(&r->s);
    scan_unread(&r->s);
    return is_default_sign(next) ? read_default(r, c, err) : read_piece(r, c, err);
}

// All that stands between "${" and "}".
static int read_call(struct run *r, struct call *c, struct err **err)
{
    r->s.escapes_slashes = true;
    if (scan_peek(&r->s) == '#')
        return read_length(r, c, err);
    if (scan_next(&r->s, is_name, SCAN_MAY_TEXT) != SCAN_TEXT)
        return fail(r, "unable to parse variable name", err);
    buf_add_span(&c->name, buf_span(&r->s.token));
    switch (scan_peek(&r->s)) {
    case ':': return read_colon(r, c, err);
    case '=': return read_default(r, c, err);
    case ',':
    case '^': return operator(r, is_casing, c, err) < 0 ? -1 : close(r, err);
    case '/': return read_replace(r, c, err);
    case '#': return read_remove(r, is_hash, c, err);
    case '%': return read_remove(r, is_percent, c, err);
    default: break;
    }
    if (scan_next(&r->s, any, SCAN_MAY_CLOSE) == SCAN_CLOSE)
        return 0;
    return fail(r, "missing closing brace", err);
}

static int function(struct run *r, struct buf *out, struct err **err)
{
    struct call c CLEANUP(call_free) = CALL_INIT;
    struct span value = SPAN_EMPTY;

    if (r->depth >= SUBSTITUTE_DEPTH_MAX)
        return err_set(err, ERR_CONFIG, "variables are nested more than %d deep",
                       SUBSTITUTE_DEPTH_MAX);
    r->depth++;
    if (read_call(r, &c, err) < 0)
        return -1;
    r->depth--;
    if (!r->variable(r->data, buf_span(&c.name), &value)) {
        if (r->strict && !call_has_default(&c))
            return err_set(err, ERR_CONFIG, "variable not set (strict mode): \"%s\"",
                           buf_str(&c.name));
        value = SPAN_EMPTY;
    }
    return call_apply(&c, value, out, err);
}

static int run(struct run *r, struct buf *out, struct err **err)
{
    for (;;) {
        r->s.escapes_slashes = false;
        switch (scan_next(&r->s, any, SCAN_MAY_TEXT | SCAN_MAY_OPEN | SCAN_MAY_ESCAPE)) {
        case SCAN_TEXT: buf_add_span(out, buf_span(&r->s.token)); break;
        case SCAN_OPEN:
            if (function(r, out, err) < 0)
                return -1;
            break;
        case SCAN_END: return 0;
        case SCAN_ILLEGAL:
        case SCAN_CLOSE: return fail(r, "bad substitution", err);
        }
    }
}

int kustomization_substitute(struct span text, bool strict, kustomization_variable variable,
                             void *data, struct buf *out, struct err **err)
{
    struct run r = {.s = {.text = text, .token = BUF_INIT(BUF_DOC_MAX)},
                    .strict = strict,
                    .variable = variable,
                    .data = data};
    int status = run(&r, out, err);

    buf_free(&r.s.token);
    return status < 0 ? -1 : buf_check(out, ERR_CONFIG, "what is substituted", err);
}
