// SPDX-License-Identifier: Apache-2.0
// Selector expressions over labels or annotations: parsing and matching.
#include "model/kustomize/resource/labels.h"

#include "model/kustomize/scalar.h"

enum label_operator {
    LABEL_IN,     // also = and ==
    LABEL_NOT_IN, // also !=
    LABEL_EXISTS,
    LABEL_MISSING,
    LABEL_ABOVE,
    LABEL_BELOW,
};

struct label_requirement {
    struct span key;
    enum label_operator op;
    VEC(struct span) values;
};

struct lexer {
    struct span rest;
    struct span token; // empty at the end
};

#define SPECIAL "=!(),<>"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void next(struct lexer *l)
{
    static const char *const two[] = {"==", "!="};
    while (l->rest.len && is_space(l->rest.ptr[0]))
        l->rest = span_tail(l->rest, 1);
    size_t len = 0;
    if (l->rest.len && strchr(SPECIAL, l->rest.ptr[0])) {
        len = 1;
        for (size_t i = 0; i < ARRAY_LEN(two); i++)
            len = span_starts(l->rest, two[i]) ? 2 : len;
    } else {
        while (len < l->rest.len && !is_space(l->rest.ptr[len]) &&
               !strchr(SPECIAL, l->rest.ptr[len]))
            len++;
    }
    l->token = span_head(l->rest, len);
    l->rest = span_tail(l->rest, len);
}

static bool is_word(const struct lexer *l)
{
    return l->token.len && !strchr(SPECIAL, l->token.ptr[0]);
}

static bool at_end(const struct lexer *l)
{
    return !l->token.len || span_is(l->token, ",");
}

// "(a,b)"; false when it is not that.
static bool parse_values(struct kust *k, struct lexer *l, struct label_requirement *r)
{
    if (!span_is(l->token, "("))
        return false;
    next(l);
    bool word = false;
    for (; l->token.len && !span_is(l->token, ")"); next(l)) {
        if (is_word(l) && word)
            return false;
        if (!is_word(l) && !span_is(l->token, ","))
            return false;
        if (is_word(l))
            vec_push_arena(k->arena, &r->values, l->token);
        else if (!word)
            vec_push_arena(k->arena, &r->values, SPAN_EMPTY);
        word = is_word(l);
    }
    if (!word)
        vec_push_arena(k->arena, &r->values, SPAN_EMPTY);
    bool closed = span_is(l->token, ")");
    next(l);
    return closed;
}

static bool parse_one_value(struct kust *k, struct lexer *l, struct label_requirement *r)
{
    if (at_end(l)) {
        vec_push_arena(k->arena, &r->values, SPAN_EMPTY);
        return true;
    }
    if (!is_word(l))
        return false;
    vec_push_arena(k->arena, &r->values, l->token);
    next(l);
    return true;
}

static const struct {
    const char *text;
    enum label_operator op;
    bool list;
} operators[] = {
    {"=", LABEL_IN, false},    {"==", LABEL_IN, false},       {"!=", LABEL_NOT_IN, false},
    {"in", LABEL_IN, true},    {"notin", LABEL_NOT_IN, true}, {">", LABEL_ABOVE, false},
    {"<", LABEL_BELOW, false},
};

static bool parse_requirement(struct kust *k, struct lexer *l, struct label_requirement *r)
{
    bool missing = span_is(l->token, "!");
    if (missing)
        next(l);
    if (!is_word(l))
        return false;
    r->key = l->token;
    next(l);
    r->op = missing ? LABEL_MISSING : LABEL_EXISTS;
    if (at_end(l) || missing)
        return at_end(l);
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (!span_is(l->token, operators[i].text))
            continue;
        r->op = operators[i].op;
        next(l);
        return operators[i].list ? parse_values(k, l, r) : parse_one_value(k, l, r);
    }
    return false;
}

int label_selector_parse(struct kust *k, const struct node *at, struct span text,
                         struct label_selector *out, struct err **err)
{
    struct lexer l = {text, SPAN_EMPTY};
    for (next(&l); l.token.len;) {
        struct label_requirement r = {.key = SPAN_EMPTY};
        bool good = parse_requirement(k, &l, &r);
        bool more = span_is(l.token, ",");
        if (good && more)
            next(&l);
        if (!good || (more && !is_word(&l) && !span_is(l.token, "!")) || (!more && l.token.len)) {
            kust_fail(k, at, err, "bad selector '%.*s'", SPAN_ARG(text));
            return err_hint(err, "write for example 'app=web,tier in (front,back),!legacy'");
        }
        vec_push_arena(k->arena, out, r);
    }
    return 0;
}

static bool has_value(const struct label_requirement *r, struct span value)
{
    for (size_t i = 0; i < r->values.len; i++) {
        if (span_eq(r->values.items[i], value))
            return true;
    }
    return false;
}

static bool requirement_holds(const struct label_requirement *r, const struct node *labels)
{
    struct node *n = node_get_span(labels, r->key);
    int64_t own = 0, limit = 0;
    switch (r->op) {
    case LABEL_IN: return n && has_value(r, scalar_raw(n));
    case LABEL_NOT_IN: return !n || !has_value(r, scalar_raw(n));
    case LABEL_EXISTS: return n != NULL;
    case LABEL_MISSING: return n == NULL;
    case LABEL_ABOVE:
    case LABEL_BELOW:
        if (!n || !span_i64(scalar_raw(n), &own) || !span_i64(r->values.items[0], &limit))
            return false;
        return r->op == LABEL_ABOVE ? own > limit : own < limit;
    }
    return false;
}

bool label_selector_matches(const struct label_selector *s, const struct node *labels)
{
    for (size_t i = 0; i < s->len; i++) {
        if (!requirement_holds(&s->items[i], labels))
            return false;
    }
    return true;
}
