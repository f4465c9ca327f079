// SPDX-License-Identifier: Apache-2.0
// Reading JSON (RFC 8259) straight into nodes, in one pass and with a limit on the memory that it
// takes: a library's tree of values beside ours would take several times as much.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/rune.h"
#include "base/text.h"
#include "io/doc/reader.h"

struct json {
    struct reader r;
    const char *at;
    const char *end;
    uint32_t line;
    enum err_kind kind;
    bool go;           // of no file: as lenient as encoding/json, and errors are in its words
    bool last;         // of equal keys the last one counts
    struct err *unfit; // with go: the first number that no float64 holds
};

static void json_cleanup(struct json *j)
{
    reader_cleanup(&j->r);
    err_clear(&j->unfit);
}

static int fail(const struct json *j, const char *what)
{
    return j->go ? err_set(j->r.err, j->kind, "json: %s", what)
                 : err_set(j->r.err, j->kind, "%s:%u: %s", j->r.file, j->line, what);
}

// Go's words for the byte at `at`, which cannot stand `where` it does.
static int fail_as_go(const struct json *j, const char *at, const char *where)
{
    unsigned char c;

    // At the end Go sees whether a blank would do.
    if (at >= j->end && strncmp(where, "in ", 3) != 0 && strncmp(where, "after decimal", 13) != 0)
        return err_set(j->r.err, j->kind, "unexpected end of JSON input");
    c = at < j->end ? (unsigned char)*at : ' ';
    if (c == '\'' || c == '\\')
        return err_set(j->r.err, j->kind, "invalid character '\\%c' %s", c, where);
    if (c >= 0xa1 && c != 0xad) // the rune of that number
        return err_set(j->r.err, j->kind, "invalid character '%c%c' %s", 0xc0 | c >> 6,
                       0x80 | (c & 0x3f), where);
    if (c >= ' ' && c <= '~')
        return err_set(j->r.err, j->kind, "invalid character '%c' %s", c, where);
    if (c >= '\a' && c <= '\r')
        return err_set(j->r.err, j->kind, "invalid character '\\%c' %s", "abtnvfr"[c - '\a'],
                       where);
    return err_set(j->r.err, j->kind,
                   c < 0x80 ? "invalid character '\\x%02x' %s" : "invalid character '\\u%04x' %s",
                   c, where);
}

// Fails with a few of the characters that stand where `wanted` should.
static int fail_here(const struct json *j, const char *wanted, const char *where)
{
    size_t len = 0;

    if (j->go)
        return fail_as_go(j, j->at, where);
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

// What follows "\u": one half of a surrogate pair alone is refused; to Go it is U+FFFD.
static bool read_rune(const struct json *j, const char **at, const char *end, uint32_t *rune)
{
    uint32_t low;

    if (!hex4(*at, end, rune))
        return false;
    *at += 4;
    if (*rune < 0xd800 || *rune > 0xdfff)
        return true;
    if (*rune > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' ||
        !hex4(*at + 2, end, &low) || low < 0xdc00 || low > 0xdfff) {
        *rune = RUNE_BAD;
        return j->go;
    }
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
        if (*at++ != 'u' || !read_rune(j, &at, end, &rune))
            return fail(j, "an invalid escape in a string");
        out += text_encode(rune, out);
    }
    *text = span_of(start, (size_t)(out - start));
    return 0;
}

// Go looks at an escape before it looks for the end of the string.
static int check_escape(const struct json *j, const char *at)
{
    if (!j->go || (at < j->end && *at && strchr("\"\\/bfnrt", *at)))
        return 0;
    if (at == j->end || *at != 'u')
        return fail_as_go(j, at, "in string escape code");
    for (int i = 0; i < 4; i++)
        if (++at == j->end || !isxdigit((unsigned char)*at))
            return fail_as_go(j, at, "in \\u hexadecimal character escape");
    return 0;
}

// What is no UTF-8 as U+FFFD, as Go reads it.
static struct span cleaned(const struct json *j, struct span raw)
{
    char *text = arena_aligned(j->r.d->arena, raw.len * 3, 1);
    size_t len = 0;

