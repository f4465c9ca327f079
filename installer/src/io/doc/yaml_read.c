// SPDX-License-Identifier: Apache-2.0
// Reading YAML: libyaml's events become nodes. Scalars are typed as go-yaml v3 types them; aliases
// and merge keys are expanded as kyaml expands them; a file is cut into documents as kyaml cuts it.
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "io/doc/doc_int.h"

#define MERGE_INLINE_MAX 1024 // maps that one merge key may name

struct anchor {
    struct node *node;
    bool open; // still being read: an alias to it would contain itself
};

struct reader {
    struct doc *d;
    const char *file;
    uint16_t file_index;
    bool yaml11;
    uint32_t first_line; // lines of the file before the text that libyaml reads
    yaml_parser_t parser;
    struct map anchors;        // name to struct anchor in the arena
    VEC(struct pair) pairs;    // of the maps being read, one after the other
    VEC(struct node *) items;  // of the lists being read
    struct err **err;
};

static void event_cleanup(yaml_event_t *event)
{
    yaml_event_delete(event);
}

static uint32_t line_of(const struct reader *r, const yaml_event_t *event)
{
    return r->first_line + (uint32_t)event->start_mark.line + 1;
}

static int fail(struct reader *r, uint32_t line, const char *what)
{
    return err_set(r->err, ERR_CONFIG, "%s:%u: %s", r->file, line, what);
}

// The error of libyaml with the line that the problem is on.
static int fail_parser(struct reader *r, struct span text)
{
    const yaml_parser_t *p = &r->parser;
    uint32_t line = r->first_line + (uint32_t)p->problem_mark.line + 1;
    const char *problem = p->problem ? p->problem : "malformed YAML";

    if (p->error == YAML_READER_ERROR) {
        line = r->first_line + 1;
        for (size_t i = 0; i < text.len && i < p->problem_offset; i++)
            line += text.ptr[i] == '\n';
    }
    if (p->context)
        return err_set(r->err, ERR_CONFIG, "%s:%u: %s %s (started in line %u)", r->file, line,
                       problem, p->context,
                       r->first_line + (uint32_t)p->context_mark.line + 1);
    return fail(r, line, problem);
}

static struct node *new_node(struct reader *r, enum node_type type, uint32_t line)
{
    struct node *n = doc_new_node(r->d, type);

    n->file = r->file_index;
    n->line = line;
    return n;
}

// --- scalars ---

// The short name of a tag of YAML's own ("int"), or NULL.
static const char *standard_tag(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";

    return tag && strncmp(tag, prefix, sizeof(prefix) - 1) == 0 ? tag + sizeof(prefix) - 1 : NULL;
}

// What go-yaml refuses when a string becomes JSON and is read again.
static bool has_control(struct span s)
{
    while (s.len) {
        uint32_t rune = rune_next(&s);

        if (rune == 0x7f || (rune >= 0x80 && rune <= 0x9f && rune != 0x85) || rune == 0xfffe ||
            rune == 0xffff)
            return true;
    }
    return false;
}

static int base64_digit(unsigned char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

// Decodes base64 as Go's StdEncoding does; false for malformed text.
static bool decode_base64(struct span text, struct buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t digits = 0;
    size_t pads = 0;

    for (size_t i = 0; i < text.len; i++) {
        int digit;

        if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
            continue;
        if (text.ptr[i] == '=') {
            pads++;
            continue;
        }
        digit = base64_digit((unsigned char)text.ptr[i]);
        if (digit < 0 || pads)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        digits++;
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_add_char(out, (char)(bits >> have & 0xff));
        }
    }
    return (digits + pads) % 4 == 0 && pads < 3 && (pads == 0 || digits % 4 == 4 - pads);
}

static int read_binary(struct reader *r, struct node *n, struct span text)
{
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf clean CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span rest;

    if (!decode_base64(text, &bytes))
        return fail(r, n->line, "a !!binary value is not base64");
    for (rest = buf_span(&bytes); rest.len;) {
        struct span at = rest;

        // JSON has no other bytes than UTF-8: Go puts U+FFFD for each bad one.
        if (rune_next(&rest) == 0xfffd)
            buf_add_str(&clean, "\xef\xbf\xbd");
        else
            buf_add(&clean, at.ptr, (size_t)(rest.ptr - at.ptr));
    }
    if (buf_check(&clean, ERR_CONFIG, "a !!binary value", r->err) < 0)
        return -1;
    n->text = arena_span(r->d->arena, buf_span(&clean));
    return 0;
}

