// SPDX-License-Identifier: Apache-2.0
// Patterns of gobwas/glob with the separator "/": a little automaton, whose states all look at one
// character of the text after the other.
#include "base/glob_tree.h"

#include <stdint.h>

#include "base/rune.h"
#include "base/vec.h"

enum op_kind {
    OP_RUNE,  // `low`
    OP_ONE,   // one character, not "/": ?
    OP_ANY,   // any number of these: *
    OP_SUPER, // any number of all: **
    OP_RANGE, // [a-z], [!a-z]
    OP_LIST,  // [abc], [!abc]
    OP_FORK,  // goes on behind it and at `to`
    OP_JUMP,  // goes on at `to`
    OP_END,
};

struct op {
    enum op_kind kind;
    bool negated;
    uint32_t low, high;
    struct span list; // with its escapes
    size_t to;
};

struct program {
    VEC(struct op) ops;
    bool bad;
};

static void program_free(struct program *p)
{
    vec_free(&p->ops);
}

// Alternatives that are open while the pattern is read: "{" and where each of them ended.
struct group {
    size_t fork;  // of the current alternative
    size_t jumps; // the last jump to the end, each of which leads to the one before
};

#define NO_JUMP SIZE_MAX

static uint32_t take(struct program *p, struct span *rest)
{
    size_t before = rest->len;
    uint32_t rune = rune_next(rest);

    p->bad = p->bad || rune == 0 || (rune == RUNE_BAD && before - rest->len == 1) ||
             rune == RUNE_BAD; // gobwas takes no U+FFFD either
    return rune;
}

static size_t add(struct program *p, struct op op)
{
    vec_push(&p->ops, op);
    return p->ops.len - 1;
}

static bool list_has(struct span list, uint32_t rune)
{
    while (list.len) {
        uint32_t one = rune_next(&list);

        if (one == '\\' && list.len)
            one = rune_next(&list);
        if (one == rune)
            return true;
    }
    return false;
}

// The end of a list's text: its "]", which a backslash hides.
static size_t list_end(struct span rest)
{
    size_t i = 0;

    while (i < rest.len && rest.ptr[i] != ']')
        i += rest.ptr[i] == '\\' ? 2 : 1;
    return i;
}

// From behind a "[".
static void read_class(struct program *p, struct span *rest)
{
    struct op op = {.kind = OP_LIST, .negated = span_skip(rest, "!")};
    struct span ahead = *rest;
    size_t end;

    if (ahead.len)
        op.low = take(p, &ahead);
    if (span_skip(&ahead, "-")) {
        op.kind = OP_RANGE;
        op.high = ahead.len ? take(p, &ahead) : 0;
        p->bad = p->bad || op.high < op.low || !span_skip(&ahead, "]");
        *rest = ahead;
    } else {
        end = list_end(*rest);
        p->bad = p->bad || !end || end >= rest->len;
        op.list = span_head(*rest, end);
        *rest = span_tail(*rest, end + 1);
    }
    (void)add(p, op);
}

struct groups {
    struct group *items;
    size_t len, cap;
};

static void open_group(struct program *p, struct groups *open)
{
    vec_push(open, (struct group){add(p, (struct op){.kind = OP_FORK}), NO_JUMP});
}

// The current alternative is over: the next one starts behind its jump.
static void end_alternative(struct program *p, struct group *group)
{
    group->jumps = add(p, (struct op){.kind = OP_JUMP, .to = group->jumps});
    p->ops.items[group->fork].to = p->ops.len;
}

static void close_group(struct program *p, const struct group *group)
{
    // The last alternative has no other one to fork to.
    p->ops.items[group->fork].to = group->fork + 1;
    for (size_t at = group->jumps; at != NO_JUMP;) {
        size_t next = p->ops.items[at].to;

        p->ops.items[at].to = p->ops.len;
        at = next;
    }
}

