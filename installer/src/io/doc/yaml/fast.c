// SPDX-License-Identifier: Apache-2.0
// The fast reader: block maps and lists, plain and quoted scalars, literal blocks, and flow
// collections of one line, which is nearly all of what Kubernetes objects are written in. It
// declines whatever else it meets (anchors, tags, folded blocks, odd keys, every error), and the
// document is then read through libyaml; fuzz_yaml holds the two against each other.
//
// It works on a copy of the document in the arena: the texts of nodes point into it, and the byte
// behind each becomes its NUL once it has been passed.
#include "io/doc/yaml/fast.h"

#include "base/rune.h"
#include "base/text.h"
#include "io/doc/yaml/readers.h"

#define SIMPLE_KEY_MAX 512 // bytes; YAML's own limit is 1,024 characters

static bool fast_block(struct fast *f, int column, unsigned depth, struct node **out);
static bool fast_flow(struct fast *f, unsigned depth, struct node **out);

// --- keys ---

// Whether a plain key goes on with a sign at `at`, which is not its start: a colon with text behind
// it is part of it (as in "host:80"), brackets and commas are outside of flow collections.
static bool key_goes_on(const char *at, bool in_flow)
{
    if (*at == '@')
        return true;
    if (!in_flow && (*at == '[' || *at == ']' || *at == ','))
        return true;
    return *at == ':' && (fast_is_key(at[1]) || (!in_flow && at[1] == '['));
}

// From the start of a key to its end, and the text of it; false when this is no key.
static bool scan_key(char *start, bool in_flow, char **stop, struct span *key)
{
    char *at = start;

    if (*start == '"' || *start == '\'') {
        for (at++; *at != *start; at++)
            if (*at == '\n' || *at == '\t' || *at == '\\')
                return false;
        *key = span_of(start + 1, (size_t)(at - start - 1));
        *stop = at + 1;
        return true;
    }
    while (fast_is_key(*at) || (at > start && key_goes_on(at, in_flow)))
        at++;
    *key = span_of(start, (size_t)(at - start));
    *stop = at;
    return key->len && *start != '-';
}

// A key and its colon, with a space or the end of the line behind it. Nothing is changed when there
// is none here.
static bool fast_key(struct fast *f, bool in_flow, struct span *key)
{
    char *stop;

    if (!scan_key(f->at, in_flow, &stop, key) || key->len > SIMPLE_KEY_MAX)
        return false;
    if (*stop != ':' || (stop[1] != ' ' && stop[1] != '\n'))
        return false;
    if (*f->at == '"' || *f->at == '\'' ? span_is(*key, "<<") : scalar_is_typed(*key, f->r->yaml11))
        return false;
    f->at = stop + 1;
    return true;
}

// --- flow collections, on one line; texts are copied, as what stands behind them is needed ---

static bool fast_flow_plain(struct fast *f, struct node **out)
{
    char *start = f->at;

    if (!fast_is_alnum(*start) && *start != '_' && *start != '/' && *start != '.' &&
        (*start != '-' || !fast_is_alnum(start[1])))
        return false;
    while (fast_is_key(*f->at))
        f->at++;
    *out = fast_node(f, NODE_STRING);
    return fast_set_plain(f, *out,
                          arena_span(f->r->d->arena, span_of(start, (size_t)(f->at - start))));
}

static bool fast_flow_value(struct fast *f, unsigned depth, struct node **out)
{
    if (*f->at == '[' || *f->at == '{')
        return fast_flow(f, depth, out);
    if (*f->at == '"' || *f->at == '\'')
        return fast_quoted(f, FAST_ONE_LINE, out);
    return fast_flow_plain(f, out);
}

static bool fast_flow_pair(struct fast *f, unsigned depth)
{
    struct pair pair = {.line = f->line};
    struct span key;

    if (!fast_key(f, true, &key) || *f->at != ' ')
        return false;
    pair.key = doc_intern(f->r->d, key);
    fast_skip_spaces(f);
    if (!fast_flow_value(f, depth, &pair.value))
        return false;
    vec_push(&f->r->pairs, pair);
    return true;
}