    while (raw.len)
        len += text_encode(rune_next(&raw), text + len);
    return span_of(text, len);
}

// From the opening quote on; `text` is in the input when it stands there as it is.
static int read_string(struct json *j, struct span *text, bool *escaped)
{
    const char *start = ++j->at, *at = start;
    struct span raw;

    *escaped = false;
    for (; at < j->end && *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return j->go ? fail_as_go(j, at, "in string literal")
                         : fail(j, "a control character in a string");
        if (*at == '\\') {
            *escaped = true;
            at++;
            if (check_escape(j, at) < 0)
                return -1;
        }
    }
    if (at >= j->end)
        return j->go ? fail_as_go(j, j->end, "") : fail(j, "a string without an end");
    raw = span_of(start, (size_t)(at - start));
    j->at = at + 1;
    if (!text_is_utf8(raw)) {
        if (!j->go)
            return fail(j, "a string that is not UTF-8");
        raw = cleaned(j, raw);
    }
    if (*escaped)
        return unescape(j, raw, text);
    *text = raw;
    return 0;
}

static int read_text(struct json *j, struct node *n)
{
    bool escaped;
    struct span text = SPAN_EMPTY;

    if (read_string(j, &text, &escaped) < 0)
        return -1;
    n->text = escaped ? text : arena_span(j->r.d->arena, text);
    return 0;
}

// --- numbers and words ---

static void set_null(struct node *n) // as node_new_null()
{
    n->type = NODE_NULL;
    n->text = span_of("\0null", 0);
    n->flags = NODE_RETYPED;
}

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

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?   Go's words for where it fails, or NULL.
static const char *skip_number(struct json *j, bool *whole)
{
    bool minus = skip_any(j, "-");

    *whole = true;
    if (!skip_any(j, "0") && !skip_digits(j))
        return minus ? "in numeric literal" : "looking for beginning of value";
    if (skip_any(j, ".")) {
        *whole = false;
        if (!skip_digits(j))
            return "after decimal point in numeric literal";
    }
    if (skip_any(j, "eE")) {
        *whole = false;
        (void)skip_any(j, "-+");
        if (!skip_digits(j))
            return "in exponent of numeric literal";
    }
    return NULL;
}

// Go looks for faults of syntax in the whole text first; what fits no type is left out while it
// goes on, and the first of it is told at the end.
static int leave_out(struct json *j, struct span text, struct node *n)
{
    if (!j->unfit)
        (void)err_set(&j->unfit, j->kind,
                      "json: cannot unmarshal number %.*s into Go value of type float64",
                      SPAN_ARG(text));
    set_null(n);
    return 0;
}

// Integers of 64 bits stay what they are, all others are doubles.
static int read_number(struct json *j, struct node *n)
{
    const char *start = j->at, *fault;
    struct span text;
    int64_t integer;
    double real;
    bool whole;

    fault = skip_number(j, &whole);
    if (fault) {
        if (!j->go)
            j->at = start;
        return fail_here(j, "a value", fault);
    }
    text = span_of(start, (size_t)(j->at - start));
    // To Go all numbers are doubles, which have a zero below zero.
    if (j->go && *start == '-' && number_parse(text, &real) && real == 0) {
        n->type = NODE_FLOAT;
        n->text = SPAN("-0");
        return 0;
    }
    if (whole && span_i64(text, &integer)) {
        n->type = NODE_INT;
        n->text = integer ? arena_span(j->r.d->arena, text) : SPAN("0");
        return 0;
    }
    if (!number_parse(text, &real))
        return j->go ? leave_out(j, text, n) : fail(j, "a number that is too large");
    node_set_double(j->r.d, n, real);
    return 0;
}

// The character that is not the word's.
static int fail_word(struct json *j, const char *word)
{
    char where[40];
    size_t same = 0;

    while (j->at < j->end && *j->at == word[same]) {
        j->at++;
        same++;
    }
    snprintf(where, sizeof(where), "in literal %s (expecting '%c')", word, word[same]);
    return fail_as_go(j, j->at, where);
}

