// SPDX-License-Identifier: Apache-2.0
// The grammar of --set and its like (Helm's pkg/strvals). What is odd about it is Helm's: a text
// that ends behind a "." or within "[...]" sets nothing and is no error, "a[0].b=" loses b.
#include <strings.h>

#include "base/mem.h"
#include "base/number_read.h"
#include "base/rune.h"
#include "base/text.h"
#include "io/template.h"
#include "model/chart.h"
#include "model/chart/convert/convert.h"
#include "model/chart/values/set_json.h"

#define NAME_LEVELS_MAX 30
#define INDEX_MAX 65536
#define KEYS_MAX 20000    // of one text
#define ITEMS_MAX 1000000 // that its indexes add to lists

struct setting {
    struct doc *d;
    enum chart_set_kind kind;
    struct span rest;
    unsigned depth, keys;
    size_t items;
    chart_set_read read;
    void *data;
    struct err **err;
};

// What a part of the text came to. At its end Helm stops, wherever that is.
enum outcome { SET, AT_END, FAILED };

static enum outcome fail(const struct setting *s, const char *fmt, ...) PRINTF(2, 3);
static enum outcome fail(const struct setting *s, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    err_set(s->err, ERR_CONFIG, "%s", text);
    return FAILED;
}

// In Go's quotes.
static const char *quoted(const struct setting *s, struct span text)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    value_quote(span_head(text, 2000), &out);
    return arena_str(doc_arena(s->d), buf_str(&out));
}

// What Go says of a value that is not what its path takes it for.
static enum outcome fail_type(const struct setting *s, const struct node *value, const char *wanted)
{
    struct value v = convert_to_value(doc_arena(s->d), value);

    return fail(s, "unable to parse key: interface conversion: interface {} is %s, not %s",
                v.type == VALUE_NIL ? "nil" : value_type_name(&v), wanted);
}

// --- pieces of the text ---

// The runes up to one of `stops`, which is stepped over and *last then; 0 at the end of the text.
static struct span take_until(struct setting *s, const char *stops, uint32_t *last)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    *last = 0;
    while (s->rest.len) {
        uint32_t rune = rune_next(&s->rest);
        char bytes[4];

        if (rune && rune < 0x80 && strchr(stops, (int)rune)) {
            *last = rune;
            break;
        }
        if (rune == '\\' && s->kind != CHART_SET_LITERAL) {
            if (!s->rest.len)
                break;
            rune = rune_next(&s->rest);
        }
        buf_add(&out, bytes, text_encode(rune, bytes));
    }
    return arena_span(doc_arena(s->d), buf_span(&out));
}

// Steps over white space and a comma; false when a value stands there.
static bool skip_empty(struct setting *s)
{
    while (s->rest.len) {
        struct span before = s->rest;
        uint32_t rune = rune_next(&s->rest);

        if (rune == ',')
            return true;
        if (!rune_is_space(rune)) {
            s->rest = before;
            return false;
        }
    }
    return true;
}

static enum outcome take_index(struct setting *s, int64_t *index)
{
    uint32_t last;
    struct span text = take_until(s, "]", &last);
    enum number_read read;

    if (!last)
        return AT_END;
    read = number_read_int(text, 10, index);
    if (read != NUMBER_READ)
        return fail(s, "error parsing index: strconv.Atoi: parsing %s: %s", quoted(s, text),
                    read == NUMBER_SYNTAX ? "invalid syntax" : "value out of range");
    return SET;
}

// --- values ---