static void read_one(struct program *p, struct span *rest, struct groups *open)
{
    struct group *group = open->len ? &open->items[open->len - 1] : NULL;

    if (span_skip(rest, "{")) {
        open_group(p, open);
    } else if (group && span_skip(rest, ",")) {
        end_alternative(p, group);
        group->fork = add(p, (struct op){.kind = OP_FORK});
    } else if (group && span_skip(rest, "}")) {
        close_group(p, group);
        open->len--;
    } else if (span_skip(rest, "[")) {
        read_class(p, rest);
    } else if (span_skip(rest, "**")) {
        (void)add(p, (struct op){.kind = OP_SUPER});
    } else if (span_skip(rest, "*")) {
        (void)add(p, (struct op){.kind = OP_ANY});
    } else if (span_skip(rest, "?")) {
        (void)add(p, (struct op){.kind = OP_ONE});
    } else if (!span_skip(rest, "\\") || rest->len) { // one at the end is nothing
        (void)add(p, (struct op){.kind = OP_RUNE, .low = take(p, rest)});
    }
}

static void compile(struct program *p, struct span pattern)
{
    struct groups open = {0};

    while (pattern.len && !p->bad)
        read_one(p, &pattern, &open);
    while (open.len) // one that is not closed ends with the pattern
        close_group(p, &open.items[--open.len]);
    vec_free(&open);
    (void)add(p, (struct op){.kind = OP_END});
}

// The places of a program that the text so far leads to, each once.
struct states {
    VEC(size_t) at;
    uint32_t *seen; // by place: the step in which it was added
    uint32_t step;
};

static void add_state(const struct program *p, struct states *s, size_t at)
{
    VEC(size_t) todo = {0};

    vec_push(&todo, at);
    while (todo.len) {
        const struct op *op;

        at = todo.items[--todo.len];
        if (s->seen[at] == s->step)
            continue;
        s->seen[at] = s->step;
        op = &p->ops.items[at];
        if (op->kind == OP_FORK || op->kind == OP_JUMP)
            vec_push(&todo, op->to);
        else
            vec_push(&s->at, at);
        if (op->kind == OP_FORK || op->kind == OP_ANY || op->kind == OP_SUPER)
            vec_push(&todo, at + 1);
    }
    vec_free(&todo);
}

static bool takes(const struct op *op, uint32_t rune)
{
    switch (op->kind) {
    case OP_RUNE: return rune == op->low;
    case OP_ONE:
    case OP_ANY: return rune != '/';
    case OP_SUPER: return true;
    case OP_RANGE: return (op->low <= rune && rune <= op->high) != op->negated;
    case OP_LIST: return list_has(op->list, rune) != op->negated;
    default: return false;
    }
}

static void run(const struct program *p, uint32_t rune, const struct states *from,
                struct states *to)
{
    to->at.len = 0;
    to->step++;
    VEC_FOREACH (const size_t *, at, &from->at) {
        const struct op *op = &p->ops.items[*at];

        if (takes(op, rune))
            add_state(p, to, op->kind == OP_ANY || op->kind == OP_SUPER ? *at : *at + 1);
    }
}

static bool match(const struct program *p, struct span text)
{
    struct states now = {.seen = mem_zalloc(p->ops.len, sizeof(uint32_t)), .step = 1};
    struct states next = {.seen = mem_zalloc(p->ops.len, sizeof(uint32_t))};
    bool matched = false;

    add_state(p, &now, 0);
    while (text.len && now.at.len) {
        struct states swap = now;

        run(p, rune_next(&text), &now, &next);
        now = next;
        next = swap;
    }
    VEC_FOREACH (const size_t *, at, &now.at)
        matched = matched || (!text.len && p->ops.items[*at].kind == OP_END);
    vec_free(&now.at);
    vec_free(&next.at);
    free(now.seen);
    free(next.seen);
    return matched;
}

bool glob_tree_is_valid(struct span pattern)
{
    struct program p CLEANUP(program_free) = {0};

    compile(&p, pattern);
    return !p.bad;
}

bool glob_tree_match(struct span pattern, struct span text)
{
    struct program p CLEANUP(program_free) = {0};

    compile(&p, pattern);
    return !p.bad && match(&p, text);
}
