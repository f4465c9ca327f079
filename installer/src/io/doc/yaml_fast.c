// SPDX-License-Identifier: Apache-2.0
// The fast reader: block maps and lists, plain and quoted scalars, literal blocks, and flow
// collections of one line, which is nearly all of what Kubernetes objects are written in. It
// declines whatever else it meets (anchors, tags, folded blocks, odd keys, every error), and the
// document is then read through libyaml; fuzz_yaml holds the two against each other.
//
// It works on a copy of the document in the arena: the texts of nodes point into it, and the byte
// behind each becomes its NUL once it has been passed.
#include <string.h>

#include "io/doc/yaml_int.h"

#define SIMPLE_KEY_MAX 512 // bytes; YAML's own limit is 1,024 characters
#define ONE_LINE (-1)      // in the place of a parent's indentation: the scalar ends in its line

// Every function returns false when it declines.
struct fast {
    struct reader *r;
    char *at;
    char *end;        // *end is NUL, the byte before it a newline
    char *line_start; // of the line that `at` is in
    uint32_t line;    // its number in the file
    int indent;       // of the line that was found last; -1 at the end
    bool cut;         // the last newline is not the document's own
};

static bool fast_block(struct fast *f, int column, unsigned depth, struct node **out);
static bool fast_flow(struct fast *f, unsigned depth, struct node **out);

static struct node *fast_node(struct fast *f, enum node_type type)
{
    f->r->d->nodes++;
    return reader_node(f->r, type, f->line);
}

// --- lines ---

static void skip_spaces(struct fast *f)
{
    while (*f->at == ' ')
        f->at++;
}

static void skip_to_newline(struct fast *f)
{
    f->at = memchr(f->at, '\n', (size_t)(f->end - f->at));
}

static bool is_marker(const char *at)
{
    return (memcmp(at, "---", 3) == 0 || memcmp(at, "...", 3) == 0) &&
           (at[3] == ' ' || at[3] == '\t' || at[3] == '\n');
}

// From the start of a line to the first line that is neither blank nor a comment.
static bool find_line(struct fast *f)
{
    for (;; f->line++) {
        f->line_start = f->at;
        f->indent = -1;
        if (f->at == f->end)
            return true;
        skip_spaces(f);
        if (*f->at == '#')
            skip_to_newline(f);
        if (*f->at != '\n')
            break;
        f->at++;
    }
    f->indent = (int)(f->at - f->line_start);
    return *f->at != '\t' && (f->indent > 0 || f->end - f->at < 4 || !is_marker(f->at));
}

// From the newline that ends this line; what stands there may be a NUL by now.
static bool next_line(struct fast *f)
{
    f->at++;
    f->line++;
    return find_line(f);
}

static bool is_dash(const char *at)
{
    return at[0] == '-' && (at[1] == ' ' || at[1] == '\n');
}

// Nothing but spaces and a comment up to the newline.
static bool rest_is_empty(struct fast *f)
{
    const char *start = f->at;

    skip_spaces(f);
    if (*f->at == '#' && f->at > start)
        skip_to_newline(f);
    return *f->at == '\n';
}

// --- scalars ---

static bool set_plain(struct fast *f, struct node *n, struct span text)
{
    struct scalar s;

    scalar_resolve(text, f->r->yaml11, &s);
    s.timestamp = s.timestamp && !f->r->yaml11;
    return doc_set_scalar(f->r->d, n, text, &s);
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// From the newline of a line of text to the next text of the same scalar, which is indented deeper
// than `parent`; *breaks is the number of newlines on the way. False when there is none.
static bool find_text(struct fast *f, int parent, int *breaks)
{
    char *at = f->at, *line_start = at;

    for (*breaks = 0; *at == '\n'; ++*breaks) {
        line_start = ++at;
        while (*at == ' ')
            at++;
    }
    if (at == f->end || at - line_start <= parent)
        return false;
    f->at = at;
    f->line += (uint32_t)*breaks;
    return true;
}

// What the newlines between two lines of text stand for: one is a space, more are one less.
static char *put_breaks(char *to, int breaks)
{
    if (breaks == 1)
        *to++ = ' ';
    while (--breaks > 0)
        *to++ = '\n';
    return to;
}

// To the newline of a line of plain text; *stop is the end of the text, *comment: one is behind it.
static bool plain_line(struct fast *f, char **stop, bool *comment)
{
    char *at;

    for (at = f->at; *at != '\n'; at++) {
        if (*at == ':' && (at[1] == ' ' || at[1] == '\n'))
            return false;
        if (*at == '\t')
            return false;
        if (*at == '#' && at[-1] == ' ')
            break;
    }
    *comment = *at == '#';
    f->at = at;
    skip_to_newline(f);
    while (at[-1] == ' ')
        at--;
    *stop = at;
    return true;
}

// A plain value. Further lines are moved up to the first.
static bool fast_plain(struct fast *f, int parent, struct node **out)
{
    char *start = f->at, *to, *stop;
    bool comment;
    int breaks;

    if (strchr(",[]{}#&*!|>'\"%@`?:", *start) || is_dash(start))
        return false;
    *out = fast_node(f, NODE_STRING);
    if (!plain_line(f, &to, &comment))
        return false;
    while (!comment && find_text(f, parent, &breaks)) {
        char *line = f->at;

        if (*line == '#' || is_dash(line) || !plain_line(f, &stop, &comment))
            return false;
        to = put_breaks(to, breaks);
        memmove(to, line, (size_t)(stop - line));
        to += stop - line;
    }
    if (!set_plain(f, *out, span_of(start, (size_t)(to - start))))
        return false;
    *to = '\0';
    return true;
}

// The character that an escape in double quotes stands for, of the common ones.
static char unescape(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '"':
    case '\\': return c;
    default: return '\0';
    }
}