// A scalar with one of YAML's own tags: the value must be what the tag says.
static int read_tagged(struct reader *r, struct node *n, const char *tag, struct span text)
{
    struct scalar s;
    bool fits;

    if (strcmp(tag, "binary") == 0)
        return read_binary(r, n, text);
    if (strcmp(tag, "int") && strcmp(tag, "float") && strcmp(tag, "bool") && strcmp(tag, "null") &&
        strcmp(tag, "timestamp")) {
        n->text = arena_span(r->d->arena, text);
        return 0;
    }
    scalar_resolve(text, r->yaml11, &s);
    if (s.type == NODE_INT && strcmp(tag, "float") == 0)
        fits = true;
    else if (s.type == NODE_STRING)
        fits = s.timestamp && strcmp(tag, "timestamp") == 0;
    else
        fits = (s.type == NODE_INT && strcmp(tag, "int") == 0) ||
               (s.type == NODE_FLOAT && strcmp(tag, "float") == 0) ||
               (s.type == NODE_BOOL && strcmp(tag, "bool") == 0) ||
               (s.type == NODE_NULL && strcmp(tag, "null") == 0);
    if (!fits)
        return err_set(r->err, ERR_CONFIG, "%s:%u: \"%.*s\" is not a value of the type !!%s",
                       r->file, n->line, SPAN_ARG(span_head(text, 80)), tag);
    if (!doc_set_scalar(r->d, n, arena_span(r->d->arena, text), &s))
        return fail(r, n->line, "infinity and NaN cannot be written as JSON");
    return 0;
}

static int read_plain(struct reader *r, struct node *n, struct span text)
{
    struct scalar s;

    text = arena_span(r->d->arena, text);
    scalar_resolve(text, r->yaml11, &s);
    s.timestamp = s.timestamp && !r->yaml11; // it gives dates as they are written
    if (doc_set_scalar(r->d, n, text, &s))
        return 0;
    fail(r, n->line, "infinity and NaN cannot be written as JSON");
    return err_hint(r->err, "quote \"%.*s\" to make it a string", SPAN_ARG(text));
}

static int read_scalar(struct reader *r, const yaml_event_t *event, struct node **out)
{
    const char *tag = (const char *)event->data.scalar.tag;
    struct span text = span_of(event->data.scalar.value, event->data.scalar.length);
    struct node *n = new_node(r, NODE_STRING, line_of(r, event));
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    *out = n;
    if (tag && strcmp(tag, "!") == 0)
        tag = NULL;
    if (!plain)
        n->flags |= NODE_QUOTED;
    if (event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && has_control(text)) {
        fail(r, n->line, "a string has a control character that kustomize cannot print");
        return -1;
    }
    if (tag && standard_tag(tag))
        return read_tagged(r, n, standard_tag(tag), text);
    if (plain && !tag)
        return read_plain(r, n, text);
    n->text = arena_span(r->d->arena, text);
    return 0;
}

// --- anchors ---

static struct anchor *add_anchor(struct reader *r, const yaml_char_t *name, struct node *n)
{
    struct anchor *anchor;

    if (!name)
        return NULL;
    anchor = ARENA_NEW(r->d->arena, struct anchor);
    anchor->node = n;
    anchor->open = true;
    (void)map_put(&r->anchors, arena_span(r->d->arena, span_str((const char *)name)), anchor);
    return anchor;
}

static size_t count_nodes(const struct node *n, size_t limit)
{
    size_t count = 1;

    for (size_t i = 0; i < node_len(n) && count <= limit; i++)
        count += count_nodes(n->type == NODE_MAP ? n->map.pairs[i].value : n->seq.items[i],
                             limit - count);
    return count;
}

static struct node *read_alias(struct reader *r, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = map_get(&r->anchors, span_str(name));
    uint32_t line = line_of(r, event);

    if (!anchor) {
        err_set(r->err, ERR_CONFIG, "%s:%u: the anchor \"%s\" is not defined above", r->file, line,
                name);
        return NULL;
    }
    if (anchor->open) {
        err_set(r->err, ERR_CONFIG, "%s:%u: the anchor \"%s\" contains itself", r->file, line, name);
        return NULL;
    }
    r->d->alias_nodes += count_nodes(anchor->node, DOC_ALIAS_NODES_MAX);
    if (r->d->alias_nodes > DOC_ALIAS_NODES_MAX) {
        err_set(r->err, ERR_CONFIG, "%s:%u: aliases expand to more than %d nodes", r->file, line,
                DOC_ALIAS_NODES_MAX);
        return NULL;
    }
    return node_copy(r->d, anchor->node);
}