static int read_word(struct json *j, const char *word, enum node_type type, struct node *n)
{
    size_t len = strlen(word);

    if ((size_t)(j->end - j->at) < len || memcmp(j->at, word, len) != 0)
        return j->go ? fail_word(j, word) : fail_here(j, "a value", "");
    j->at += len;
    n->type = (uint8_t)type;
    n->text = span_of(word, len);
    if (type == NODE_NULL)
        set_null(n);
    return 0;
}

// --- lists and maps ---

static int read_value(struct json *j, unsigned depth, struct node **out);

static int read_list(struct json *j, unsigned depth, struct node *n)
{
    size_t base = j->r.items.len;
    struct node *item = NULL;

    j->at++;
    if (!skip(j, ']')) {
        do {
            if (read_value(j, depth, &item) < 0)
                return -1;
            vec_push(&j->r.items, item);
        } while (skip(j, ','));
        if (!skip(j, ']'))
            return fail_here(j, "the end of a list", "after array element");
    }
    reader_take_items(&j->r, base, n);
    return 0;
}

static int read_pair(struct json *j, unsigned depth)
{
    struct pair pair = {0};
    bool escaped;

    if (peek(j) != '"')
        return fail_here(j, "a key", "looking for beginning of object key string");
    pair.line = j->line;
    if (read_string(j, &pair.key, &escaped) < 0)
        return -1;
    if (!j->go && span_find(pair.key, '\0') < pair.key.len)
        return fail(j, "a NUL in a key");
    pair.key = doc_intern(j->r.d, pair.key);
    if (!skip(j, ':'))
        return fail_here(j, "the colon behind a key", "after object key");
    if (read_value(j, depth, &pair.value) < 0)
        return -1;
    vec_push(&j->r.pairs, pair);
    return 0;
}

static int read_map(struct json *j, unsigned depth, struct node *n)
{
    size_t base = j->r.pairs.len;
    const struct pair *twice;
    uint32_t line = 0;

    j->at++;
    if (!skip(j, '}')) {
        do {
            if (read_pair(j, depth) < 0)
                return -1;
        } while (skip(j, ','));
        if (!skip(j, '}'))
            return fail_here(j, "the end of a map", "after object key:value pair");
    }
    if (j->last)
        reader_drop_duplicates(&j->r, base);
    twice = j->go || j->last ? NULL : reader_find_duplicate(&j->r, base, &line);
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
        return err_set(j->r.err, j->kind, "%s: nested more than %d levels deep",
                       j->go ? "json" : j->r.file, DOC_DEPTH_MAX);
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

static struct node *read_document(struct json *j, size_t len)
{
    struct node *n = NULL;
    int result;

    reader_start(&j->r, len, DOC_JSON_RATIO);
    result = read_value(j, 0, &n);
    if (result == 0 && (peek(j) || j->at < j->end))
        result = fail_here(j, "the end of the text", "after top-level value");
    reader_end(&j->r);
    return result < 0 ? NULL : n;
}

static struct node *read_file(struct doc *d, struct span text, const char *name, enum err_kind kind,
                              bool last, struct err **err)
{
    struct json j CLEANUP(json_cleanup) = {.r = {.d = d, .file = name, .err = err},
                                           .at = text.ptr,
                                           .end = text.ptr + text.len,
                                           .line = 1,
                                           .kind = kind,
                                           .last = last};

    j.r.file_index = doc_add_file(d, name);
    return read_document(&j, text.len);
}

struct node *doc_read_json(struct doc *d, struct span text, const char *name, enum err_kind kind,
                           struct err **err)
{
    return read_file(d, text, name, kind, false, err);
}

struct node *doc_read_json_last(struct doc *d, struct span text, const char *name,
                                enum err_kind kind, struct err **err)
{
    return read_file(d, text, name, kind, true, err);
}

int doc_read_go_json(struct doc *d, struct span text, struct node **out, struct err **err)
{
    struct json j CLEANUP(json_cleanup) = {.r = {.d = d, .err = err},
                                           .at = text.ptr,
                                           .end = text.ptr + text.len,
                                           .line = 1,
                                           .kind = ERR_CONFIG,
                                           .go = true};

    *out = read_document(&j, text.len);
    if (!*out)
        return -1;
    return j.unfit ? err_move(err, &j.unfit) : 0;
}
