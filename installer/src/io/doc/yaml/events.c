// SPDX-License-Identifier: Apache-2.0
// Reading any YAML through libyaml's events: anchors, merge keys, tags, every style. Aliases and
// merge keys are expanded as kyaml expands them.
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "io/doc/yaml/readers.h"
#include "io/doc/yaml/scalar.h"

#define SIMPLE_KEY_MAX 1024 // characters of a key without "?", YAML's limit
#define MERGE_LIST_MAX 1024 // maps that one merge key may name

struct anchor {
    struct node *node;
    bool open; // still being read: an alias to it would contain itself
};

struct events {
    struct reader *r;
    struct span text;
    yaml_parser_t parser;
    struct map anchors; // name to struct anchor in the arena
    unsigned flow;      // how many flow collections are open
};

static void event_cleanup(yaml_event_t *event)
{
    yaml_event_delete(event);
}

static void events_cleanup(struct events *e)
{
    yaml_parser_delete(&e->parser);
    map_free(&e->anchors);
}

static uint32_t line_of(const struct events *e, const yaml_event_t *event)
{
    return e->r->first_line + (uint32_t)event->start_mark.line + 1;
}

// The error of libyaml with the line that the problem is on.
static int fail_parser(const struct events *e)
{
    const yaml_parser_t *p = &e->parser;
    uint32_t first = e->r->first_line + 1;
    uint32_t line = first + (uint32_t)p->problem_mark.line;
    const char *problem = p->problem ? p->problem : "malformed YAML";

    if (p->error == YAML_READER_ERROR) {
        line = first;
        for (size_t i = 0; i < e->text.len && i < p->problem_offset; i++)
            line += e->text.ptr[i] == '\n';
    }
    if (p->context)
        return err_set(e->r->err, ERR_CONFIG, "%s:%u: %s %s (started in line %u)", e->r->file, line,
                       problem, p->context, first + (uint32_t)p->context_mark.line);
    return reader_fail(e->r, line, problem);
}

static int next_event(struct events *e, yaml_event_t *event)
{
    return yaml_parser_parse(&e->parser, event) ? 0 : fail_parser(e);
}

static int read_scalar(struct events *e, const yaml_event_t *event, struct node **out)
{
    static const enum written written[] = {
        [YAML_PLAIN_SCALAR_STYLE] = WRITTEN_PLAIN,
        [YAML_SINGLE_QUOTED_SCALAR_STYLE] = WRITTEN_SINGLE,
        [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = WRITTEN_DOUBLE,
        [YAML_LITERAL_SCALAR_STYLE] = WRITTEN_LITERAL,
        [YAML_FOLDED_SCALAR_STYLE] = WRITTEN_FOLDED,
    };

    *out = reader_node(e->r, NODE_STRING, line_of(e, event));
    return reader_set_scalar(
        e->r, *out, span_of(event->data.scalar.value, event->data.scalar.length),
        written[event->data.scalar.style], (const char *)event->data.scalar.tag, e->flow > 0);
}

// --- anchors ---

static struct anchor *add_anchor(struct events *e, const yaml_char_t *name, struct node *n)
{
    struct anchor *anchor;

    if (!name)
        return NULL;
    anchor = ARENA_NEW(e->r->d->arena, struct anchor);
    anchor->node = n;
    anchor->open = true;
    (void)map_put(&e->anchors, arena_span(e->r->d->arena, span_str((const char *)name)), anchor);
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

static struct node *read_alias(struct events *e, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = map_get(&e->anchors, span_str(name));
    uint32_t line = line_of(e, event);

    if (!anchor) {
        err_set(e->r->err, ERR_CONFIG, "%s:%u: the anchor \"%s\" is not defined above", e->r->file,
                line, name);
        return NULL;
    }
    if (anchor->open) {
        err_set(e->r->err, ERR_CONFIG, "%s:%u: the anchor \"%s\" contains itself", e->r->file, line,
                name);
        return NULL;
    }
    e->r->d->alias_nodes += count_nodes(anchor->node, DOC_ALIAS_NODES_MAX);
    if (e->r->d->alias_nodes > DOC_ALIAS_NODES_MAX) {
        err_set(e->r->err, ERR_CONFIG, "%s:%u: aliases expand to more than %d nodes", e->r->file,
                line, DOC_ALIAS_NODES_MAX);
        return NULL;
    }
    return node_copy(e->r->d, anchor->node);
}

// --- collections ---

static int read_node(struct events *e, const yaml_event_t *event, unsigned depth,
                     struct node **out);

static int read_seq(struct events *e, unsigned depth, struct node *n)
{
    size_t base = e->r->items.len;

    for (;;) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};
        struct node *item = NULL;

        if (next_event(e, &event) < 0)
            return -1;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (read_node(e, &event, depth, &item) < 0)
            return -1;
        vec_push(&e->r->items, item);
    }
    reader_take_items(e->r, base, n);
    return 0;
}