static bool fast_flow_item(struct fast *f, unsigned depth)
{
    struct node *item;

    if (!fast_flow_value(f, depth, &item))
        return false;
    vec_push(&f->r->items, item);
    return true;
}

static bool finish_map(struct fast *f, size_t base, struct node *map)
{
    uint32_t line;

    if (reader_find_duplicate(f->r, base, &line))
        return false;
    reader_take_pairs(f->r, base, map);
    return true;
}

static bool fast_flow(struct fast *f, unsigned depth, struct node **out)
{
    bool map = *f->at == '{';
    char close = map ? '}' : ']';
    size_t base = map ? f->r->pairs.len : f->r->items.len;

    if (depth >= DOC_DEPTH_MAX)
        return false;
    *out = fast_node(f, map ? NODE_MAP : NODE_SEQ);
    if (!f->r->yaml11)
        (*out)->flags |= NODE_FLOW;
    f->at++;
    fast_skip_spaces(f);
    if (*f->at != close) {
        for (;;) {
            if (!reader_has_room(f->r) ||
                !(map ? fast_flow_pair(f, depth + 1) : fast_flow_item(f, depth + 1)))
                return false;
            fast_skip_spaces(f);
            if (*f->at != ',')
                break;
            f->at++;
            fast_skip_spaces(f);
        }
    }
    if (*f->at++ != close)
        return false;
    if (map)
        return finish_map(f, base, *out);
    reader_take_items(f->r, base, *out);
    return true;
}

// --- block collections ---

// A value that starts on the line of its key or dash; the line after it is found.
static bool fast_inline(struct fast *f, int parent, unsigned depth, struct node **out)
{
    bool done;

    if (*f->at == '|')
        return fast_literal(f, parent, out) && f->indent <= parent;
    if (*f->at == '[' || *f->at == '{')
        done = fast_flow(f, depth, out) && fast_rest_is_empty(f);
    else if (*f->at == '"' || *f->at == '\'')
        done = fast_quoted(f, parent, out) && fast_rest_is_empty(f);
    else
        done = fast_plain(f, parent, out);
    // What is indented deeper would belong to this value.
    return done && fast_next_line(f) && f->indent <= parent;
}

static bool fast_list(struct fast *f, int column, bool in_map, unsigned depth, struct node **out);

// What stands deeper than the "key:" or dash of the line before.
static bool fast_below(struct fast *f, int parent, unsigned depth, struct node **out)
{
    char *start = f->at;
    struct span key;

    if (*start == '|')
        return fast_inline(f, parent, depth, out);
    if ((*start == '"' || *start == '\'') && !fast_key(f, false, &key))
        return fast_inline(f, parent, depth, out);
    f->at = start;
    return fast_block(f, f->indent, depth, out) && f->indent <= parent;
}

// What stands behind "key:" of a map at `parent`, or (`item`) behind the dash of a list.
static bool fast_value(struct fast *f, int parent, bool item, unsigned depth, struct node **out)
{
    uint32_t line = f->line;
    struct span key;
    char *start;

    fast_skip_spaces(f);
    start = f->at;
    if (*start != '\n' && *start != '#') {
        if (!item)
            return fast_inline(f, parent, depth, out);
        if (!fast_is_dash(start) && !fast_key(f, false, &key))
            return fast_inline(f, parent, depth, out);
        f->at = start; // a map or list in the line of its dash
        return fast_block(f, (int)(start - f->line_start), depth, out) && f->indent <= parent;
    }
    fast_skip_to_newline(f);
    if (!fast_next_line(f))
        return false;
    if (f->indent > parent)
        return fast_below(f, parent, depth, out);
    if (!item && f->indent == parent && fast_is_dash(f->at))
        return fast_list(f, parent, true, depth, out);
    *out = fast_node(f, NODE_NULL);
    (*out)->line = line;
    (*out)->text = SPAN_EMPTY;
    return true;
}