// From the opening quote to behind the closing one. The text is made in place.
static bool quoted_text(struct fast *f, int parent, struct span *text)
{
    char quote = *f->at;
    char *from = f->at + 1;
    char *start = from;
    char *to = from;
    int breaks;

    for (;; from++) {
        if (*from == '\t')
            return false;
        if (*from == '\n') {
            f->at = from;
            if (parent == ONE_LINE || !find_text(f, parent, &breaks))
                return false;
            while (to > start && to[-1] == ' ')
                to--;
            to = put_breaks(to, breaks);
            from = f->at - 1;
            continue;
        }
        if (*from == quote && (quote == '"' || from[1] != '\''))
            break;
        if (*from == quote) {
            from++;
        } else if (quote == '"' && *from == '\\') {
            from++;
            *from = unescape(*from);
            if (!*from)
                return false;
        }
        *to++ = *from;
    }
    *text = span_of(start, (size_t)(to - start));
    *to = '\0';
    f->at = from + 1;
    return true;
}

static bool fast_quoted(struct fast *f, int parent, struct node **out)
{
    struct span text;

    *out = fast_node(f, NODE_STRING);
    (*out)->flags = NODE_QUOTED;
    if (!quoted_text(f, parent, &text))
        return false;
    (*out)->text = text;
    return true;
}

// --- literal blocks ---

// "|", "|-" or "|+" with the newline behind it; others are declined.
static bool literal_header(struct fast *f, char *chomp)
{
    f->at++;
    *chomp = '\0';
    if (*f->at == '-' || *f->at == '+')
        *chomp = *f->at++;
    if (!rest_is_empty(f))
        return false;
    f->at++;
    f->line++;
    return true;
}

// The indentation of a literal block below something indented by `parent`: that of its first line
// that is not blank. Zero when there is none, or when the blank lines before it are longer.
static int literal_indent(const struct fast *f, int parent)
{
    const char *at = f->at;
    int longest = 0;

    for (;;) {
        const char *start = at;
        int spaces;

        while (*at == ' ')
            at++;
        spaces = (int)(at - start);
        if (at == f->end)
            return 0;
        if (*at != '\n')
            return *at != '\t' && spaces > parent && spaces >= longest ? spaces : 0;
        if (spaces > longest)
            longest = spaces;
        at++;
    }
}

// Moves the content of one line to `*to`; false at the line that ends the block.
static bool literal_line(struct fast *f, int indent, char **to)
{
    char *start = f->at;
    char *newline;
    int spaces = 0;

    while (spaces < indent && start[spaces] == ' ')
        spaces++;
    if (start == f->end || (spaces < indent && start[spaces] != '\n'))
        return false;
    newline = memchr(start, '\n', (size_t)(f->end - start));
    start += spaces;
    memmove(*to, start, (size_t)(newline + 1 - start));
    *to += newline + 1 - start;
    f->at = newline + 1;
    f->line++;
    return true;
}

static bool fast_literal(struct fast *f, int parent, struct node **out)
{
    char chomp;
    char *start;
    char *to;
    int indent;

    *out = fast_node(f, NODE_STRING);
    (*out)->flags = NODE_QUOTED;
    if (!literal_header(f, &chomp))
        return false;
    indent = literal_indent(f, parent);
    if (!indent)
        return false;
    start = to = f->at;
    while (literal_line(f, indent, &to))
        ;
    if ((f->at == f->end && f->cut) || f->at[strspn(f->at, " ")] == '\t')
        return false;
    if (chomp != '+')
        while (to[-1] == '\n' && (chomp == '-' || to[-2] == '\n'))
            to--;
    *to = '\0';
    (*out)->text = span_of(start, (size_t)(to - start));
    return find_line(f);
}

// --- keys ---

static bool is_key_char(char c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '$';
}

// Whether a plain key is a string, as it has to be.
static bool is_string_key(const struct fast *f, struct span key)
{
    struct scalar s;

    scalar_resolve(key, f->r->yaml11, &s);
    return s.type == NODE_STRING && !s.timestamp;
}

// From the start of a key to its end, and the text of it; false when this is no key.
static bool scan_key(char *start, char **stop, struct span *key)
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
    while (is_key_char(*at))
        at++;
    *key = span_of(start, (size_t)(at - start));
    *stop = at;
    return key->len && *start != '-';
}

