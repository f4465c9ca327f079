// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of regular expressions: Go's regexp package around io/regex.
#include <string.h>

#include "base/buf.h"
#include "base/rune.h"
#include "base/text.h"
#include "io/regex.h"
#include "model/chart/functions/functions.h"

// How a pattern that is none is said: by an error, or (regexp.MustCompile) by a panic.
enum must { MUST_RETURN, MUST_PANIC };

// strconv.CanBackquote
static bool can_backquote(struct span text)
{
    while (text.len) {
        struct span rune = text;
        uint32_t is = rune_next(&text);

        if ((is == RUNE_BAD && rune.len - text.len == 1) || is == 0xfeff || is == '`' ||
            is == 0x7f || (is < ' ' && is != '\t'))
            return false;
    }
    return true;
}

static int say_no_pattern(struct span pattern, enum must must, struct err *why, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct err *cause = err_cause(why);

    if (must == MUST_PANIC) {
        buf_add_str(&text, "regexp: Compile(");
        if (can_backquote(pattern))
            buf_printf(&text, "`%.*s`", SPAN_ARG(pattern));
        else
            value_quote(pattern, &text);
        buf_add_str(&text, "): ");
    }
    buf_printf(&text, "error parsing regexp: %s", err_message(cause ? cause : why));
    return err_set(err, ERR_CONFIG, "%s", buf_str(&text));
}

enum { COMPILE_STEPS = 100, COMPILE_STEPS_PER_BYTE = 10 };

// What the compiled pattern took beyond its length is known behind it.
static struct regex *compile(struct template_call *call, struct span pattern, enum must must,
                             struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct regex *re;

    if (template_charge(call, COMPILE_STEPS + COMPILE_STEPS_PER_BYTE * pattern.len, err) < 0)
        return NULL;
    re = regex_new(pattern, 0, &why);
    if (!re)
        say_no_pattern(pattern, must, why, err);
    else if (template_charge(call, regex_take_spent(re), err) < 0)
        regex_free(STEAL(re));
    return re;
}

// A text that is searched. To Go a byte that is no UTF-8 is a character of its own, U+FFFD; PCRE2
// wants that written out.
struct subject {
    struct span raw;
    struct span text;     // what is searched
    const size_t *raw_at; // where each of its bytes, and its end, is in `raw`; NULL: the same place
};

static int take_subject(struct template_call *call, struct subject *s, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[1].s;
    size_t *raw_at;

    *s = (struct subject){.raw = rest, .text = rest};
    if (text_is_utf8(rest))
        return 0;
    if (functions_check_text(3 * rest.len, err) < 0)
        return -1;
    raw_at = arena_array(call->arena, 3 * rest.len + 1, sizeof(*raw_at));
    while (rest.len) {
        size_t at = s->raw.len - rest.len, start = text.len;
        char bytes[4];

        buf_add(&text, bytes, text_encode(rune_next(&rest), bytes));
        while (start < text.len)
            raw_at[start++] = at;
    }
    raw_at[text.len] = s->raw.len;
    s->text = arena_span(call->arena, buf_span(&text));
    s->raw_at = raw_at;
    return 0;
}

// What lies between two places of the searched text.
static struct span part(const struct subject *s, size_t from, size_t to)
{
    if (s->raw_at) {
        from = s->raw_at[from];
        to = s->raw_at[to];
    }
    return span_of(s->raw.ptr + from, to - from);
}

// The match at or after `from`; what it took is taken from the template's steps.
static int search(struct template_call *call, struct regex *re, struct span text, size_t from,
                  size_t *at, size_t count, bool *matched, struct err **err)
{
    if (regex_find(re, text, from, at, count, matched, err) < 0)
        return -1;
    return template_charge(call, regex_take_spent(re), err);
}

// --- match, find ---

static int regex_is_match(struct template_call *call, struct value *result, struct err **err)
{
    struct regex *re CLEANUP(regex_cleanup) = compile(call, call->args[0].s, MUST_RETURN, err);
    struct subject s;
    bool matched;

    if (!re || take_subject(call, &s, err) < 0 ||
        search(call, re, s.text, 0, NULL, 0, &matched, err) < 0)
        return -1;
    *result = value_bool(matched);
    return 0;
}

// A pattern that is none matches nothing.
static int regex_match_or_false(struct template_call *call, struct value *result, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct regex *re CLEANUP(regex_cleanup) = NULL;

    if (template_charge(call, COMPILE_STEPS + COMPILE_STEPS_PER_BYTE * call->args[0].s.len, err) <
        0)
        return -1;
    re = regex_new(call->args[0].s, 0, &why);
    *result = value_bool(false);
    return re ? regex_is_match(call, result, err) : 0;
}

static int find(struct template_call *call, enum must must, struct value *result, struct err **err)
{
    struct regex *re CLEANUP(regex_cleanup) = compile(call, call->args[0].s, must, err);
    struct subject s;
    size_t at[2];
    bool matched;

    if (!re || take_subject(call, &s, err) < 0 ||
        search(call, re, s.text, 0, at, 1, &matched, err) < 0)
        return -1;
    *result = value_string(matched ? part(&s, at[0], at[1]) : SPAN_EMPTY);
    return 0;
}