// --- collections ---

static int next_event(struct reader *r, yaml_event_t *event, struct span text)
{
    if (!yaml_parser_parse(&r->parser, event))
        return fail_parser(r, text);
    return 0;
}

static int read_node(struct reader *r, const yaml_event_t *event, struct span text, unsigned depth,
                     struct node **out);

static int read_seq(struct reader *r, struct span text, unsigned depth, struct node *n)
{
    size_t base = r->items.len;

    for (;;) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};
        struct node *item = NULL;

        if (next_event(r, &event, text) < 0)
            return -1;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (read_node(r, &event, text, depth, &item) < 0)
            return -1;
        vec_push(&r->items, item);
    }
    n->seq.len = n->seq.cap = (uint32_t)(r->items.len - base);
    n->seq.items = arena_array(r->d->arena, n->seq.len, sizeof(struct node *));
    if (n->seq.len)
        memcpy(n->seq.items, r->items.items + base, n->seq.len * sizeof(struct node *));
    r->items.len = base;
    return 0;
}

// A key is a string; at the top of a document, where go-yaml reads into a map of strings, any
// scalar counts as its text, but a null key is dropped with its value (`*out` stays empty).
static int read_key(struct reader *r, const yaml_event_t *event, unsigned depth, struct span *out)
{
    struct node *n = NULL;

    if (event->type == YAML_ALIAS_EVENT) {
        n = read_alias(r, event);
        if (!n)
            return -1;
    } else if (event->type != YAML_SCALAR_EVENT) {
        return fail(r, line_of(r, event), "a list or map cannot be a key");
    } else if (read_scalar(r, event, &n) < 0) {
        return -1;
    } else {
        struct anchor *anchor = add_anchor(r, event->data.scalar.anchor, n);

        if (anchor)
            anchor->open = false;
    }
    if (node_is(n, NODE_MAP) || node_is(n, NODE_SEQ))
        return fail(r, line_of(r, event), "a list or map cannot be a key");
    if (r->yaml11 && n->type != NODE_NULL) {
        *out = doc_intern(r->d, n->text);
        return 0;
    }
    if (n->type != NODE_STRING && (depth > 1 || r->yaml11)) {
        struct span source = node_source(n);

        err_set(r->err, ERR_CONFIG, "%s:%u: the key %.*s is not a string", r->file,
                line_of(r, event), SPAN_ARG(span_head(source, 80)));
        return err_hint(r->err, "quote it: \"%.*s\"", SPAN_ARG(span_head(source, 80)));
    }
    *out = n->type == NODE_NULL ? span_of(NULL, 0) : doc_intern(r->d, node_source(n));
    return 0;
}

static bool is_merge(const yaml_event_t *event)
{
    const char *tag = (const char *)event->data.scalar.tag;

    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.length != 2 ||
        memcmp(event->data.scalar.value, "<<", 2) != 0)
        return false;
    if (tag && strcmp(tag, "!") != 0)
        return standard_tag(tag) && strcmp(standard_tag(tag), "merge") == 0;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int check_keys(struct reader *r, const struct pair *pairs, size_t len)
{
    uint32_t stamp = doc_new_stamp(r->d);

    for (size_t i = 0; i < len; i++) {
        uint32_t line = doc_claim_key(pairs[i].key, stamp, pairs[i].line);

        if (line) {
            err_set(r->err, ERR_CONFIG, "%s:%u: the key \"%.*s\" is already set in line %u", r->file,
                    pairs[i].line, SPAN_ARG(span_head(pairs[i].key, 200)), line);
            return err_hint(r->err, "remove one of the two");
        }
    }
    return 0;
}

// YAML 1.1 as kustomize reads it: of equal keys the last one counts.
static void keep_last(struct reader *r, size_t base)
{
    uint32_t stamp = doc_new_stamp(r->d);
    size_t kept = base;

    for (size_t i = base; i < r->pairs.len; i++) {
        struct pair pair = r->pairs.items[i];
        size_t at = base;

        if (!doc_claim_key(pair.key, stamp, pair.line ? pair.line : 1)) {
            r->pairs.items[kept++] = pair;
            continue;
        }
        while (r->pairs.items[at].key.ptr != pair.key.ptr)
            at++;
        r->pairs.items[at] = pair;
    }
    r->pairs.len = kept;
}