static bool is_word(struct span text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

static struct node *typed(const struct setting *s, struct span text)
{
    struct node *n;
    int64_t number = 0;

    if (is_word(text, "true") || is_word(text, "false"))
        return node_new_bool(s->d, text.len == 4);
    if (is_word(text, "null"))
        return node_new_null(s->d);
    if (!span_is(text, "0") &&
        (!text.len || text.ptr[0] == '0' || number_read_int(text, 10, &number) != NUMBER_READ))
        return node_new_str(s->d, text);
    n = node_new_int(s->d, number);
    n->flags |= CONVERT_INT64;
    return n;
}

static enum outcome read_file(const struct setting *s, struct span path, struct node **out)
{
    struct buf content CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (s->read(s->data, path, &content, s->err) < 0 ||
        buf_check(&content, ERR_CONFIG, "the file of a value", s->err) < 0)
        return FAILED;
    *out = node_new_str(s->d, buf_span(&content));
    return SET;
}

static enum outcome make_value(const struct setting *s, struct span text, struct node **out)
{
    if (s->kind == CHART_SET_FILE)
        return read_file(s, text, out);
    *out = s->kind == CHART_SET ? typed(s, text) : node_new_str(s->d, text);
    return SET;
}

// "{a,b}"
static enum outcome take_list(struct setting *s, struct node **out)
{
    *out = node_new_seq(s->d);
    for (uint32_t last = ','; last == ',';) {
        struct span text = take_until(s, ",}", &last);
        struct node *item = NULL;

        if (!last)
            return fail(s, "list must terminate with '}'");
        if (make_value(s, text, &item) == FAILED)
            return FAILED;
        node_push(s->d, *out, item);
    }
    (void)span_skip(&s->rest, ",");
    return SET;
}

static enum outcome take_json(struct setting *s, struct node **out)
{
    size_t len;

    *out = node_new_null(s->d);
    if (skip_empty(s))
        return SET;
    len = set_json_length(s->rest);
    *out = doc_read_json_last(s->d, span_head(s->rest, len), "its value", ERR_CONFIG, s->err);
    if (!*out)
        return FAILED;
    s->rest = span_tail(s->rest, len);
    (void)skip_empty(s);
    return SET;
}

// What stands behind a "=". AT_END when there is nothing, which is an empty text then.
static enum outcome take_value(struct setting *s, struct node **out)
{
    struct span text;
    uint32_t last;

    if (s->kind == CHART_SET_JSON)
        return take_json(s, out);
    if (s->kind == CHART_SET_LITERAL) {
        text = take_until(s, "", &last);
        return make_value(s, text, out);
    }
    if (!s->rest.len) {
        *out = node_new_str(s->d, SPAN_EMPTY);
        return AT_END;
    }
    if (span_skip(&s->rest, "{"))
        return take_list(s, out);
    text = take_until(s, ",", &last);
    return make_value(s, text, out);
}

// --- paths ---

static void set_key(const struct setting *s, struct node *map, struct span key, struct node *value)
{
    if (key.len)
        node_set(s->d, map, key, value);
}

// The list with room for one more item behind its end: a new one, as Go makes one, since who shares
// the old one does not see that (fluxcd/pkg/chartutil's maps of values do).
static struct node *grown(const struct setting *s, const struct node *list, int64_t index)
{
    struct node *longer = node_new_seq(s->d);

    longer->file = list->file;
    longer->line = list->line;
    NODE_FOREACH_ITEM (item, list)
        node_push(s->d, longer, item);
    while ((int64_t)node_len(longer) <= index)
        node_push(s->d, longer, node_new_null(s->d));
    return longer;
}

static enum outcome set_index(struct setting *s, struct node **list, int64_t index,
                              struct node *value)
{
    if (index > INDEX_MAX)
        return fail(s, "index of %lld is greater than maximum supported index of %d",
                    (long long)index, INDEX_MAX);
    if ((int64_t)node_len(*list) <= index) {
        s->items += (size_t)index + 1;
        if (s->items > ITEMS_MAX)
            return fail(s, "its indexes make more than %d items", ITEMS_MAX);
        *list = grown(s, *list, index);
    }
    (*list)->seq.items[index] = value;
    return SET;
}

static enum outcome set_in_map(struct setting *s, struct node *map, unsigned levels);
static enum outcome set_in_list(struct setting *s, struct node **list, int64_t index,
                                unsigned levels);

static enum outcome enter(struct setting *s)
{
    if (++s->depth > DOC_DEPTH_MAX)
        return fail(s, "its path is more than %d levels deep", DOC_DEPTH_MAX);
    return SET;
}

static enum outcome set_below(struct setting *s, struct node *map, unsigned levels)
{
    enum outcome outcome;

    if (enter(s) == FAILED)
        return FAILED;
    outcome = set_in_map(s, map, levels);
    s->depth--;
    return outcome;
}

static enum outcome set_at_index(struct setting *s, struct node **list, int64_t index,
                                 unsigned levels)
{
    enum outcome outcome;

    if (enter(s) == FAILED)
        return FAILED;
    outcome = set_in_list(s, list, index, levels);
    s->depth--;
    return outcome;
}

static enum outcome set_list_of_key(struct setting *s, struct node *map, struct span key,
                                    unsigned levels)
{
    int64_t index = 0;
    enum outcome outcome = take_index(s, &index);
    struct node *list = node_get_span(map, key);

    if (outcome != SET)
        return outcome;
    if (list && !node_is(list, NODE_SEQ))
        return fail_type(s, list, "[]interface {}");
    if (!list)
        list = node_new_seq(s->d);
    outcome = set_at_index(s, &list, index, levels);
    if (outcome != FAILED)
        set_key(s, map, key, list);
    return outcome;
}

static enum outcome set_map_of_key(struct setting *s, struct node *map, struct span key,
                                   unsigned levels)
{
    struct node *below = node_get_span(map, key);
    enum outcome outcome;

    if (levels > NAME_LEVELS_MAX)
        return fail(s,
                    "value name nested level is greater than maximum supported nested level of %d",
                    NAME_LEVELS_MAX);
    if (below && !node_is(below, NODE_MAP))
        return fail_type(s, below, "map[string]interface {}");
    if (!below)
        below = node_new_map(s->d);
    outcome = set_below(s, below, levels);
    if (outcome == SET && !node_len(below))
        return fail(s, "key map %s has no value", quoted(s, key));
    if (outcome != FAILED && node_len(below))
        set_key(s, map, key, below);
    return outcome;
}

// One "path=value" from here on.
static enum outcome set_in_map(struct setting *s, struct node *map, unsigned levels)
{
    uint32_t last;
    struct span key = take_until(s, s->kind == CHART_SET_LITERAL ? "=[." : "=[,.", &last);
    struct node *value = NULL;
    enum outcome outcome;

    if (!last)
        return key.len ? fail(s, "key %s has no value", quoted(s, key)) : AT_END;
    if (++s->keys > KEYS_MAX)
        return fail(s, "it has more than %d keys", KEYS_MAX);
    if (last == '[')
        return set_list_of_key(s, map, key, levels);
    if (last == '.')
        return set_map_of_key(s, map, key, levels + 1);
    if (last == ',')
        return fail(s, "key %s has no value (cannot end with ,)", quoted(s, key));
    outcome = take_value(s, &value);
    if (outcome != FAILED)
        set_key(s, map, key, value);
    return outcome;
}

// Go prints a list of runes: ['a' 'b'].
static enum outcome fail_behind_index(const struct setting *s, struct span text)
{
    struct arena *arena = doc_arena(s->d);
    struct value runes = value_new_list(arena, VALUE_LIST);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    text = span_head(text, 2000);
    while (text.len)
        value_push(arena, runes.list,
                   (struct value){.type = VALUE_INT32, .i = (int64_t)rune_next(&text)});
    value_sprintf(SPAN("%q"), &runes, 1, &out);
    return fail(s, "unexpected data at end of array index: %s", buf_str(&out));
}

// "[0][1]...": a list in the list.
static enum outcome set_list_of_index(struct setting *s, struct node **list, int64_t index,
                                      unsigned levels)
{
    struct node *below = node_item(*list, (size_t)index);
    int64_t next = 0;
    enum outcome outcome = take_index(s, &next);

    if (outcome != SET)
        return outcome;
    if (below && !node_is(below, NODE_SEQ) && !node_is(below, NODE_NULL))
        return fail_type(s, below, "[]interface {}");
    if (!node_is(below, NODE_SEQ))
        below = node_new_seq(s->d);
    outcome = set_at_index(s, &below, next, levels);
    return outcome == SET ? set_index(s, list, index, below) : outcome;
}

// "[0].b...": a map in the list, in the place of whatever else is there.
static enum outcome set_map_of_index(struct setting *s, struct node **list, int64_t index,
                                     unsigned levels)
{
    struct node *below = node_item(*list, (size_t)index);
    enum outcome outcome;

    if (!node_is(below, NODE_MAP)) {
        below = node_new_map(s->d);
        if ((size_t)index < node_len(*list))
            (*list)->seq.items[index] = below;
    }
    outcome = set_below(s, below, levels);
    return outcome == SET ? set_index(s, list, index, below) : outcome;
}

static enum outcome set_in_list(struct setting *s, struct node **list, int64_t index,
                                unsigned levels)
{
    struct node *value = NULL;
    struct span text;
    uint32_t last;

    if (index < 0)
        return fail(s, "negative %lld index not allowed", (long long)index);
    text = take_until(s, "[.=", &last);
    if (text.len)
        return fail_behind_index(s, text);
    switch (last) {
    case '=': return take_value(s, &value) == FAILED ? FAILED : set_index(s, list, index, value);
    case '[': return set_list_of_index(s, list, index, levels);
    case '.': return set_map_of_index(s, list, index, levels);
    default: return AT_END;
    }
}

// A text of --set-json that is a whole map.
static int set_map(struct doc *d, struct node *values, struct span text, struct err **err)
{
    struct node *map = doc_read_json_last(d, text, "its value", ERR_CONFIG, err);

    if (!map)
        return -1;
    chart_merge(d, values, map);
    return 0;
}

static int set_all(struct setting *s, struct node *values)
{
    enum outcome outcome;

    do
        outcome = set_in_map(s, values, 0);
    while (outcome == SET);
    return outcome == FAILED ? -1 : 0;
}

int chart_set(struct doc *d, struct node *values, struct span text, enum chart_set_kind kind,
              chart_set_read read, void *data, struct err **err)
{
    static const char *const flags[] = {"set", "set-string", "set-json", "set-literal", "set-file"};
    struct setting s = {.d = d, .kind = kind, .rest = text, .read = read, .data = data, .err = err};
    bool is_map = kind == CHART_SET_JSON && span_starts(span_trim(text), "{");
    char *shown CLEANUP(mem_cleanup) = NULL;

    if ((is_map ? set_map(d, values, span_trim(text), err) : set_all(&s, values)) == 0)
        return 0;
    if (kind != CHART_SET_JSON)
        return err_wrap(err, "failed parsing --%s data", flags[kind]);
    shown = text_plain(span_head(text, 2000), false);
    return err_wrap(err, "failed parsing --set-json data%s %s", is_map ? " JSON:" : "", shown);
}