static int regex_find_first(struct template_call *call, struct value *result, struct err **err)
{
    return find(call, MUST_PANIC, result, err);
}

static int must_regex_find_first(struct template_call *call, struct value *result, struct err **err)
{
    return find(call, MUST_RETURN, result, err);
}

// The bytes of the rune at `at`, 0 at the end.
static size_t width_at(struct span text, size_t at)
{
    struct span rest = span_tail(text, at);
    size_t len = rest.len;

    if (len)
        rune_next(&rest);
    return len - rest.len;
}

// What FindAll visits: an empty match right after another one is none.
struct all_matches {
    struct template_call *call;
    struct regex *re;
    struct span text;
    size_t next; // where to look; beyond the end when done
    size_t end;  // of the last match
};

static int next_match(struct all_matches *all, size_t at[2], bool *found, struct err **err)
{
    bool matched = true;

    *found = false;
    while (!*found && all->next <= all->text.len) {
        if (search(all->call, all->re, all->text, all->next, at, 1, &matched, err) < 0)
            return -1;
        if (!matched)
            break;
        *found = at[1] != all->next || at[0] != all->end;
        all->end = at[1];
        if (at[1] == all->next)
            all->next += width_at(all->text, at[1]) + (at[1] == all->text.len);
        else
            all->next = at[1];
    }
    return 0;
}

enum { FOUND_FIRST = 10 }; // items that Go makes room for at once

static int find_all(struct template_call *call, enum must must, struct value *result,
                    struct err **err)
{
    struct regex *re CLEANUP(regex_cleanup) = compile(call, call->args[0].s, must, err);
    int64_t most = call->args[2].i;
    struct all_matches all = {.call = call, .re = re, .end = REGEX_NOWHERE};
    struct subject s;
    size_t at[2];
    bool found = true;

    if (!re || take_subject(call, &s, err) < 0)
        return -1;
    all.text = s.text;
    *result = value_new_nil(call->arena, VALUE_STRINGS);
    while (most < 0 || result->list->len < (uint64_t)most) {
        if (next_match(&all, at, &found, err) < 0)
            return -1;
        if (!found)
            break;
        value_push(call->arena, result->list, value_string(part(&s, at[0], at[1])));
    }
    if (result->list->len)
        value_set_array(result, FOUND_FIRST, VALUE_ONE_BY_ONE);
    return 0;
}

static int regex_find_all(struct template_call *call, struct value *result, struct err **err)
{
    return find_all(call, MUST_PANIC, result, err);
}

static int must_regex_find_all(struct template_call *call, struct value *result, struct err **err)
{
    return find_all(call, MUST_RETURN, result, err);
}

// --- split ---

static int split_at(struct template_call *call, struct regex *re, const struct subject *s,
                    struct value *pieces, struct err **err)
{
    int64_t most = call->args[2].i;
    struct all_matches all = {.call = call, .re = re, .text = s->text, .end = REGEX_NOWHERE};
    size_t start = 0, end = 0, matches = 0, at[2];
    bool found = true;

    while (most < 0 || pieces->list->len + 1 < (uint64_t)most) {
        if (next_match(&all, at, &found, err) < 0)
            return -1;
        if (!found)
            break;
        matches++;
        end = at[0];
        if (at[1])
            value_push(call->arena, pieces->list, value_string(part(s, start, end)));
        start = at[1];
    }
    if (end != s->text.len)
        value_push(call->arena, pieces->list, value_string(part(s, start, s->text.len)));
    // Go looks for all matches first, and makes room for so many pieces.
    while (found && matches < (uint64_t)most) {
        if (next_match(&all, at, &found, err) < 0)
            return -1;
        matches += found;
    }
    value_set_array(pieces, matches, VALUE_ONE_BY_ONE);
    return 0;
}

static int split(struct template_call *call, enum must must, struct value *result, struct err **err)
{
    struct regex *re CLEANUP(regex_cleanup) = compile(call, call->args[0].s, must, err);
    struct subject s;

    if (!re || take_subject(call, &s, err) < 0)
        return -1;
    if (!call->args[2].i) {
        *result = value_new_nil(call->arena, VALUE_STRINGS);
        return 0;
    }
    *result = value_new_list(call->arena, VALUE_STRINGS);
    if (call->args[0].s.len && !call->args[1].s.len) {
        value_push(call->arena, result->list, value_string(SPAN_EMPTY));
        return 0;
    }
    return split_at(call, re, &s, result, err);
}

static int regex_split(struct template_call *call, struct value *result, struct err **err)
{
    return split(call, MUST_PANIC, result, err);
}

static int must_regex_split(struct template_call *call, struct value *result, struct err **err)
{
    return split(call, MUST_RETURN, result, err);
}

// --- replace ---

// One match, with its groups.
struct match {
    const struct subject *subject;
    const struct regex *re;
    const size_t *at;
};

static void add_group(const struct match *match, size_t group, struct buf *out)
{
    const size_t *at = match->at + 2 * group;

    if (group <= regex_groups(match->re) && at[0] != REGEX_NOWHERE)
        buf_add_span(out, part(match->subject, at[0], at[1]));
}