// Adds the pairs of `from` whose keys the map (of `stamp`, its pairs from `base` on) lacks.
static void merge_map(struct reader *r, uint32_t stamp, const struct node *from)
{
    NODE_FOREACH_PAIR (pair, from) {
        if (!doc_claim_key(pair->key, stamp, pair->line ? pair->line : 1))
            vec_push(&r->pairs, *pair);
    }
}

static int merge(struct reader *r, size_t base, const struct node *value)
{
    uint32_t stamp = doc_new_stamp(r->d);

    for (size_t i = base; i < r->pairs.len; i++)
        (void)doc_claim_key(r->pairs.items[i].key, stamp, 1);
    if (value->type == NODE_MAP) {
        merge_map(r, stamp, value);
        return 0;
    }
    for (size_t i = 0; i < node_len(value); i++)
        if (value->type != NODE_SEQ || value->seq.items[i]->type != NODE_MAP)
            return fail(r, value->line, "a merge key << takes a map or a list of maps");
    if (value->type != NODE_SEQ || value->seq.len > MERGE_INLINE_MAX)
        return fail(r, value->line, "a merge key << takes a map or a list of maps");
    NODE_FOREACH_ITEM (item, value)
        merge_map(r, stamp, item);
    return 0;
}

// Reads the pairs of a map onto r->pairs; the value of a merge key goes to *merged.
static int read_pairs(struct reader *r, struct span text, unsigned depth, struct node **merged)
{
    for (;;) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};
        yaml_event_t value_event CLEANUP(event_cleanup) = {0};
        struct pair pair = {0};
        bool merges;

        if (next_event(r, &event, text) < 0)
            return -1;
        if (event.type == YAML_MAPPING_END_EVENT)
            return 0;
        pair.line = line_of(r, &event);
        merges = is_merge(&event);
        if (merges && *merged)
            return fail(r, pair.line, "a second merge key << in one map");
        if (!merges && read_key(r, &event, depth, &pair.key) < 0)
            return -1;
        if (next_event(r, &value_event, text) < 0 ||
            read_node(r, &value_event, text, depth, &pair.value) < 0)
            return -1;
        if (merges)
            *merged = pair.value;
        else if (pair.key.ptr)
            vec_push(&r->pairs, pair);
    }
}

static int read_map(struct reader *r, struct span text, unsigned depth, struct node *n)
{
    size_t base = r->pairs.len;
    struct node *merged = NULL;

    if (read_pairs(r, text, depth, &merged) < 0)
        return -1;
    if (r->yaml11)
        keep_last(r, base);
    else if (check_keys(r, r->pairs.items + base, r->pairs.len - base) < 0)
        return -1;
    if (merged && merge(r, base, merged) < 0)
        return -1;
    n->map.len = n->map.cap = (uint32_t)(r->pairs.len - base);
    n->map.pairs = arena_array(r->d->arena, n->map.len, sizeof(struct pair));
    if (n->map.len)
        memcpy(n->map.pairs, r->pairs.items + base, n->map.len * sizeof(struct pair));
    r->pairs.len = base;
    return 0;
}

static int read_node(struct reader *r, const yaml_event_t *event, struct span text, unsigned depth,
                     struct node **out)
{
    bool map = event->type == YAML_MAPPING_START_EVENT;
    struct anchor *anchor;
    int result;

    if (++r->d->nodes > DOC_NODES_MAX)
        return fail(r, line_of(r, event), "the documents have more than 20,000,000 nodes");
    if (event->type == YAML_ALIAS_EVENT) {
        *out = read_alias(r, event);
        return *out ? 0 : -1;
    }
    if (event->type == YAML_SCALAR_EVENT) {
        result = read_scalar(r, event, out);
        anchor = add_anchor(r, event->data.scalar.anchor, *out);
    } else {
        if (depth >= DOC_DEPTH_MAX)
            return err_set(r->err, ERR_CONFIG, "%s:%u: nested more than %d levels deep", r->file,
                           line_of(r, event), DOC_DEPTH_MAX);
        *out = new_node(r, map ? NODE_MAP : NODE_SEQ, line_of(r, event));
        anchor = add_anchor(r,
                            map ? event->data.mapping_start.anchor
                                : event->data.sequence_start.anchor,
                            *out);
        result = map ? read_map(r, text, depth + 1, *out) : read_seq(r, text, depth + 1, *out);
    }
    if (anchor)
        anchor->open = false;
    return result;
}

