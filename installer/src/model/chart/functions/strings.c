// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of strings. Lengths are bytes, as in Go.
#include <string.h>

#include "base/buf.h"
#include "base/rune.h"
#include "base/text.h"
#include "model/chart/functions/functions.h"

static int hello(struct template_call *call UNUSED, struct value *result, struct err **err UNUSED)
{
    *result = value_string(SPAN("Hello!"));
    return 0;
}

// --- cut ---

static int trim(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(rune_trim(call->args[0].s));
    return 0;
}

static bool has_rune(struct span set, uint32_t rune)
{
    while (set.len) {
        if (rune_next(&set) == rune)
            return true;
    }
    return false;
}

// trimAll SET TEXT
static int trim_all(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span set = call->args[0].s;
    struct span text = call->args[1].s;
    struct span rest = text;

    while (text.len && has_rune(set, rune_next(&rest)))
        text = rest;
    rest = text;
    while (text.len && has_rune(set, rune_last(&rest)))
        text = rest;
    *result = value_string(text);
    return 0;
}

static bool starts_with(struct span text, struct span prefix)
{
    return text.len >= prefix.len && span_eq(span_head(text, prefix.len), prefix);
}

static bool ends_with(struct span text, struct span suffix)
{
    return text.len >= suffix.len && span_eq(span_tail(text, text.len - suffix.len), suffix);
}

static int trim_prefix(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span prefix = call->args[0].s;
    struct span text = call->args[1].s;

    *result = value_string(starts_with(text, prefix) ? span_tail(text, prefix.len) : text);
    return 0;
}

static int trim_suffix(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span suffix = call->args[0].s;
    struct span text = call->args[1].s;

    *result = value_string(ends_with(text, suffix) ? span_head(text, text.len - suffix.len) : text);
    return 0;
}

// trunc COUNT TEXT: the first COUNT bytes, or the last ones if it is below 0.
static int truncate_text(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    int64_t count = call->args[0].i;
    struct span text = call->args[1].s;

    if (count >= 0)
        text = span_head(text, (size_t)count);
    else if ((int64_t)text.len + count > 0)
        text = span_tail(text, text.len - (size_t)-count);
    *result = value_string(text);
    return 0;
}

// Go's s[low:high], with its words for bounds that do not fit.
static int slice_text(struct span text, int64_t low, int64_t high, struct value *result,
                      struct err **err)
{
    if (high < 0)
        return err_set(err, ERR_CONFIG, "runtime error: slice bounds out of range [:%lld]",
                       (long long)high);
    if ((uint64_t)high > text.len)
        return err_set(err, ERR_CONFIG,
                       "runtime error: slice bounds out of range [:%lld] with length %zu",
                       (long long)high, text.len);
    if (low > high)
        return err_set(err, ERR_CONFIG, "runtime error: slice bounds out of range [%lld:%lld]",
                       (long long)low, (long long)high);
    *result = value_string(span_head(span_tail(text, (size_t)low), (size_t)(high - low)));
    return 0;
}

// substr START END TEXT
static int substr(struct template_call *call, struct value *result, struct err **err)
{
    int64_t start = call->args[0].i;
    int64_t end = call->args[1].i;
    struct span text = call->args[2].s;

    if (start < 0)
        return slice_text(text, 0, end, result, err);
    if (end < 0 || (uint64_t)end > text.len)
        end = (int64_t)text.len;
    return slice_text(text, start, end, result, err);
}

// --- look ---

static int contains(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span part = call->args[0].s;
    struct span text = call->args[1].s;

    *result = value_bool(!part.len || span_search(text, part) < text.len);
    return 0;
}

static int has_prefix(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(starts_with(call->args[1].s, call->args[0].s));
    return 0;
}

static int has_suffix(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(ends_with(call->args[1].s, call->args[0].s));
    return 0;
}

// --- letters ---

// strings.Map: a text of ASCII is the usual one, and bytes that are no UTF-8 become U+FFFD.
static int map_runes(struct template_call *call, uint32_t (*to)(uint32_t), struct value *result,
                     struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[0].s;

    while (rest.len) {
        char bytes[4];

        buf_add(&out, bytes, text_encode(to(rune_next(&rest)), bytes));
    }
    return functions_take_text(call, &out, result, err);
}

static int upper(struct template_call *call, struct value *result, struct err **err)
{
    return map_runes(call, rune_upper, result, err);
}

static int lower(struct template_call *call, struct value *result, struct err **err)
{
    return map_runes(call, rune_lower, result, err);
}

// --- make longer ---

// Room for a text that the caller fills.
static char *new_text(struct template_call *call, size_t len, struct value *result,
                      struct err **err)
{
    char *text;

    if (functions_check_text(len, err) < 0)
        return NULL;
    text = arena_aligned(call->arena, len, 1);
    *result = value_string(span_of(text, len));
    return text;
}

static char *put(char *at, struct span text)
{
    memcpy(at, text.ptr, text.len);
    return at + text.len;
}