// Whether the scalar of a key is a string to go-yaml: no date, and nothing with a tag of its own.
static bool is_string(const struct events *e, const yaml_event_t *event, const struct node *n)
{
    const char *tag =
        event->type == YAML_SCALAR_EVENT ? (const char *)event->data.scalar.tag : NULL;
    struct scalar s;

    if (tag && strcmp(tag, "!") != 0 && !is_standard_tag(tag, "str"))
        return false;
    if (n->type != NODE_STRING || n->flags & NODE_QUOTED)
        return n->type == NODE_STRING;
    scalar_resolve(node_source(n), e->r->yaml11, &s);
    return !s.timestamp;
}

// The characters of a text as a JSON string of Go's, with the quotes.
static size_t json_columns(struct span text)
{
    size_t columns = 2;

    while (text.len) {
        uint32_t rune = rune_next(&text);

        if (rune == '"' || rune == '\\' || (rune >= '\b' && rune <= '\r' && rune != '\v'))
            columns += 2;
        else if (rune < 0x20 || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 ||
                 rune == 0x2029)
            columns += 6;
        else
            columns++;
    }
    return columns;
}

// kustomize turns objects into JSON and reads that as YAML, where keys have limits.
static int check_key(const struct events *e, uint32_t line, struct span key)
{
    if (e->r->helm)
        return 0;
    if (span_search(key, SPAN("\xc2\x85")) < key.len)
        return reader_fail(e->r, line, "a key has a NEL, which kustomize cannot print");
    if (json_columns(key) > SIMPLE_KEY_MAX)
        return reader_fail(e->r, line, "a key has more than 1,022 characters");
    return 0;
}

// The text of a key of YAML 1.1, which may be any scalar but null.
static struct span old_key(struct events *e, const struct node *n)
{
    struct node exact = {0}; // n has been through JSON
    struct scalar s;
    char text[NUMBER_TEXT_MAX];

    if (n->type != NODE_INT && n->type != NODE_FLOAT)
        return doc_intern(e->r->d, n->text);
    scalar_resolve(node_source(n), true, &s);
    if (s.type != NODE_FLOAT)
        return doc_intern(e->r->d, doc_set_scalar(e->r->d, &exact, node_source(n), &s) ? exact.text
                                                                                       : n->text);
    number_format_key(s.real, text);
    return doc_intern(e->r->d, span_str(text));
}

// The text of a key. It is a string; at the top of a document, where go-yaml reads into a map of
// strings, any other scalar but null counts as its text.
static int key_text(struct events *e, const yaml_event_t *event, unsigned depth,
                    const struct node *n, struct span *out)
{
    if (check_key(e, line_of(e, event), n->text) < 0)
        return -1;
    if (e->r->yaml11 && n->type != NODE_NULL) {
        *out = old_key(e, n);
        return 0;
    }
    if (e->r->helm && !node_source(n).len)
        return reader_fail(e->r, line_of(e, event), "the key is null");
    if (n->type == NODE_NULL && !node_source(n).len) { // written in quotes by kustomize
        *out = doc_intern(e->r->d, SPAN_EMPTY);
        return 0;
    }
    if (n->type == NODE_NULL || (depth > 1 && !is_string(e, event, n))) {
        struct span source = node_source(n);

        err_set(e->r->err, ERR_CONFIG, "%s:%u: the key %.*s is not a string", e->r->file,
                line_of(e, event), SPAN_ARG(span_head(source, 80)));
        return err_hint(e->r->err, "quote it: \"%.*s\"", SPAN_ARG(span_head(source, 80)));
    }
    *out = doc_intern(e->r->d, node_source(n));
    return 0;
}