// --- documents ---

static void reader_cleanup(struct reader *r)
{
    yaml_parser_delete(&r->parser);
    map_free(&r->anchors);
    vec_free(&r->pairs);
    vec_free(&r->items);
}

static void push_document(struct doc *d, struct node_list *out, struct node *n)
{
    if (n->type != NODE_NULL)
        vec_push_arena(d->arena, out, n);
}

// Reads the first document of `text`; kustomize ignores what follows it behind "...".
static int read_document(struct doc *d, struct span text, const struct reader *like,
                         struct node_list *out)
{
    struct reader r CLEANUP(reader_cleanup) = *like;

    if (!yaml_parser_initialize(&r.parser))
        abort();
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    for (;;) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};
        struct node *n = NULL;

        if (next_event(&r, &event, text) < 0)
            return -1;
        if (event.type == YAML_STREAM_END_EVENT || event.type == YAML_DOCUMENT_END_EVENT)
            return 0;
        if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT)
            continue;
        if (read_node(&r, &event, text, 0, &n) < 0)
            return -1;
        push_document(d, out, n);
    }
}

static uint32_t count_lines(struct span text)
{
    uint32_t lines = 0;
    struct span line;

    while (span_next(&text, '\n', &line))
        lines++;
    return lines;
}

// Cuts the next document off *rest, at a line that starts with "---" (not the very first one).
// `line` is the line number of the separator, for the message.
static int cut_document(struct span *rest, struct span *text, const struct reader *r)
{
    static const char separator[] = "\n---";
    size_t at = span_search(*rest, span_str(separator));
    struct span line = span_tail(*rest, at + sizeof(separator) - 1);
    size_t end = span_find(line, '\n');
    struct span comment;

    if (end == line.len) { // none, or not a whole line
        *text = *rest;
        *rest = span_of(rest->ptr + rest->len, 0);
        return 0;
    }
    *text = span_head(*rest, at + 1);
    *rest = span_tail(line, end + 1);
    comment = span_trim(span_head(line, end));
    if (comment.len && comment.ptr[0] != '#') {
        err_set(r->err, ERR_CONFIG, "%s:%u: the separator --- is followed by \"%.*s\"", r->file,
                r->first_line + count_lines(*text) + 1, SPAN_ARG(span_head(comment, 80)));
        return err_hint(r->err, "put it on the next line");
    }
    return 0;
}

// Text without the carriage returns of Windows' line ends; `copy` holds it when there were some.
static struct span without_crlf(struct span text, char **copy)
{
    size_t len = 0;

    if (span_search(text, SPAN("\r\n")) == text.len)
        return text;
    *copy = mem_alloc(text.len);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
            (*copy)[len++] = text.ptr[i];
    return span_of(*copy, len);
}

int doc_read_yaml(struct doc *d, struct span text, const char *file, struct node_list *out,
                  struct err **err)
{
    char *copy CLEANUP(mem_cleanup) = NULL;
    struct reader r = {.d = d, .file = file, .err = err};
    struct span rest = without_crlf(text, &copy);

    r.file_index = doc_add_file(d, file);
    while (rest.len) {
        struct span document;
        const char *start = rest.ptr;

        if (cut_document(&rest, &document, &r) < 0 || read_document(d, document, &r, out) < 0)
            return -1;
        r.first_line += count_lines(span_of(start, (size_t)(rest.ptr - start)));
    }
    return 0;
}

static struct node *only_document(const struct node_list *all, const char *file, struct err **err)
{
    if (all->len == 1)
        return all->items[0];
    err_set(err, ERR_CONFIG, all->len ? "%s: has %zu documents instead of one" : "%s: is empty",
            file, all->len);
    return NULL;
}

struct node *doc_read_yaml_one(struct doc *d, struct span text, const char *file, struct err **err)
{
    struct node_list all = {0};

    return doc_read_yaml(d, text, file, &all, err) < 0 ? NULL : only_document(&all, file, err);
}

struct node *doc_read_yaml11(struct doc *d, struct span text, const char *file, struct err **err)
{
    struct node_list all = {0};
    struct reader r = {.d = d, .file = file, .yaml11 = true, .err = err};

    r.file_index = doc_add_file(d, file);
    return read_document(d, text, &r, &all) < 0 ? NULL : only_document(&all, file, err);
}
