// SPDX-License-Identifier: Apache-2.0
// Documents of a chart's output.
#include "model/chart/render/documents.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/rune.h"

#define HOOK_ANNOTATION SPAN("helm.sh/hook")

// --- cutting ---

static struct span trim_start(struct span text)
{
    struct span rest = text;

    while (rest.len && rune_is_space(rune_next(&rest)))
        text = rest;
    return text;
}

// Steps over the separator that `rest` starts with.
static void skip_separator(struct span *rest)
{
    if (span_skip(rest, "---"))
        while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
            *rest = span_tail(*rest, 1);
}

struct span chart_documents_start(struct span text)
{
    text = trim_start(text);
    skip_separator(&text);
    return text;
}

bool chart_documents_next(struct span *rest, struct span *document)
{
    while (rest->len) {
        // The line's end before a separator is the document's.
        size_t end = span_search(*rest, SPAN("\n---")) + 1;

        *document = trim_start(span_head(*rest, end));
        *rest = span_tail(*rest, end);
        skip_separator(rest);
        if (document->len)
            return true;
    }
    return false;
}

struct span documents_clean(struct arena *a, struct span text)
{
    static const struct span mark = {"<no value>", sizeof("<no value>") - 1};
    size_t at = span_search(text, mark), len = 0;
    char *clean;

    if (at == text.len)
        return text;
    clean = arena_alloc(a, text.len);
    for (; text.len; at = span_search(text, mark)) {
        memcpy(clean + len, text.ptr, at);
        len += at;
        text = span_tail(text, at + mark.len);
    }
    return span_of(clean, len);
}

// --- what a document says of itself ---

// What is looked at of a document, as encoding/json reads it into Helm's SimpleHead.
struct head {
    struct span api_version, kind, name;
    const struct node *annotations;
};

struct reading {
    const char *what; // the document, for messages
    struct arena *arena;
    struct err **err;
};

// The value of a field, whose name may be in any case; of several the last in byte order.
static const struct node *field(const struct node *map, const char *name)
{
    const struct pair *found = NULL;

    NODE_FOREACH_PAIR (pair, map)
        if (pair->key.len == strlen(name) && strncasecmp(pair->key.ptr, name, pair->key.len) == 0 &&
            (!found || span_cmp(pair->key, found->key) > 0))
            found = pair;
    return found ? found->value : NULL;
}

// A float as a text is written with 32 bits.
static struct span float_text(struct arena *a, const struct node *n)
{
    char text[NUMBER_BYTES_MAX];

    number_format(node_double(n, 0), true, 'g', text);
    return arena_span(a, span_str(text));
}

static int refuse(const struct reading *r, const struct node *n, const char *name)
{
    err_set(r->err, ERR_CONFIG, "%s, line %u: %s is a %s instead of a string", r->what, n->line,
            name, node_type_name(n));
    return err_hint(r->err, "is the line below it indented too far?");
}

// A string; other scalars are taken as they are written.
static int read_text(const struct reading *r, const struct node *n, const char *name,
                     struct span *out)
{
    *out = SPAN_EMPTY;
    if (!n || n->type == NODE_NULL)
        return 0;
    if (n->type == NODE_MAP || n->type == NODE_SEQ)
        return refuse(r, n, name);
    *out = n->type == NODE_FLOAT ? float_text(r->arena, n) : arena_span(r->arena, node_scalar(n));
    return 0;
}

static int check_annotations(const struct reading *r, const struct node *annotations)
{
    NODE_FOREACH_PAIR (pair, annotations)
        if (pair->value->type == NODE_MAP || pair->value->type == NODE_SEQ)
            return refuse(r, pair->value,
                          arena_printf(r->arena, "the annotation %.*s", SPAN_ARG(pair->key)));
    return 0;
}

static int read_metadata(const struct reading *r, const struct node *metadata, struct head *head)
{
    if (!metadata || metadata->type == NODE_NULL)
        return 0;
    if (metadata->type != NODE_MAP)
        return err_set(r->err, ERR_CONFIG, "%s, line %u: metadata is a %s instead of a map",
                       r->what, metadata->line, node_type_name(metadata));
    if (read_text(r, field(metadata, "name"), "metadata.name", &head->name) < 0)
        return -1;
    head->annotations = field(metadata, "annotations");
    if (!head->annotations || head->annotations->type == NODE_NULL)
        return 0;
    if (head->annotations->type != NODE_MAP)
        return err_set(r->err, ERR_CONFIG,
                       "%s, line %u: metadata.annotations are a %s instead of a map", r->what,
                       head->annotations->line, node_type_name(head->annotations));
    return check_annotations(r, head->annotations);
}

static int read_head(const struct reading *r, const struct node *n, struct head *head)
{
    if (!n || n->type == NODE_NULL)
        return 0;
    if (n->type != NODE_MAP) {
        err_set(r->err, ERR_CONFIG, "%s, line %u: is a %s instead of an object", r->what, n->line,
                node_type_name(n));
        return err_hint(r->err, "what a template writes has to be objects of Kubernetes: does a "
                                "text stand outside of {{ }}, or a key lack its ':'?");
    }
    if (read_text(r, field(n, "apiVersion"), "apiVersion", &head->api_version) < 0 ||
        read_text(r, field(n, "kind"), "kind", &head->kind) < 0)
        return -1;
    return read_metadata(r, field(n, "metadata"), head);
}

