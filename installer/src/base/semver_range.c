// SPDX-License-Identifier: Apache-2.0
// Ranges of versions. A range is groups with "||" between them, a group is bounds that all have to
// hold. What Masterminds/semver does with regular expressions is done by hand here; its results are
// the measure, odd ones too.
#include "base/semver_range.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"

// Longest first: "=" must not hide "=>".
enum op {
    OP_NOT,
    OP_AT_LEAST,
    OP_AT_MOST,
    OP_TILDE,
    OP_ABOVE,
    OP_BELOW,
    OP_CARET,
    OP_EQUAL,
};
static const struct {
    const char *sign;
    enum op op;
} signs[] = {
    {"!=", OP_NOT},     {">=", OP_AT_LEAST}, {"=>", OP_AT_LEAST}, {"<=", OP_AT_MOST},
    {"=<", OP_AT_MOST}, {"~>", OP_TILDE},    {">", OP_ABOVE},     {"<", OP_BELOW},
    {"~", OP_TILDE},    {"^", OP_CARET},     {"=", OP_EQUAL},
};

struct bound {
    enum op op;
    struct semver at;
    bool partial;   // a part is missing or a wildcard:
    bool any_minor; // "1", "1.x"
    bool any_patch; // "1.2", "1.2.x"
};

struct group {
    VEC(struct bound) bounds;
    bool names_pre;
};

struct semver_range {
    struct arena *arena;
    VEC(struct group) groups;
};

// --- reading ---

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static size_t skip_blanks(struct span *text)
{
    size_t len = 0;

    while (len < text->len && is_blank(text->ptr[len]))
        len++;
    *text = span_tail(*text, len);
    return len;
}

