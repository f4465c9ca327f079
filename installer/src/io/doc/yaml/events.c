// SPDX-License-Identifier: Apache-2.0
// Reading any YAML through libyaml's events: anchors, merge keys, tags, every style. Aliases are
// expanded as kyaml expands them.
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "io/doc/yaml/key.h"
#include "io/doc/yaml/pairs.h"
#include "io/doc/yaml/readers.h"
#include "io/doc/yaml/scalar.h"

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
    bool unknown;       // failed for an unknown anchor, which Go looks for while it parses
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

// As go-yaml v2 words libyaml's errors: lines count from 0 but for those of the scanner, and the
// first one is not told.
static int fail_as_go(const struct events *e, const char *problem)
{
    const yaml_parser_t *p = &e->parser;
    size_t line = p->problem_mark.line;
    char where[40] = "";

    if (!line)
        line = p->context_mark.line;
    else if (p->error == YAML_SCANNER_ERROR)
        line++;
    if (line)
        snprintf(where, sizeof(where), "line %zu: ", line);
    return err_set(e->r->err, ERR_CONFIG, "error converting YAML to JSON: yaml: %s%s", where,
                   problem);
}

// The error of libyaml with the line that the problem is on.
static int fail_parser(const struct events *e)
{
    const yaml_parser_t *p = &e->parser;
    uint32_t first = e->r->first_line + 1;
    uint32_t line = first + (uint32_t)p->problem_mark.line;
    const char *problem = p->problem ? p->problem : "malformed YAML";

    if (!e->r->file)
        return fail_as_go(e, problem);
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
    struct arena *a = e->r->d->arena;
    uint32_t line = line_of(e, event);

    if (!anchor) {
        e->unknown = true;
        reader_fail_as(e->r, line, arena_printf(a, "the anchor \"%s\" is not defined above", name),
                       arena_printf(a, "yaml: unknown anchor '%s' referenced", name));
        return NULL;
    }
    if (anchor->open) {
        reader_fail_as(e->r, line, arena_printf(a, "the anchor \"%s\" contains itself", name),
                       arena_printf(a, "yaml: anchor '%s' value contains itself", name));
        return NULL;
    }
    e->r->d->alias_nodes += count_nodes(anchor->node, DOC_ALIAS_NODES_MAX);
    if (e->r->d->alias_nodes > DOC_ALIAS_NODES_MAX) {
        reader_fail_as(e->r, line,
                       arena_printf(a, "aliases expand to more than %d nodes", DOC_ALIAS_NODES_MAX),
                       "yaml: document contains excessive aliasing");
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

static int read_key(struct events *e, const yaml_event_t *event, unsigned depth, struct span *out)
{
    struct yaml_key key = {.line = line_of(e, event), .top = depth == 1};
    struct node *n = NULL;

    if (event->type == YAML_ALIAS_EVENT) {
        n = read_alias(e, event);
        if (!n)
            return -1;
    } else if (event->type != YAML_SCALAR_EVENT) {
        return reader_fail(e->r, key.line, "a list or map cannot be a key");
    } else if (read_scalar(e, event, &n) < 0) {
        return -1;
    } else {
        struct anchor *anchor = add_anchor(e, event->data.scalar.anchor, n);

        if (anchor)
            anchor->open = false;
        key.tag = (const char *)event->data.scalar.tag;
    }
    if (node_is(n, NODE_MAP) || node_is(n, NODE_SEQ))
        return reader_fail(e->r, key.line, "a list or map cannot be a key");
    key.node = n;
    return yaml_key_text(e->r, &key, out);
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
        if (yaml_keep_pair(e->r, &pair, merges, merged) < 0)
            return -1;
    }
}

static int read_map(struct events *e, unsigned depth, struct node *n)
{
    size_t base = e->r->pairs.len;
    struct node *merged = NULL;

    if (read_pairs(e, depth, &merged) < 0 || yaml_finish_pairs(e->r, base, merged) < 0)
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
            return reader_fail(
                e->r, line_of(e, event),
                arena_printf(e->r->d->arena, "nested more than %d levels deep", DOC_DEPTH_MAX));
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

// Go looks at values once the whole document has been parsed: an error of syntax behind one of a
// value is the one that it tells.
static int fail_value(struct events *e)
{
    int depth = 0; // below where the error was

    // libyaml takes time with the square of the depth of brackets.
    while (!e->r->file && !e->parser.error && !e->unknown && depth < DOC_DEPTH_MAX) {
        yaml_event_t event CLEANUP(event_cleanup) = {0};

        if (yaml_parser_parse(&e->parser, &event) &&
            (event.type == YAML_STREAM_END_EVENT || event.type == YAML_DOCUMENT_END_EVENT))
            break;
        if (e->parser.error) {
            err_clear(e->r->err);
            return fail_parser(e);
        }
        depth += event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT;
        depth -= event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    }
    return -1;
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
            return fail_value(&e);
    }
}
