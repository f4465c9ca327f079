// SPDX-License-Identifier: Apache-2.0
// Reading JSON (RFC 8259) straight into nodes, in one pass and with a limit on the memory that it
// takes: a library's tree of values beside ours would take several times as much.
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "io/doc/reader.h"

struct json {
    struct reader r;
    const char *at;
    const char *end;
    uint32_t line;
    enum err_kind kind;
};

static void json_cleanup(struct json *j)
{
    reader_cleanup(&j->r);
}

static int fail(const struct json *j, const char *what)
{
    return err_set(j->r.err, j->kind, "%s:%u: %s", j->r.file, j->line, what);
}

// Fails with a few of the characters that stand where `wanted` should.
static int fail_here(const struct json *j, const char *wanted)
{
    size_t len = 0;

    while (len < 20 && j->at + len < j->end && j->at[len] > ' ' && j->at[len] <= '~')
        len++;
    if (!len)
        return err_set(j->r.err, j->kind, "%s:%u: %s is missing", j->r.file, j->line, wanted);
    return err_set(j->r.err, j->kind, "%s:%u: %s is missing near '%.*s'", j->r.file, j->line,
                   wanted, (int)len, j->at);
}

// The next character that is no white space, 0 at the end.
static char peek(struct json *j)
{
    for (; j->at < j->end; j->at++) {
        if (*j->at == '\n')
            j->line++;
        else if (*j->at != ' ' && *j->at != '\t' && *j->at != '\r')
            return *j->at;
    }
    return '\0';
}

static bool skip(struct json *j, char c)
{
    if (peek(j) != c || j->at == j->end)
        return false;
    j->at++;
    return true;
}

// --- strings ---