static int read_key(struct events *e, const yaml_event_t *event, unsigned depth, struct span *out)
{
    struct node *n = NULL;

    if (event->type == YAML_ALIAS_EVENT) {
        n = read_alias(e, event);
        if (!n)
            return -1;
    } else if (event->type != YAML_SCALAR_EVENT) {
        return reader_fail(e->r, line_of(e, event), "a list or map cannot be a key");
    } else if (read_scalar(e, event, &n) < 0) {
        return -1;
    } else {
        struct anchor *anchor = add_anchor(e, event->data.scalar.anchor, n);

        if (anchor)
            anchor->open = false;
    }
    if (node_is(n, NODE_MAP) || node_is(n, NODE_SEQ))
        return reader_fail(e->r, line_of(e, event), "a list or map cannot be a key");
    return key_text(e, event, depth, n, out);
}

static bool is_merge(const yaml_event_t *event)
{
    const char *tag = (const char *)event->data.scalar.tag;

    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.length != 2 ||
        memcmp(event->data.scalar.value, "<<", 2) != 0)
        return false;
    if (tag && strcmp(tag, "!") != 0)
        return is_standard_tag(tag, "merge");
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int check_keys(struct events *e, size_t base)
{
    uint32_t line;
    const struct pair *pair = reader_find_duplicate(e->r, base, &line);

    if (!pair)
        return 0;
    err_set(e->r->err, ERR_CONFIG, "%s:%u: the key \"%.*s\" is already set in line %u", e->r->file,
            pair->line, SPAN_ARG(span_head(pair->key, 200)), line);
    return err_hint(e->r->err, "remove one of the two");
}

// YAML 1.1: of equal keys the last one counts. A key is claimed with its place instead of a line.
static void keep_last(struct reader *r, size_t base)
{
    uint32_t stamp = doc_new_stamp(r->d);
    size_t kept = base;

    for (size_t i = base; i < r->pairs.len; i++) {
        struct pair pair = r->pairs.items[i];
        uint32_t claimed = doc_claim_key(pair.key, stamp, (uint32_t)(kept - base) + 1);

        if (claimed)
            r->pairs.items[base + claimed - 1] = pair;
        else
            r->pairs.items[kept++] = pair;
    }
    r->pairs.len = kept;
}

// Adds the pairs of `from` whose keys the map (of `stamp`, its pairs from `base` on) lacks.
static void merge_map(struct events *e, uint32_t stamp, const struct node *from)
{
    NODE_FOREACH_PAIR (pair, from) {
        if (!doc_claim_key(pair->key, stamp, pair->line ? pair->line : 1))
            vec_push(&e->r->pairs, *pair);
    }
}

static int check_merge(struct events *e, const struct node *value)
{
    bool fits =
        value->type == NODE_MAP || (value->type == NODE_SEQ && value->seq.len <= MERGE_LIST_MAX);

    for (size_t i = 0; fits && value->type == NODE_SEQ && i < value->seq.len; i++)
        fits = value->seq.items[i]->type == NODE_MAP;
    return fits ? 0
                : reader_fail(e->r, value->line, "a merge key << takes a map or a list of maps");
}

static int merge(struct events *e, size_t base, const struct node *value)
{
    uint32_t stamp = doc_new_stamp(e->r->d);

    if (check_merge(e, value) < 0)
        return -1;
    for (size_t i = base; i < e->r->pairs.len; i++)
        (void)doc_claim_key(e->r->pairs.items[i].key, stamp, 1);
    if (value->type == NODE_MAP)
        merge_map(e, stamp, value);
    NODE_FOREACH_ITEM (item, value)
        merge_map(e, stamp, item);
    return 0;
}

static void push_pairs(struct reader *r, const struct node *map)
{
    NODE_FOREACH_PAIR (pair, map)
        vec_push(&r->pairs, *pair);
}

// YAML 1.1: a merge key is as if its map's pairs stood in its place, of a list the first map last.
static int merge_in_place(struct events *e, const struct node *value)
{
    if (check_merge(e, value) < 0)
        return -1;
    push_pairs(e->r, value);
    for (size_t i = value->type == NODE_SEQ ? value->seq.len : 0; i > 0; i--)
        push_pairs(e->r, value->seq.items[i - 1]);
    return 0;
}

