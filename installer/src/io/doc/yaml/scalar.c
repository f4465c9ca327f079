// SPDX-License-Identifier: Apache-2.0
// The value of a scalar from how it was written: tags, base64, and what kustomize's own detour over
// YAML does to folded texts.
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/rune.h"
#include "io/doc/yaml/scalar.h"
#include "io/doc/yaml/style.h"

static const char CONTROL[] = "a string has a control character that kustomize cannot print";

static int fail_json(const struct reader *r, uint32_t line, const struct scalar *s)
{
    return reader_fail_as(r, line,
                          "the value (infinity, NaN or a far time zone) cannot be written as JSON",
                          isnan(s->real) ? "json: unsupported value: NaN"
                          : s->real < 0  ? "json: unsupported value: -Inf"
                                         : "json: unsupported value: +Inf");
}

static const char *standard_tag(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";

    return tag && strncmp(tag, prefix, sizeof(prefix) - 1) == 0 ? tag + sizeof(prefix) - 1 : NULL;
}

bool is_standard_tag(const char *tag, const char *name)
{
    return standard_tag(tag) && strcmp(standard_tag(tag), name) == 0;
}

// What go-yaml refuses when a string becomes JSON and is read again.
static bool has_control(struct span s)
{
    while (s.len) {
        uint32_t rune = rune_next(&s);

        if (rune == 0x7f || (rune >= 0x80 && rune <= 0x9f && rune != 0x85) || rune == 0xfffe ||
            rune == 0xffff)
            return true;
    }
    return false;
}

static int base64_digit(unsigned char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

// Decodes base64 as Go's StdEncoding does; false for malformed text.
static bool decode_base64(struct span text, struct buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t digits = 0;
    size_t pads = 0;

    for (size_t i = 0; i < text.len; i++) {
        int digit;

        if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
            continue;
        if (text.ptr[i] == '=') {
            pads++;
            continue;
        }
        digit = base64_digit((unsigned char)text.ptr[i]);
        if (digit < 0 || pads)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        digits++;
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_add_char(out, (char)(bits >> have & 0xff));
        }
    }
    return (digits + pads) % 4 == 0 && pads < 3 && (pads == 0 || digits % 4 == 4 - pads);
}

static int read_binary(const struct reader *r, struct node *n, struct span text)
{
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf clean CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span rest;

    if (!decode_base64(text, &bytes))
        return reader_fail_as(r, n->line, "a !!binary value is not base64",
                              "yaml: !!binary value contains invalid base64 data");
    for (rest = buf_span(&bytes); rest.len;) {
        struct span at = rest;

        // JSON has no other bytes than UTF-8: Go puts U+FFFD for each bad one.
        if (rune_next(&rest) == 0xfffd)
            buf_add_str(&clean, "\xef\xbf\xbd");
        else
            buf_add(&clean, at.ptr, (size_t)(rest.ptr - at.ptr));
    }
    if (buf_check(&clean, ERR_CONFIG, "a !!binary value", r->err) < 0)
        return -1;
    if (!r->helm && has_control(buf_span(&clean)))
        return reader_fail(r, n->line, CONTROL);
    n->text = arena_span(r->d->arena, buf_span(&clean));
    return 0;
}

// Whether a value has the type that a tag names; an integer is a float, too.
static bool fits_tag(const struct scalar *s, const char *tag)
{
    switch (s->type) {
    case NODE_INT: return strcmp(tag, "int") == 0 || strcmp(tag, "float") == 0;
    case NODE_FLOAT: return strcmp(tag, "float") == 0;
    case NODE_BOOL: return strcmp(tag, "bool") == 0;
    case NODE_NULL: return strcmp(tag, "null") == 0;
    default: return s->timestamp && strcmp(tag, "timestamp") == 0;
    }
}

static int fail_tag(const struct reader *r, uint32_t line, const struct scalar *s, const char *tag,
                    struct span text)
{
    static const char *const names[] = {
        [NODE_NULL] = "null",  [NODE_BOOL] = "bool", [NODE_INT] = "int", [NODE_FLOAT] = "float",
        [NODE_STRING] = "str", [NODE_SEQ] = NULL,    [NODE_MAP] = NULL};
    struct span start = span_head(text, 80);

    return reader_fail_as(
        r, line,
        arena_printf(r->d->arena, "\"%.*s\" is not a value of the type !!%s", SPAN_ARG(start), tag),
        arena_printf(r->d->arena, "yaml: cannot decode !!%s `%.*s` as a !!%s",
                     s->timestamp ? "timestamp" : names[s->type], SPAN_ARG(text), tag));
}

// A scalar with one of YAML's own tags: the value must be what the tag says.
static int read_tagged(const struct reader *r, struct node *n, const char *tag, struct span text)
{
    static const char *const typed[] = {"int", "float", "bool", "null", "timestamp"};
    struct scalar s;
    bool has_type = false;

    if (strcmp(tag, "binary") == 0)
        return read_binary(r, n, text);
    for (size_t i = 0; i < ARRAY_LEN(typed); i++)
        has_type = has_type || strcmp(tag, typed[i]) == 0;
    if (!has_type) {
        n->text = arena_span(r->d->arena, text);
        return 0;
    }
    scalar_resolve(text, r->yaml11, &s);
    if (!fits_tag(&s, tag))
        return fail_tag(r, n->line, &s, tag, text);
    if (!doc_set_scalar(r->d, n, arena_span(r->d->arena, text), &s))
        return fail_json(r, n->line, &s);
    return 0;
}