// The number that a name is, without leading zeros; -1 when it is none.
static int64_t group_number(struct span name)
{
    uint64_t number;

    if ((name.len > 1 && name.ptr[0] == '0') || name.len > 9 || !span_u64(name, &number))
        return -1;
    return (int64_t)number;
}

// Takes "name" or "{name}" behind a "$".
static bool take_name(struct span *rest, struct span *name)
{
    struct span after = *rest;
    bool braces = span_skip(&after, "{");
    struct span start = after, next = after;

    while (after.len) {
        uint32_t rune = rune_next(&next);

        if (!rune_is_letter(rune) && !rune_is_digit(rune) && rune != '_')
            break;
        after = next;
    }
    *name = span_head(start, start.len - after.len);
    if (!name->len || (braces && !span_skip(&after, "}")))
        return false;
    *rest = after;
    return true;
}

// regexp.Expand: "$1", "${name}", "$$".
static void expand(const struct match *match, struct span with, struct buf *out)
{
    struct span before, name;

    while (span_find(with, '$') < with.len) {
        (void)span_cut(with, '$', &before, &with);
        buf_add_span(out, before);
        if (span_skip(&with, "$") || !take_name(&with, &name)) {
            buf_add_char(out, '$');
            continue;
        }
        int64_t number = group_number(name);
        if (number < 0)
            number = regex_group(match->re, name);
        if (number >= 0)
            add_group(match, (size_t)number, out);
    }
    buf_add_span(out, with);
}

static void add_literal(const struct match *match UNUSED, struct span with, struct buf *out)
{
    buf_add_span(out, with);
}

typedef void (*replacement_fn)(const struct match *match, struct span with, struct buf *out);

static int replace_each(struct template_call *call, struct regex *re, const struct subject *s,
                        replacement_fn add, struct buf *out, struct err **err)
{
    struct span text = s->text;
    size_t groups = regex_groups(re) + 1;
    size_t *at = arena_array(call->arena, 2 * groups, sizeof(*at));
    struct match match = {s, re, at};
    size_t next = 0, end = 0;
    bool matched = true;

    while (next <= text.len && !out->overflow) {
        size_t width;

        if (search(call, re, text, next, at, groups, &matched, err) < 0)
            return -1;
        if (!matched)
            break;
        buf_add_span(out, part(s, end, at[0]));
        if (at[1] > end || !at[0]) // else an empty match behind another one
            add(&match, call->args[2].s, out);
        end = at[1];
        width = width_at(text, next);
        if (next + (width ? width : 1) > at[1])
            next += width ? width : 1;
        else
            next = at[1];
    }
    buf_add_span(out, part(s, end, text.len));
    return 0;
}

static int replace(struct template_call *call, enum must must, replacement_fn add,
                   struct value *result, struct err **err)
{
    struct regex *re CLEANUP(regex_cleanup) = compile(call, call->args[0].s, must, err);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct subject s;

    if (!re || take_subject(call, &s, err) < 0 || replace_each(call, re, &s, add, &out, err) < 0)
        return -1;
    return functions_take_text(call, &out, result, err);
}

static int regex_replace_all(struct template_call *call, struct value *result, struct err **err)
{
    return replace(call, MUST_PANIC, expand, result, err);
}

static int must_regex_replace_all(struct template_call *call, struct value *result,
                                  struct err **err)
{
    return replace(call, MUST_RETURN, expand, result, err);
}

static int regex_replace_literal(struct template_call *call, struct value *result, struct err **err)
{
    return replace(call, MUST_PANIC, add_literal, result, err);
}

static int must_regex_replace_literal(struct template_call *call, struct value *result,
                                      struct err **err)
{
    return replace(call, MUST_RETURN, add_literal, result, err);
}

static int quote_meta(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span text = call->args[0].s;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] && strchr("\\.+*?()|[]{}^$", text.ptr[i]))
            buf_add_char(&out, '\\');
        buf_add_char(&out, text.ptr[i]);
    }
    return functions_take_text(call, &out, result, err);
}

functions_family functions_regex = {
    {"regexMatch", regex_match_or_false, "ss", NULL},
    {"mustRegexMatch", regex_is_match, "ss", NULL},
    {"regexFind", regex_find_first, "ss", NULL},
    {"mustRegexFind", must_regex_find_first, "ss", NULL},
    {"regexFindAll", regex_find_all, "ssi", NULL},
    {"mustRegexFindAll", must_regex_find_all, "ssi", NULL},
    {"regexReplaceAll", regex_replace_all, "sss", NULL},
    {"mustRegexReplaceAll", must_regex_replace_all, "sss", NULL},
    {"regexReplaceAllLiteral", regex_replace_literal, "sss", NULL},
    {"mustRegexReplaceAllLiteral", must_regex_replace_literal, "sss", NULL},
    {"regexSplit", regex_split, "ssi", NULL},
    {"mustRegexSplit", must_regex_split, "ssi", NULL},
    {"regexQuoteMeta", quote_meta, "s", NULL},
    {0},
};