static bool fast_list(struct fast *f, int column, bool in_map, unsigned depth, struct node **out)
{
    size_t base = f->r->items.len;

    if (depth >= DOC_DEPTH_MAX)
        return false;
    *out = fast_node(f, NODE_SEQ);
    do {
        struct node *item;

        f->at++;
        if (!reader_has_room(f->r) || !fast_value(f, column, true, depth + 1, &item))
            return false;
        vec_push(&f->r->items, item);
    } while (f->indent == column && fast_is_dash(f->at));
    reader_take_items(f->r, base, *out);
    return f->indent < column || in_map;
}

static bool fast_map(struct fast *f, int column, unsigned depth, struct node **out)
{
    size_t base = f->r->pairs.len;

    *out = fast_node(f, NODE_MAP);
    do {
        struct pair pair = {.line = f->line};
        struct span key;

        if (!reader_has_room(f->r) || !fast_key(f, false, &key))
            return false;
        pair.key = doc_intern(f->r->d, key);
        if (!fast_value(f, column, false, depth + 1, &pair.value))
            return false;
        vec_push(&f->r->pairs, pair);
    } while (f->indent == column);
    return f->indent < column && finish_map(f, base, *out);
}

static bool fast_block(struct fast *f, int column, unsigned depth, struct node **out)
{
    if (depth >= DOC_DEPTH_MAX)
        return false;
    return fast_is_dash(f->at) ? fast_list(f, column, false, depth, out)
                               : fast_map(f, column, depth, out);
}

// --- documents ---

// None of the controls and line breaks that YAML has beyond ASCII, and no byte order mark.
static bool is_simple_rune(uint32_t rune)
{
    if (rune < 0x2028)
        return rune < 0x80 || rune >= 0xa0;
    return rune > 0x2029 && rune != 0xfeff && rune != 0xfffe && rune != 0xffff;
}

// What the bytes of a text have in common: bit 7, and whether one is a control.
struct bytes_seen {
    unsigned char high, control;
};

// Without a branch, so that the compiler takes many bytes at once.
static inline void see_bytes(struct bytes_seen *seen, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)at[i];

        seen->high |= c & 0x80;
        seen->control |= (c < 0x20) & (c != '\n') & (c != '\t');
        seen->control |= c == 0x7f;
    }
}

// Only characters that stand for themselves everywhere. A tab passes; it is looked for where it
// matters.
static bool has_simple_characters(struct span text)
{
    enum { STEP_BYTES = 64 };
    struct bytes_seen seen = {0};
    size_t done = 0;

    for (; text.len - done >= STEP_BYTES; done += STEP_BYTES)
        see_bytes(&seen, text.ptr + done, STEP_BYTES);
    see_bytes(&seen, text.ptr + done, text.len - done);
    if (seen.control || !seen.high)
        return !seen.control;
    if (!text_is_utf8(text))
        return false;
    while (text.len)
        if (!is_simple_rune(rune_next(&text)))
            return false;
    return true;
}

// "---" alone in the first line.
static bool skip_start_marker(struct fast *f)
{
    if (f->end - f->at < 4 || memcmp(f->at, "---", 3) != 0)
        return true;
    f->at += 3;
    return fast_rest_is_empty(f) && fast_next_line(f);
}

// Reads from a copy that ends with a newline.
static void take_copy(struct fast *f, struct span text)
{
    char *copy = arena_alloc(f->r->d->arena, text.len + 2);

    if (text.len)
        memcpy(copy, text.ptr, text.len);
    f->cut = !text.len || text.ptr[text.len - 1] != '\n';
    if (f->cut)
        copy[text.len++] = '\n';
    f->at = copy;
    f->end = copy + text.len;
}

bool yaml_read_fast(struct reader *r, struct span text, struct node **out)
{
    struct fast f = {.r = r, .line = r->first_line + 1};

    *out = NULL;
    if (!has_simple_characters(text))
        return false;
    take_copy(&f, text);
    if (!fast_find_line(&f) && !(f.indent == 0 && f.at[0] == '-'))
        return false;
    if (f.indent == 0 && !skip_start_marker(&f))
        return false;
    if (f.indent < 0)
        return true;
    if (f.at[0] == '[' || f.at[0] == '{')
        return f.indent == 0 && fast_inline(&f, -1, 0, out) && f.indent < 0;
    return f.indent == 0 && fast_block(&f, 0, 0, out) && f.indent < 0;
}