void reader_resolve(const struct reader *r, struct span text, struct scalar *out)
{
    static const uint64_t exact = (uint64_t)1 << DBL_MANT_DIG;

    scalar_resolve(text, r->yaml11, out);
    if (r->yaml11) // 1.1: dates as they are written
        out->timestamp = false;
    if (r->helm && out->type == NODE_INT && out->integer > exact) {
        out->type = NODE_FLOAT;
        out->real = out->negative ? -(double)out->integer : (double)out->integer;
    }
}

static int read_plain(const struct reader *r, struct node *n, struct span text, bool in_flow)
{
    struct scalar s;

    // To go-yaml, a question mark ends a plain text in a flow collection, and no key may be there.
    if (in_flow && span_find(text, '?') < text.len) {
        reader_fail(r, n->line, "an unquoted text in a flow list or map has a question mark");
        return err_hint(r->err, "put it in quotes");
    }
    text = arena_span(r->d->arena, text);
    reader_resolve(r, text, &s);
    // kustomize writes every object to YAML and reads it again. The time of a flow collection comes
    // back in quotes from that: it is a string.
    if (in_flow && span_find(text, ':') < text.len)
        s.timestamp = false;
    if (doc_set_scalar(r->d, n, text, &s))
        return 0;
    fail_json(r, n->line, &s);
    return err_hint(r->err, "quote \"%.*s\" to make it a string", SPAN_ARG(text));
}

// A run of `breaks` newlines between two lines of a folded scalar, as it is written and read.
static void refold_break(struct buf *out, size_t breaks, bool doubled, bool folds)
{
    size_t written = breaks + doubled;

    if (!folds)
        buf_add_repeat(out, '\n', written);
    else if (written == 1)
        buf_add_char(out, ' ');
    else
        buf_add_repeat(out, '\n', written - 1);
}

static bool starts_blank(struct span s)
{
    return s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t');
}

// What a folded scalar is after kustomize has written it as one and read it again: go-yaml doubles
// a newline where it looks at the first line of the text instead of the next one, so texts with
// indented lines gain or lose newlines.
static void refold(struct span text, struct buf *out)
{
    struct span rest = text;
    bool doubles;

    while (rest.len && rest.ptr[0] == '\n')
        rest = span_tail(rest, 1);
    buf_add(out, text.ptr, text.len - rest.len);
    doubles = !starts_blank(rest);
    while (rest.len) {
        struct span line = span_head(rest, span_find(rest, '\n'));
        bool blank = starts_blank(line);
        size_t breaks = 0;

        buf_add_span(out, line);
        rest = span_tail(rest, line.len);
        while (rest.len && rest.ptr[0] == '\n') {
            rest = span_tail(rest, 1);
            breaks++;
        }
        if (rest.len)
            refold_break(out, breaks, doubles && !blank, !blank && !starts_blank(rest));
        else
            buf_add_repeat(out, '\n', breaks + (breaks > 1 && doubles && !blank));
    }
}

void node_fold_again(struct doc *d, struct node *n)
{
    if (n->type == NODE_STRING && n->flags & NODE_FOLDED && text_may_be_block(n->text)) {
        struct buf again CLEANUP(buf_free) = BUF_INIT(SIZE_MAX);

        refold(n->text, &again);
        n->text = arena_span(d->arena, buf_span(&again));
    }
    NODE_FOREACH_PAIR (pair, n)
        node_fold_again(d, pair->value);
    NODE_FOREACH_ITEM (item, n)
        node_fold_again(d, item);
}

static int read_folded(const struct reader *r, struct node *n, struct span text)
{
    struct buf again CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!r->yaml11 && text_may_be_block(text)) {
        refold(text, &again);
        text = buf_span(&again);
    }
    if (!r->yaml11)
        n->flags |= NODE_FOLDED;
    n->text = arena_span(r->d->arena, text);
    return buf_check(&again, ERR_CONFIG, "a folded scalar", r->err);
}

static int read_block(const struct reader *r, struct node *n, struct span text,
                      enum written written)
{
    if (!r->yaml11 && span_starts(text, "\t") && text_may_be_block(text))
        return reader_fail(r, n->line,
                           "a block text starts with a tab, which kustomize cannot print");
    if (written == WRITTEN_FOLDED)
        return read_folded(r, n, text);
    n->text = arena_span(r->d->arena, text);
    return 0;
}

int reader_set_scalar(const struct reader *r, struct node *n, struct span text,
                      enum written written, const char *tag, bool in_flow)
{
    if (tag && strcmp(tag, "!") == 0 && !r->helm) // go-yaml v2 has a string then
        tag = NULL;
    if (written != WRITTEN_PLAIN)
        n->flags |= NODE_QUOTED;
    if (written == WRITTEN_LITERAL)
        n->flags |= NODE_LITERAL;
    if (written == WRITTEN_DOUBLE && !r->helm && has_control(text))
        return reader_fail(r, n->line, CONTROL);
    if (standard_tag(tag))
        return read_tagged(r, n, standard_tag(tag), text);
    if (written == WRITTEN_PLAIN && !tag)
        return read_plain(r, n, text, in_flow);
    if (written == WRITTEN_LITERAL || written == WRITTEN_FOLDED)
        return read_block(r, n, text, written);
    n->text = arena_span(r->d->arena, text);
    return 0;
}