// The letters of numbers and wildcards; Masterminds' expression lets "|" through as well.
static bool is_part(char c)
{
    return (c >= '0' && c <= '9') || c == 'x' || c == 'X' || c == '*' || c == '|';
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static size_t run(struct span text, size_t at, bool (*has)(char))
{
    size_t len = 0;

    while (at + len < text.len && has(text.ptr[at + len]))
        len++;
    return len;
}

// The text of a version in a range: "v1.x-rc.1+b".
struct piece {
    struct span whole;
    struct span part[3]; // without dots; empty when missing
    struct span pre;     // with its "-"
};

// The length of `start` and words with dots between them, 0 when there is no word.
static size_t words(struct span text, size_t at, char start)
{
    size_t len = 0;

    if (at >= text.len || text.ptr[at] != start)
        return 0;
    do {
        size_t word = run(text, at + len + 1, is_word);

        if (!word)
            break;
        len += 1 + word;
    } while (at + len < text.len && text.ptr[at + len] == '.');
    return len;
}

// Takes the longest version at the start of *text.
static bool take_piece(struct span *text, struct piece *p)
{
    size_t at = text->len && text->ptr[0] == 'v';
    size_t len = run(*text, at, is_part);

    *p = (struct piece){.whole = SPAN_EMPTY};
    if (!len)
        return false;
    p->part[0] = span_of(text->ptr + at, len);
    at += len;
    for (size_t i = 1; i < ARRAY_LEN(p->part); i++) {
        len = at < text->len && text->ptr[at] == '.' ? run(*text, at + 1, is_part) : 0;
        if (!len)
            break;
        p->part[i] = span_of(text->ptr + at + 1, len);
        at += 1 + len;
    }
    len = words(*text, at, '-');
    p->pre = span_of(text->ptr + at, len);
    at += len;
    at += words(*text, at, '+');
    p->whole = span_head(*text, at);
    *text = span_tail(*text, at);
    return true;
}

static enum op take_op(struct span *text)
{
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (span_skip(text, signs[i].sign))
            return signs[i].op;
    return OP_EQUAL;
}

static bool is_missing(struct span part)
{
    return !part.len || span_is(part, "x") || span_is(part, "X") || span_is(part, "*");
}

// False for numbers that are none ("1x") and pre-releases that are none ("-01").
static bool make_bound(struct arena *arena, enum op op, const struct piece *p, struct bound *b)
{
    struct span text = p->whole;

    *b = (struct bound){.op = op, .partial = true};
    if (is_missing(p->part[0])) {
        text = span_str(arena_printf(arena, "0.0.0%.*s", SPAN_ARG(p->pre)));
    } else if (is_missing(p->part[1])) {
        b->any_minor = true;
        text =
            span_str(arena_printf(arena, "%.*s.0.0%.*s", SPAN_ARG(p->part[0]), SPAN_ARG(p->pre)));
    } else if (is_missing(p->part[2])) {
        b->any_patch = true;
        text = span_str(arena_printf(arena, "%.*s.%.*s.0%.*s", SPAN_ARG(p->part[0]),
                                     SPAN_ARG(p->part[1]), SPAN_ARG(p->pre)));
    } else {
        b->partial = false;
    }
    return semver_parse(text, &b->at);
}

static int improper(struct span text, struct err **err)
{
    struct buf quoted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_json(&quoted, text);
    return err_set(err, ERR_CONFIG, "improper constraint: %s", buf_str(&quoted));
}

// Between two bounds stand blanks, or a comma and blanks around it.
static bool take_separator(struct span *text)
{
    size_t blanks = skip_blanks(text);

    if (!text->len)
        return true;
    if (span_skip(text, ",")) {
        skip_blanks(text);
        return text->len > 0;
    }
    return blanks > 0;
}

static int parse_group(struct semver_range *range, struct span text, struct group *group,
                       struct err **err)
{
    struct span rest = text;
    bool broken = false; // said only when the whole group has the right form

    skip_blanks(&rest);
    do {
        enum op op = take_op(&rest);
        struct piece piece;
        struct bound bound;

        skip_blanks(&rest);
        if (!take_piece(&rest, &piece) || !take_separator(&rest))
            return improper(text, err);
        broken |= !make_bound(range->arena, op, &piece, &bound);
        group->names_pre |= bound.at.pre.len > 0;
        vec_push_arena(range->arena, &group->bounds, bound);
    } while (rest.len);
    return broken ? err_set(err, ERR_CONFIG, "constraint parser error") : 0;
}

// --- "1.2 - 1.4" ---

// Takes "A - B" with the blanks around it.
static bool take_span(struct span *text, struct piece *from, struct piece *to)
{
    struct span rest = *text;

    skip_blanks(&rest);
    if (!take_piece(&rest, from) || !skip_blanks(&rest) || !span_skip(&rest, "-") ||
        !skip_blanks(&rest) || !take_piece(&rest, to))
        return false;
    skip_blanks(&rest);
    *text = rest;
    return true;
}

// Writes "A - B" as ">= A, <= B " wherever it stands, even where that makes no range. As in the
// original each is put where its text is first found.
static struct span rewrite_spans(struct arena *arena, struct span text)
{
    struct span rest = text;

    while (rest.len) {
        struct span whole = rest;
        struct piece from, to;
        size_t at;

        if (!take_span(&rest, &from, &to)) {
            rest = span_tail(rest, 1);
            continue;
        }
        whole.len -= rest.len;
        at = span_search(text, whole);
        if (at >= text.len)
            continue;
        text = span_str(arena_printf(
            arena, "%.*s>= %.*s, <= %.*s %.*s", SPAN_ARG(span_head(text, at)), SPAN_ARG(from.whole),
            SPAN_ARG(to.whole), SPAN_ARG(span_tail(text, at + whole.len))));
    }
    return text;
}

// Takes what stands before the next "||", or all.
static struct span take_group(struct span *rest, bool *last)
{
    size_t at = span_search(*rest, SPAN("||"));
    struct span text = span_head(*rest, at);

    *last = at >= rest->len;
    *rest = span_tail(*rest, at + 2);
    return text;
}

static int parse_groups(struct semver_range *range, struct span text, struct err **err)
{
    struct span rest = text;
    bool last = false;
    size_t count = 0;

    do
        (void)take_group(&rest, &last);
    while (++count && !last);
    if (count > SEMVER_RANGE_MAX_GROUPS)
        return err_set(err, ERR_CONFIG, "too many constraint groups (max %d)",
                       SEMVER_RANGE_MAX_GROUPS);
    do {
        struct group group = {.names_pre = false};

        if (parse_group(range, take_group(&text, &last), &group, err) < 0)
            return -1;
        vec_push_arena(range->arena, &range->groups, group);
    } while (!last);
    return 0;
}

struct semver_range *semver_range_parse(struct span text, struct err **err)
{
    struct semver_range *range CLEANUP(semver_range_cleanup) = MEM_NEW(struct semver_range);
    struct semver_range *done = range;

    range->arena = arena_new();
    if (text.len > SEMVER_RANGE_MAX_BYTES) {
        err_set(err, ERR_CONFIG, "constraint string is too long (max %d bytes)",
                SEMVER_RANGE_MAX_BYTES);
        return NULL;
    }
    text = rewrite_spans(range->arena, arena_span(range->arena, text));
    if (parse_groups(range, text, err) < 0)
        return NULL;
    range = NULL;
    return done;
}

// --- comparing ---

static bool same(const struct semver *v, const struct bound *b, size_t number)
{
    return v->number[number] == b->at.number[number];
}

static bool is_not(const struct semver *v, const struct bound *b)
{
    if (!b->any_minor && !b->any_patch)
        return semver_compare(v, &b->at) != 0;
    if (!same(v, b, 0))
        return true;
    if (b->any_minor)
        return false;
    // Of "1.2" all patches are refused; among pre-releases the one that is named.
    return !same(v, b, 1) || ((v->pre.len || b->at.pre.len) && !span_eq(v->pre, b->at.pre));
}

static bool is_above(const struct semver *v, const struct bound *b)
{
    if (!b->partial)
        return semver_compare(v, &b->at) > 0;
    if (!same(v, b, 0))
        return v->number[0] > b->at.number[0];
    if (b->any_minor)
        return false;
    return b->any_patch ? v->number[1] > b->at.number[1] : semver_compare(v, &b->at) > 0;
}

static bool is_at_most(const struct semver *v, const struct bound *b)
{
    if (!b->partial)
        return semver_compare(v, &b->at) <= 0;
    if (!same(v, b, 0))
        return v->number[0] < b->at.number[0];
    return b->any_minor || v->number[1] <= b->at.number[1];
}

static bool is_tilde(const struct semver *v, const struct bound *b)
{
    const uint64_t *n = b->at.number;

    if (semver_compare(v, &b->at) < 0)
        return false;
    if (!n[0] && !n[1] && !n[2] && !b->any_minor && !b->any_patch)
        return true;
    return same(v, b, 0) && (b->any_minor || same(v, b, 1));
}

// The first number that is not zero stays, as far as it was written.
static bool is_caret(const struct semver *v, const struct bound *b)
{
    if (semver_compare(v, &b->at) < 0)
        return false;
    if (!same(v, b, 0))
        return false;
    if (b->at.number[0] || b->any_minor)
        return true;
    if (!same(v, b, 1))
        return false;
    return b->at.number[1] || b->any_patch || same(v, b, 2);
}

static bool holds(const struct bound *b, const struct semver *v)
{
    switch (b->op) {
    case OP_NOT: return is_not(v, b);
    case OP_AT_LEAST: return semver_compare(v, &b->at) >= 0;
    case OP_AT_MOST: return is_at_most(v, b);
    case OP_TILDE: return is_tilde(v, b);
    case OP_ABOVE: return is_above(v, b);
    case OP_BELOW: return semver_compare(v, &b->at) < 0;
    case OP_CARET: return is_caret(v, b);
    case OP_EQUAL: return b->partial ? is_tilde(v, b) : semver_compare(v, &b->at) == 0;
    }
    return false;
}

static bool all_hold(const struct group *group, const struct semver *v)
{
    if (v->pre.len && !group->names_pre)
        return false;
    VEC_FOREACH (const struct bound *, b, &group->bounds)
        if (!holds(b, v))
            return false;
    return true;
}

bool semver_range_has(const struct semver_range *range, const struct semver *version)
{
    VEC_FOREACH (const struct group *, group, &range->groups)
        if (all_hold(group, version))
            return true;
    return false;
}

bool semver_is_in(struct span version, struct span range)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct semver_range *parsed CLEANUP(semver_range_cleanup) = semver_range_parse(range, &err);
    struct semver v;

    return parsed && semver_parse(version, &v) && semver_range_has(parsed, &v);
}

void semver_range_free(struct semver_range *range)
{
    if (!range)
        return;
    arena_free(range->arena);
    free(range);
}