// Keeps a pair that was read; `merges`: its key is a merge key.
static int keep_pair(struct events *e, const struct pair *pair, bool merges, struct node **merged)
{
    if (merges && e->r->yaml11)
        return merge_in_place(e, pair->value);
    if (merges)
        *merged = pair->value;
    else if (e->r->yaml11 || !span_is(pair->key, "<<")) // kyaml drops it in quotes, too
        vec_push(&e->r->pairs, *pair);
    return 0;
}

// Reads the pairs of a map onto e->r->pairs; the value of a merge key goes to *merged.
static int read_pairs(struct events *e, unsigned depth, struct node **merged)
{
    for (;;) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};
        yaml_event_t value_event CLEANUP(event_cleanup) = {0};
        struct pair pair = {0};
        bool merges;

        if (next_event(e, &event) < 0)
            return -1;
        if (event.type == YAML_MAPPING_END_EVENT)
            return 0;
        pair.line = line_of(e, &event);
        merges = is_merge(&event);
        if (merges && *merged && !e->r->yaml11)
            return reader_fail(e->r, pair.line, "a second merge key << in one map");
        if (!merges && read_key(e, &event, depth, &pair.key) < 0)
            return -1;
        if (next_event(e, &value_event) < 0 || read_node(e, &value_event, depth, &pair.value) < 0)
            return -1;
        if (keep_pair(e, &pair, merges, merged) < 0)
            return -1;
    }
}

static int read_map(struct events *e, unsigned depth, struct node *n)
{
    size_t base = e->r->pairs.len;
    struct node *merged = NULL;

    if (read_pairs(e, depth, &merged) < 0)
        return -1;
    if (e->r->yaml11)
        keep_last(e->r, base);
    else if (check_keys(e, base) < 0 || (merged && merge(e, base, merged) < 0))
        return -1;
    reader_take_pairs(e->r, base, n);
    return 0;
}

static bool is_flow(const yaml_event_t *event)
{
    if (event->type == YAML_MAPPING_START_EVENT)
        return event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    return event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
}

static int read_node(struct events *e, const yaml_event_t *event, unsigned depth, struct node **out)
{
    bool map = event->type == YAML_MAPPING_START_EVENT;
    struct anchor *anchor;
    int result;

    if (!reader_has_room(e->r))
        return reader_fail(e->r, line_of(e, event),
                           "too many small values: they take many times the memory of the text");
    if (event->type == YAML_ALIAS_EVENT) {
        *out = read_alias(e, event);
        return *out ? 0 : -1;
    }
    if (event->type == YAML_SCALAR_EVENT) {
        result = read_scalar(e, event, out);
        anchor = add_anchor(e, event->data.scalar.anchor, *out);
    } else {
        if (depth >= DOC_DEPTH_MAX)
            return err_set(e->r->err, ERR_CONFIG, "%s:%u: nested more than %d levels deep",
                           e->r->file, line_of(e, event), DOC_DEPTH_MAX);
        *out = reader_node(e->r, map ? NODE_MAP : NODE_SEQ, line_of(e, event));
        anchor = add_anchor(
            e, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, *out);
        if (is_flow(event) && !e->r->yaml11)
            (*out)->flags |= NODE_FLOW;
        e->flow += is_flow(event);
        result = map ? read_map(e, depth + 1, *out) : read_seq(e, depth + 1, *out);
        e->flow -= is_flow(event);
    }
    if (anchor)
        anchor->open = false;
    return result;
}

int yaml_read_events(struct reader *r, struct span text, struct node **out)
{
    struct events e CLEANUP(events_cleanup) = {.r = r, .text = text};

    *out = NULL;
    if (!yaml_parser_initialize(&e.parser))
        abort();
    yaml_parser_set_input_string(&e.parser, (const unsigned char *)text.ptr, text.len);
    for (;;) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};

        if (next_event(&e, &event) < 0)
            return -1;
        if (event.type == YAML_STREAM_END_EVENT || event.type == YAML_DOCUMENT_END_EVENT)
            return 0;
        if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
            read_node(&e, &event, 0, out) < 0)
            return -1;
    }
}