// The bytes that `count` times `len` takes; at most one more than a text may have.
static size_t product(size_t count, size_t len)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, len, &bytes) || bytes > FUNCTIONS_TEXT_MAX)
        return FUNCTIONS_TEXT_MAX + 1;
    return bytes;
}

static int check_repeat(int64_t count, struct err **err)
{
    if (count < 0)
        return err_set(err, ERR_CONFIG, "strings: negative Repeat count");
    return 0;
}

// repeat COUNT TEXT
static int repeat(struct template_call *call, struct value *result, struct err **err)
{
    int64_t count = call->args[0].i;
    struct span text = call->args[1].s;
    char *at;

    if (check_repeat(count, err) < 0)
        return -1;
    at = new_text(call, product((size_t)count, text.len), result, err);
    if (!at)
        return -1;
    for (int64_t i = 0; text.len && i < count; i++)
        at = put(at, text);
    return 0;
}

static size_t count_newlines(struct span text)
{
    size_t count = 0;

    for (size_t at = span_find(text, '\n'); at < text.len; at = span_find(text, '\n')) {
        text = span_tail(text, at + 1);
        count++;
    }
    return count;
}

// `first`, and then the text with so many blanks before each line, empty ones too.
static int indent_lines(struct template_call *call, struct span first, struct value *result,
                        struct err **err)
{
    int64_t blanks = call->args[0].i;
    struct span text = call->args[1].s;
    size_t pads;
    char *at;

    if (check_repeat(blanks, err) < 0)
        return -1;
    pads = product((size_t)blanks, count_newlines(text) + 1);
    at = new_text(call, first.len + pads + text.len, result, err);
    if (!at)
        return -1;
    at = put(at, first);
    for (;;) {
        size_t line = span_find(text, '\n');

        memset(at, ' ', (size_t)blanks);
        at += blanks;
        if (line == text.len)
            break;
        at = put(at, span_head(text, line + 1));
        text = span_tail(text, line + 1);
    }
    put(at, text);
    return 0;
}

static int indent(struct template_call *call, struct value *result, struct err **err)
{
    return indent_lines(call, SPAN_EMPTY, result, err);
}

static int nindent(struct template_call *call, struct value *result, struct err **err)
{
    return indent_lines(call, SPAN("\n"), result, err);
}

// The new text before each rune and at the end: what Go replaces when there is nothing to replace.
static int replace_nothing(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[2].s;

    while (rest.len) {
        struct span rune = rest;

        rune_next(&rest);
        buf_add_span(&out, call->args[1].s);
        buf_add_span(&out, span_head(rune, rune.len - rest.len));
    }
    buf_add_span(&out, call->args[1].s);
    return functions_take_text(call, &out, result, err);
}

// replace OLD NEW TEXT
static int replace(struct template_call *call, struct value *result, struct err **err)
{
    struct span old = call->args[0].s;
    struct span new = call->args[1].s;
    struct span rest = call->args[2].s;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    size_t at = span_search(rest, old);

    *result = call->args[2];
    if (!old.len)
        return new.len ? replace_nothing(call, result, err) : 0;
    if (at == rest.len)
        return 0;
    if (template_charge(call, rest.len / 2, err) < 0)
        return -1;
    for (; at < rest.len; at = span_search(rest, old)) {
        buf_add_span(&out, span_head(rest, at));
        buf_add_span(&out, new);
        rest = span_tail(rest, at + old.len);
    }
    buf_add_span(&out, rest);
    return functions_take_text(call, &out, result, err);
}

// --- quotes ---

// All arguments but nil with a blank between two, each as `add` writes it.
static int join_arguments(struct template_call *call,
                          int (*add)(const struct template_call *call, const struct value *v,
                                     struct buf *out, struct err **err),
                          struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    bool first = true;

    for (size_t i = 0; i < call->count; i++) {
        if (call->args[i].type == VALUE_NIL)
            continue;
        if (!first)
            buf_add_char(&out, ' ');
        first = false;
        if (add(call, &call->args[i], &out, err) < 0)
            return -1;
    }
    return functions_take_text(call, &out, result, err);
}

static int add_quoted(const struct template_call *call, const struct value *v, struct buf *out,
                      struct err **err)
{
    struct span text;

    if (functions_text(call, v, &text, err) < 0)
        return -1;
    value_quote(text, out);
    return 0;
}

static int quote(struct template_call *call, struct value *result, struct err **err)
{
    return join_arguments(call, add_quoted, result, err);
}

static int add_single_quoted(const struct template_call *call, const struct value *v,
                             struct buf *out, struct err **err)
{
    size_t before = out->len;

    buf_add_char(out, '\'');
    value_print(v, out);
    buf_add_char(out, '\'');
    return template_charge(call, out->len - before, err);
}

static int squote(struct template_call *call, struct value *result, struct err **err)
{
    return join_arguments(call, add_single_quoted, result, err);
}

static int add_plain(const struct template_call *call, const struct value *v, struct buf *out,
                     struct err **err)
{
    size_t before = out->len;