static bool hex4(const char *at, const char *end, uint32_t *value)
{
    *value = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;

        if (digit > 15)
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

// What follows "\u": one half of a surrogate pair alone is refused.
static bool read_rune(const char **at, const char *end, uint32_t *rune)
{
    uint32_t low;

    if (!hex4(*at, end, rune))
        return false;
    *at += 4;
    if (*rune < 0xd800 || *rune > 0xdfff)
        return true;
    if (*rune > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' ||
        !hex4(*at + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
        return false;
    *at += 6;
    *rune = 0x10000 + ((*rune - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

// The text of a string that has escapes: never longer than they are.
static int unescape(const struct json *j, struct span raw, struct span *text)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char *start = arena_alloc(j->r.d->arena, raw.len + 1), *out = start;
    const char *at = raw.ptr, *end = raw.ptr + raw.len, *known;
    uint32_t rune;

    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        at++; // what follows is there: the string's end was found by stepping over it
        known = strchr(letters, *at);
        if (*at && known) {
            *out++ = values[known - letters];
            at++;
            continue;
        }
        if (*at++ != 'u' || !read_rune(&at, end, &rune))
            return fail(j, "an invalid escape in a string");
        out += text_encode(rune, out);
    }
    *text = span_of(start, (size_t)(out - start));
    return 0;
}

// From the opening quote on; `text` is in the input when it stands there as it is.
static int read_string(struct json *j, struct span *text, bool *escaped)
{
    const char *start = ++j->at, *at = start;
    struct span raw;

    *escaped = false;
    for (; at < j->end && *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return fail(j, "a control character in a string");
        if (*at == '\\') {
            *escaped = true;
            at++;
        }
    }
    if (at >= j->end)
        return fail(j, "a string without an end");
    raw = span_of(start, (size_t)(at - start));
    j->at = at + 1;
    if (!text_is_utf8(raw))
        return fail(j, "a string that is not UTF-8");
    if (*escaped)
        return unescape(j, raw, text);
    *text = raw;
    return 0;
}

static int read_text(struct json *j, struct node *n)
{
    bool escaped;
    struct span text;

    if (read_string(j, &text, &escaped) < 0)
        return -1;
    n->text = escaped ? text : arena_span(j->r.d->arena, text);
    return 0;
}

// --- numbers and words ---

static size_t skip_digits(struct json *j)
{
    const char *start = j->at;

    while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
        j->at++;
    return (size_t)(j->at - start);
}

static bool skip_any(struct json *j, const char *set)
{
    if (j->at == j->end || !*j->at || !strchr(set, *j->at))
        return false;
    j->at++;
    return true;
}

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
static bool skip_number(struct json *j, bool *whole)
{
    *whole = true;
    (void)skip_any(j, "-");
    if (!skip_any(j, "0") && !skip_digits(j))
        return false;
    if (skip_any(j, ".")) {
        *whole = false;
        if (!skip_digits(j))
            return false;
    }
    if (skip_any(j, "eE")) {
        *whole = false;
        (void)skip_any(j, "-+");
        return skip_digits(j) > 0;
    }
    return true;
}

// Integers of 64 bits stay what they are, all others are doubles.
static int read_number(struct json *j, struct node *n)
{
    const char *start = j->at;
    struct span text;
    int64_t integer;
    double real;
    bool whole;

    if (!skip_number(j, &whole)) {
        j->at = start;
        return fail_here(j, "a value");
    }
    text = span_of(start, (size_t)(j->at - start));
    if (whole && span_i64(text, &integer)) {
        n->type = NODE_INT;
        n->text = integer ? arena_span(j->r.d->arena, text) : SPAN("0");
        return 0;
    }
    if (!number_parse(text, &real))
        return fail(j, "a number that is too large");
    node_set_double(j->r.d, n, real);
    return 0;
}

static int read_word(struct json *j, const char *word, enum node_type type, struct node *n)
{
    size_t len = strlen(word);

    if ((size_t)(j->end - j->at) < len || memcmp(j->at, word, len) != 0)
        return fail_here(j, "a value");
    j->at += len;
    n->type = (uint8_t)type;
    n->text = span_of(word, len);
    if (type == NODE_NULL) {
        n->text = span_of("\0null", 0); // as node_new_null()
        n->flags = NODE_RETYPED;
    }
    return 0;
}

// --- lists and maps ---

static int read_value(struct json *j, unsigned depth, struct node **out);

static int read_list(struct json *j, unsigned depth, struct node *n)
{
    size_t base = j->r.items.len;
    struct node *item;

    j->at++;
    if (!skip(j, ']')) {
        do {
            if (read_value(j, depth, &item) < 0)
                return -1;
            vec_push(&j->r.items, item);
        } while (skip(j, ','));
        if (!skip(j, ']'))
            return fail_here(j, "the end of a list");
    }
    reader_take_items(&j->r, base, n);
    return 0;
}

static int read_pair(struct json *j, unsigned depth)
{
    struct pair pair = {0};
    bool escaped;

    if (peek(j) != '"')
        return fail_here(j, "a key");
    pair.line = j->line;
    if (read_string(j, &pair.key, &escaped) < 0)
        return -1;
    if (span_find(pair.key, '\0') < pair.key.len)
        return fail(j, "a NUL in a key");
    pair.key = doc_intern(j->r.d, pair.key);
    if (!skip(j, ':'))
        return fail_here(j, "the colon behind a key");
    if (read_value(j, depth, &pair.value) < 0)
        return -1;
    vec_push(&j->r.pairs, pair);
    return 0;
}

static int read_map(struct json *j, unsigned depth, struct node *n)
{
    size_t base = j->r.pairs.len;
    const struct pair *twice;
    uint32_t line;

    j->at++;
    if (!skip(j, '}')) {
        do {
            if (read_pair(j, depth) < 0)
                return -1;
        } while (skip(j, ','));
        if (!skip(j, '}'))
            return fail_here(j, "the end of a map");
    }
    twice = reader_find_duplicate(&j->r, base, &line);
    if (twice)
        return err_set(j->r.err, j->kind, "%s:%u: the key \"%.*s\" is already set in line %u",
                       j->r.file, twice->line, SPAN_ARG(span_head(twice->key, 200)), line);
    reader_take_pairs(&j->r, base, n);
    return 0;
}

static int read_value(struct json *j, unsigned depth, struct node **out)
{
    char c = peek(j);

    if (!reader_has_room(&j->r))
        return fail(j, "too many small values: they take many times the memory of the text");
    if (depth >= DOC_DEPTH_MAX && (c == '[' || c == '{'))
        return err_set(j->r.err, j->kind, "%s: nested more than %d levels deep", j->r.file,
                       DOC_DEPTH_MAX);
    *out = reader_node(&j->r, NODE_STRING, j->line);
    switch (c) {
    case '{': (*out)->type = NODE_MAP; return read_map(j, depth + 1, *out);
    case '[': (*out)->type = NODE_SEQ; return read_list(j, depth + 1, *out);
    case '"': return read_text(j, *out);
    case 't': return read_word(j, "true", NODE_BOOL, *out);
    case 'f': return read_word(j, "false", NODE_BOOL, *out);
    case 'n': return read_word(j, "null", NODE_NULL, *out);
    default: return read_number(j, *out);
    }
}

struct node *doc_read_json(struct doc *d, struct span text, const char *name, enum err_kind kind,
                           struct err **err)
{
    struct json j CLEANUP(json_cleanup) = {.r = {.d = d, .file = name, .err = err},
                                           .at = text.ptr,
                                           .end = text.ptr + text.len,
                                           .line = 1,
                                           .kind = kind};
    struct node *n = NULL;
    int result;

    j.r.file_index = doc_add_file(d, name);
    reader_start(&j.r, text.len, DOC_JSON_RATIO);
    result = read_value(&j, 0, &n);
    if (result == 0 && (peek(&j) || j.at < j.end))
        result = fail_here(&j, "the end of the text");
    reader_end(&j.r);
    return result < 0 ? NULL : n;
}