// A key and its colon, with a space or the end of the line behind it. Nothing is changed when there
// is none here.
static bool fast_key(struct fast *f, struct span *key)
{
    char *stop;

    if (!scan_key(f->at, &stop, key) || key->len > SIMPLE_KEY_MAX)
        return false;
    if (*stop != ':' || (stop[1] != ' ' && stop[1] != '\n'))
        return false;
    if (*f->at == '"' || *f->at == '\'' ? span_is(*key, "<<") : !is_string_key(f, *key))
        return false;
    f->at = stop + 1;
    return true;
}

// --- flow collections, on one line; texts are copied, as what stands behind them is needed ---

static bool fast_flow_plain(struct fast *f, struct node **out)
{
    char *start = f->at;

    if (!is_alnum(*start) && *start != '/' && *start != '.' &&
        (*start != '-' || !is_alnum(start[1])))
        return false;
    while (is_key_char(*f->at))
        f->at++;
    *out = fast_node(f, NODE_STRING);
    return set_plain(f, *out, arena_span(f->r->d->arena, span_of(start, (size_t)(f->at - start))));
}

static bool fast_flow_value(struct fast *f, unsigned depth, struct node **out)
{
    if (*f->at == '[' || *f->at == '{')
        return fast_flow(f, depth, out);
    if (*f->at == '"' || *f->at == '\'')
        return fast_quoted(f, ONE_LINE, out);
    return fast_flow_plain(f, out);
}

static bool fast_flow_pair(struct fast *f, unsigned depth)
{
    struct pair pair = {.line = f->line};
    struct span key;

    if (!fast_key(f, &key) || *f->at != ' ')
        return false;
    pair.key = doc_intern(f->r->d, key);
    skip_spaces(f);
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
    f->at++;
    skip_spaces(f);
    if (*f->at != close) {
        for (;;) {
            if (!(map ? fast_flow_pair(f, depth + 1) : fast_flow_item(f, depth + 1)))
                return false;
            skip_spaces(f);
            if (*f->at != ',')
                break;
            f->at++;
            skip_spaces(f);
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
        done = fast_flow(f, depth, out) && rest_is_empty(f);
    else if (*f->at == '"' || *f->at == '\'')
        done = fast_quoted(f, parent, out) && rest_is_empty(f);
    else
        done = fast_plain(f, parent, out);
    // What is indented deeper would belong to this value.
    return done && next_line(f) && f->indent <= parent;
}

static bool fast_list(struct fast *f, int column, bool in_map, unsigned depth, struct node **out);

// What stands behind "key:" of a map at `parent`, or (`item`) behind the dash of a list.
static bool fast_value(struct fast *f, int parent, bool item, unsigned depth, struct node **out)
{
    uint32_t line = f->line;
    struct span key;
    char *start;

    skip_spaces(f);
    start = f->at;
    if (*start != '\n' && *start != '#') {
        if (!item)
            return fast_inline(f, parent, depth, out);
        if (!is_dash(start) && !fast_key(f, &key))
            return fast_inline(f, parent, depth, out);
        f->at = start; // a map or list in the line of its dash
        return fast_block(f, (int)(start - f->line_start), depth, out) && f->indent <= parent;
    }
    skip_to_newline(f);
    if (!next_line(f))
        return false;
    if (f->indent > parent)
        return fast_block(f, f->indent, depth, out) && f->indent <= parent;
    if (!item && f->indent == parent && is_dash(f->at))
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
        if (!fast_value(f, column, true, depth + 1, &item))
            return false;
        vec_push(&f->r->items, item);
    } while (f->indent == column && is_dash(f->at));
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

        if (!fast_key(f, &key))
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
    return is_dash(f->at) ? fast_list(f, column, false, depth, out)
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

// Only characters that stand for themselves everywhere. A tab passes; it is looked for where it
// matters.
static bool has_simple_characters(struct span text)
{
    unsigned char high = 0;
    bool control = false;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        high |= c;
        control |= (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    }
    if (control || !(high & 0x80))
        return !control;
    if (!utf8_valid(text))
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
    return rest_is_empty(f) && next_line(f);
}

bool yaml_read_fast(struct reader *r, struct span text, struct node **out)
{
    char *copy;
    struct fast f = {.r = r, .line = r->first_line + 1};

    *out = NULL;
    if (!has_simple_characters(text))
        return false;
    copy = arena_alloc(r->d->arena, text.len + 2);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    f.cut = !text.len || text.ptr[text.len - 1] != '\n';
    if (f.cut)
        copy[text.len++] = '\n';
    f.at = copy;
    f.end = copy + text.len;
    if (!find_line(&f) && !(f.indent == 0 && f.at[0] == '-'))
        return false;
    if (f.indent == 0 && !skip_start_marker(&f))
        return false;
    if (f.indent < 0)
        return true;
    return f.indent == 0 && fast_block(&f, 0, 0, out) && f.indent < 0 &&
           r->d->nodes <= DOC_NODES_MAX;
}