    value_print(v, out);
    return template_charge(call, out->len - before, err);
}

static int cat(struct template_call *call, struct value *result, struct err **err)
{
    return join_arguments(call, add_plain, result, err);
}

// --- take apart, put together ---

// Cuts the next piece off what is left of a text: strings.Split.
static struct span next_piece(struct span *rest, struct span separator)
{
    struct span piece = *rest;

    if (!separator.len) {
        rune_next(rest);
        return span_head(piece, piece.len - rest->len);
    }
    piece = span_head(*rest, span_search(*rest, separator));
    *rest = span_tail(*rest, piece.len + separator.len);
    return piece;
}

// strings.SplitN: at most `most` pieces, the last of which has all that is left; any number of them
// when it is below 0. Without a separator each rune is a piece.
static int split_text(struct template_call *call, struct span text, struct span separator,
                      int64_t most, struct value_list *pieces, struct err **err)
{
    struct span rest = text;
    bool more = separator.len || text.len;

    if (most == 0)
        return 0;
    while (more) {
        struct span before = rest;
        bool last = most > 0 && pieces->len + 1 == (uint64_t)most;
        struct span piece = last ? rest : next_piece(&rest, separator);

        more = !last && (separator.len ? piece.len < before.len : rest.len > 0);
        value_push(call->arena, pieces, value_string(piece));
        if (pieces->len > FUNCTIONS_ITEMS_MAX)
            return err_set(err, ERR_CONFIG, "the text has more than %zu pieces",
                           FUNCTIONS_ITEMS_MAX);
    }
    return 0;
}

// splitList SEPARATOR TEXT
static int split_list(struct template_call *call, struct value *result, struct err **err)
{
    *result = value_new_list(call->arena, VALUE_STRINGS);
    result->list->is_exact = true;
    return split_text(call, call->args[1].s, call->args[0].s, -1, result->list, err);
}

// The pieces as a map with the keys _0, _1, ...
static int split_map(struct template_call *call, int64_t most, struct span text,
                     struct value *result, struct err **err)
{
    struct value pieces = value_new_list(call->arena, VALUE_STRINGS);

    if (split_text(call, text, call->args[0].s, most, pieces.list, err) < 0)
        return -1;
    *result = value_new_map(call->arena, VALUE_STRING_MAP);
    for (size_t i = 0; i < pieces.list->len; i++) {
        struct span key = span_str(arena_printf(call->arena, "_%zu", i));

        value_set_borrowed(call->arena, result->map, key, pieces.list->items[i]);
    }
    return 0;
}

// split SEPARATOR TEXT
static int split(struct template_call *call, struct value *result, struct err **err)
{
    return split_map(call, -1, call->args[1].s, result, err);
}

// splitn SEPARATOR COUNT TEXT
static int splitn(struct template_call *call, struct value *result, struct err **err)
{
    return split_map(call, call->args[1].i, call->args[2].s, result, err);
}

// join SEPARATOR LIST
static int join(struct template_call *call, struct value *result, struct err **err)
{
    struct span separator = call->args[0].s;
    struct value strings;
    struct value_list *list;
    size_t len = 0;
    char *at;

    if (functions_to_strings(call, &call->args[1], &strings, err) < 0)
        return -1;
    list = strings.list;
    for (size_t i = 0; i < list->len; i++)
        len += (i ? separator.len : 0) + list->items[i].s.len;
    at = new_text(call, len, result, err);
    if (!at)
        return -1;
    for (size_t i = 0; i < list->len; i++)
        at = put(put(at, i ? separator : SPAN_EMPTY), list->items[i].s);
    return 0;
}

static int to_strings(struct template_call *call, struct value *result, struct err **err)
{
    return functions_to_strings(call, &call->args[0], result, err);
}

functions_family functions_strings = {
    {"hello", hello, "", NULL},
    {"trim", trim, "s", NULL},
    {"trimall", trim_all, "ss", NULL},
    {"trimAll", trim_all, "ss", NULL},
    {"trimPrefix", trim_prefix, "ss", NULL},
    {"trimSuffix", trim_suffix, "ss", NULL},
    {"trunc", truncate_text, "is", NULL},
    {"substr", substr, "iis", NULL},
    {"contains", contains, "ss", NULL},
    {"hasPrefix", has_prefix, "ss", NULL},
    {"hasSuffix", has_suffix, "ss", NULL},
    {"upper", upper, "s", NULL},
    {"lower", lower, "s", NULL},
    {"repeat", repeat, "is", NULL},
    {"indent", indent, "is", NULL},
    {"nindent", nindent, "is", NULL},
    {"replace", replace, "sss", NULL},
    {"quote", quote, "a*", NULL},
    {"squote", squote, "a*", NULL},
    {"cat", cat, "a*", NULL},
    {"splitList", split_list, "ss", NULL},
    {"split", split, "ss", NULL},
    {"splitn", splitn, "sis", NULL},
    {"join", join, "sa", NULL},
    {"toStrings", to_strings, "a", NULL},
    {0},
};