// --- hooks ---

static const struct {
    const char *name;
    enum chart_hook hook;
} events[] = {
    {"pre-install", CHART_HOOK_PRE_INSTALL},
    {"post-install", CHART_HOOK_POST_INSTALL},
    {"pre-delete", CHART_HOOK_PRE_DELETE},
    {"post-delete", CHART_HOOK_POST_DELETE},
    {"pre-upgrade", CHART_HOOK_PRE_UPGRADE},
    {"post-upgrade", CHART_HOOK_POST_UPGRADE},
    {"pre-rollback", CHART_HOOK_PRE_ROLLBACK},
    {"post-rollback", CHART_HOOK_POST_ROLLBACK},
    {"test", CHART_HOOK_TEST},
    {"test-success", CHART_HOOK_TEST}, // as Helm 2 called it
};

const char *chart_hook_name(enum chart_hook hook)
{
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (events[i].hook == hook)
            return events[i].name;
    return "";
}

// The bit of one event; 0 for what is none.
static unsigned hook_of(struct span event)
{
    event = rune_trim(event);
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (event.len == strlen(events[i].name) &&
            strncasecmp(event.ptr, events[i].name, event.len) == 0)
            return events[i].hook;
    return 0;
}

// The events that an annotation lists; false when one of them is unknown.
static bool read_hooks(struct span text, unsigned *hooks)
{
    for (;;) {
        size_t comma = span_find(text, ',');
        unsigned hook = hook_of(span_head(text, comma));

        if (!hook)
            return false;
        *hooks |= hook;
        if (comma == text.len)
            return true;
        text = span_tail(text, comma + 1);
    }
}

// --- adding ---

static void warn_unknown_hook(struct chart_rendering *rendering, struct span path,
                              struct span hooks)
{
    struct chart_note note = {
        .text = arena_printf(rendering->arena, "a document is left out: the hook '%.*s' is unknown",
                             SPAN_ARG(hooks)),
        .where = arena_printf(rendering->arena, "%.*s", SPAN_ARG(path))};

    vec_push(&rendering->warnings, note);
}

static int place(struct chart_rendering *rendering, const struct reading *r,
                 const struct head *head, struct chart_manifest manifest)
{
    const struct node *annotation = node_get_span(head->annotations, HOOK_ANNOTATION);
    struct span hooks;

    manifest.api_version = head->api_version;
    manifest.kind = head->kind;
    manifest.name = head->name;
    if (!annotation) {
        vec_push(&rendering->manifests, manifest);
        return 0;
    }
    if (read_text(r, annotation, "the annotation helm.sh/hook", &hooks) < 0)
        return -1;
    if (read_hooks(hooks, &manifest.hooks))
        vec_push(&rendering->hooks, manifest);
    else
        warn_unknown_hook(rendering, manifest.path, hooks);
    return 0;
}

// The line of a text, from 1.
static struct span line_of(struct span text, uint64_t number)
{
    struct span line = SPAN_EMPTY;

    for (uint64_t i = 0; i < number; i++)
        if (!span_next(&text, '\n', &line))
            return SPAN_EMPTY;
    return line;
}

// Shows the line that the reader's message "WHAT:LINE: ..." is about.
static int show_line(struct span document, const char *what, struct err **err)
{
    struct span rest = span_str(err_message(*err)), number, line;
    uint64_t at;

    if (!span_skip(&rest, what) || !span_skip(&rest, ":") || !span_cut(rest, ':', &number, &rest) ||
        !span_u64(number, &at))
        return -1;
    line = span_head(line_of(document, at), 100);
    return err_hint(err,
                    "that line is '%.*s'; a text of several lines needs nindent with the "
                    "indentation of its place, and '{{-' takes the line's start away",
                    SPAN_ARG(line));
}

static int add(struct chart_rendering *rendering, struct span path, size_t number,
               struct span document, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct head head = {0};
    const char *what =
        arena_printf(doc_arena(d), "%.*s: document %zu of its output", SPAN_ARG(path), number);
    struct reading r = {what, rendering->arena, err};

    if (doc_read_helm(d, document, what, &list, err) < 0)
        return show_line(document, what, err);
    // What follows an end of the document ("...") is not looked at.
    if (read_head(&r, list.len ? list.items[0] : NULL, &head) < 0)
        return -1;
    return place(rendering, &r, &head, (struct chart_manifest){.path = path, .text = document});
}

int documents_add(struct chart_rendering *rendering, struct span path, struct span text,
                  struct err **err)
{
    struct span rest = chart_documents_start(text), document;

    for (size_t number = 1; chart_documents_next(&rest, &document); number++)
        if (add(rendering, path, number, document, err) < 0)
            return -1;
    return 0;
}
