// SPDX-License-Identifier: Apache-2.0
// The values of a release (fluxcd/pkg/chartutil 1.27, ChartValuesFromReferences): texts of
// ConfigMaps and Secrets in order, values of the object itself over them.
#include <stdarg.h>

#include "controller/release/internal.h"

#define OUR_FLAGS (NODE_QUOTED | NODE_RETYPED | NODE_LITERAL)

// The release, for messages.
struct release_at {
    const struct node *release;
    const struct doc *doc;
};

struct composing {
    struct release_at at;
    release_find find;
    void *data;
    struct release_values *out;
    struct node *own;    // spec.values, a map or NULL; paths that are set may change it
    struct node *result; // so far
    struct err **err;
};

// One entry of spec.valuesFrom.
struct reference {
    const struct node *node;
    size_t index;
    struct span kind, key, target_path;
    struct identity id;
    bool optional, literal;
    const char *label; // "ConfigMap bigbang/values, values.yaml"
};

// Fails with "<file>:<line>: HelmRelease <ns>/<name>: <text>" about a node of the release.
static int fail_at(const struct release_at *at, const struct node *n, struct err **err,
                   const char *fmt, ...) PRINTF(4, 5);
static int fail_at(const struct release_at *at, const struct node *n, struct err **err,
                   const char *fmt, ...)
{
    char *label CLEANUP(mem_cleanup) = node_label(at->release);
    char *text CLEANUP(mem_cleanup) = NULL;
    const char *file = n ? doc_file_name(at->doc, n->file) : "";
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    if (*file)
        return err_set(err, ERR_CONFIG, "%s:%u: %s: %s", file, n->line, label, text);
    return err_set(err, ERR_CONFIG, "%s: %s", label, text);
}

// --- where nodes were set ---

// Gives those a place that have none.
static void stamp(struct node *n, uint16_t file, uint32_t line)
{
    if (!n->file) {
        n->file = file;
        n->line = line;
    }
    NODE_FOREACH_PAIR (pair, n) {
        if (!pair->line)
            pair->line = line;
        stamp(pair->value, file, line);
    }
    NODE_FOREACH_ITEM (item, n)
        stamp(item, file, line);
}

static void clean_flags(struct node *n)
{
    n->flags &= OUR_FLAGS;
    NODE_FOREACH_PAIR (pair, n)
        clean_flags(pair->value);
    NODE_FOREACH_ITEM (item, n)
        clean_flags(item);
}

static void add_layer(struct composing *c, const char *label, const struct node *values,
                      const char *target_path)
{
    vec_push_arena(doc_arena(c->out->doc), &c->out->layers,
                   (struct release_layer){label, values, target_path});
}

static void add_note(struct composing *c, const char *field, const char *text)
{
    vec_push_arena(doc_arena(c->out->doc), &c->out->notes, (struct release_note){field, text});
}

// --- texts ---

// Something is not there: a failure, or a note.
static int miss(struct composing *c, const struct reference *r, const char *what)
{
    struct arena *arena = doc_arena(c->out->doc);

    if (r->optional) {
        add_note(c, arena_printf(arena, "spec.valuesFrom[%zu]", r->index),
                 arena_printf(arena, "%s; it is optional, and passed over", what));
        return 0;
    }
    fail_at(&c->at, r->node, c->err, "spec.valuesFrom[%zu]: %s", r->index, what);
    return err_hint(c->err, "helm-controller installs nothing until it is there; say `optional: "
                            "true` if the release can do without it");
}

// *found is false for what is optional and missing.
static int read_reference(struct composing *c, const struct reference *r, bool *found,
                          struct release_text *out)
{
    struct arena *arena = doc_arena(c->out->doc);
    char *label CLEANUP(mem_cleanup) = identity_label(&r->id);
    const struct doc *doc = NULL;
    const struct node *object = c->find ? c->find(c->data, &r->id, &doc) : NULL;

    *found = false;
    if (!object)
        return miss(c, r, arena_printf(arena, "nothing makes the %s", label));
    if (release_read_text(arena, object, doc, r->key, found, out, c->err) < 0)
        return -1;
    if (!*found)
        return miss(c, r, arena_printf(arena, "the %s has no key '%.*s'", label, SPAN_ARG(r->key)));
    return 0;
}

static int wrap(const struct composing *c, const struct reference *r)
{
    char *label CLEANUP(mem_cleanup) = node_label(c->at.release);

    return err_wrap(c->err, "%s: spec.valuesFrom[%zu]", label, r->index);
}

static int merge_text(struct composing *c, const struct reference *r,
                      const struct release_text *text)
{
    struct node *values = NULL;

    if (doc_read_within(c->out->doc, text->text, text->file, text->above, &values, c->err) < 0)
        return wrap(c, r);
    if (values && values->type != NODE_MAP)
        return err_set(c->err, ERR_CONFIG, "%s:%u: %s: is a %s instead of a map of values",
                       text->file, values->line, r->label, node_type_name(values));
    add_layer(c, r->label, values, NULL);
    c->result = release_merge(c->out->doc, c->result, values);
    return 0;
}

// --- single values ---

static bool is_quoted(struct span text, const char *quote)
{
    return span_starts(text, quote) && span_ends(text, quote);
}

static struct span trim_quotes(struct span text)
{
    while (text.len && (text.ptr[0] == '\'' || text.ptr[0] == '"'))
        text = span_tail(text, 1);
    while (text.len && (text.ptr[text.len - 1] == '\'' || text.ptr[text.len - 1] == '"'))
        text = span_head(text, text.len - 1);
    return text;
}

// What --set would be given for it.
static enum chart_set_kind write_setting(const struct reference *r, struct span text,
                                         struct buf *out)
{
    bool quoted = is_quoted(text, "'") || is_quoted(text, "\"");

    buf_add_span(out, r->target_path);
    buf_add_char(out, '=');
    if (!r->literal) {
        buf_add_span(out, quoted ? trim_quotes(text) : text);
        return quoted ? CHART_SET_STRING : CHART_SET;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] && strchr("\\,[]{}", text.ptr[i]))
            buf_add_char(out, '\\');
        buf_add_char(out, text.ptr[i]);
    }
    return CHART_SET_STRING;
}

static int set_path(struct composing *c, const struct reference *r, const struct release_text *text)
{
    struct doc *d = c->out->doc;
    struct buf setting CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    enum chart_set_kind kind = write_setting(r, text->text, &setting);
    uint16_t file = doc_add_file(d, text->file);
    struct node *alone = node_new_map(d);
    struct err *alone_err CLEANUP(err_cleanup) = NULL;

    if (buf_check(&setting, ERR_CONFIG, r->label, c->err) < 0)
        return -1;
    // The object's own values are below it, so that it counts more than they do; at the end they
    // come over it again, and win where the maps on the path were not theirs alone.
    c->result = release_merge(d, c->result, c->own);
    if (chart_set(d, c->result, buf_span(&setting), kind, NULL, NULL, c->err) < 0) {
        err_wrap(c->err, "%s:%u: %s cannot be put at targetPath '%.*s'", text->file, text->line,
                 r->label, SPAN_ARG(r->target_path));
        return err_hint(c->err, "the value is read as --set reads one, where , { } [ ] and \\ mean "
                                "something: `literal: true` takes it as it is");
    }
    stamp(c->result, file, text->line);
    // Alone it can fail where it did nothing to what was there ("m.=x").
    if (chart_set(d, alone, buf_span(&setting), kind, NULL, NULL, &alone_err) < 0)
        alone = NULL;
    else
        stamp(alone, file, text->line);
    add_layer(c, r->label, alone, arena_span(doc_arena(d), r->target_path).ptr);
    return 0;
}

// --- the whole ---

static struct reference read_entry(const struct composing *c, const struct node *entry,
                                   size_t index)
{
    struct span key = node_get_text(entry, "valuesKey");
    struct reference r = {
        .node = entry,
        .index = index,
        .kind = node_get_text(entry, "kind"),
        .key = key.len ? key : SPAN("values.yaml"),
        .target_path = node_get_text(entry, "targetPath"),
        .optional = node_get_bool(entry, "optional", false),
        .literal = node_get_bool(entry, "literal", false),
    };
    char *label CLEANUP(mem_cleanup) = NULL;

    r.id = (struct identity){.group = SPAN_EMPTY,
                             .kind = r.kind,
                             .ns = node_text(node_path(c->at.release, "metadata", "namespace")),
                             .name = node_get_text(entry, "name")};
    label = identity_label(&r.id);
    r.label = arena_printf(doc_arena(c->out->doc), "%s, %.*s", label, SPAN_ARG(r.key));
    return r;
}

static int compose_entry(struct composing *c, const struct node *entry, size_t index)
{
    struct reference r = read_entry(c, entry, index);
    struct release_text text = {0};
    bool found;

    if (!span_is(r.kind, "ConfigMap") && !span_is(r.kind, "Secret"))
        return fail_at(&c->at, entry, c->err,
                       "spec.valuesFrom[%zu]: the kind '%.*s' is neither ConfigMap nor Secret",
                       index, SPAN_ARG(r.kind));
    if (read_reference(c, &r, &found, &text) < 0)
        return -1;
    if (!found)
        return 0;
    return r.target_path.len ? set_path(c, &r, &text) : merge_text(c, &r, &text);
}

// The controller takes what is no map for nothing, without a word.
static struct node *own_values(struct composing *c, const struct node *values)
{
    struct node *copy;
    char *label CLEANUP(mem_cleanup) = node_label(c->at.release);

    if (!values || values->type == NODE_NULL)
        return NULL;
    if (values->type != NODE_MAP) {
        add_note(c, "spec.values", "is no map, so that the controller takes it for nothing");
        return NULL;
    }
    copy = node_copy_from(c->out->doc, c->at.doc, values);
    clean_flags(copy);
    stamp(copy, doc_add_file(c->out->doc, label), 1);
    return copy;
}

static int compose(struct composing *c)
{
    const struct node *spec = node_get(c->at.release, "spec");
    const struct node *entries = node_get(spec, "valuesFrom");
    const struct node *pristine;
    size_t index = 0;

    c->own = own_values(c, node_get(spec, "values"));
    c->result = node_new_map(c->out->doc);
    if (entries && entries->type != NODE_SEQ && entries->type != NODE_NULL)
        return fail_at(&c->at, entries, c->err, "spec.valuesFrom is a %s instead of a list",
                       node_type_name(entries));
    pristine = c->own && node_len(entries) ? node_copy(c->out->doc, c->own) : c->own;
    NODE_FOREACH_ITEM (entry, entries)
        if (compose_entry(c, entry, index++) < 0)
            return -1;
    if (c->own)
        add_layer(c, "spec.values", pristine, NULL);
    c->out->values = release_merge(c->out->doc, c->result, c->own);
    return 0;
}

int release_compose(const struct node *release, const struct doc *release_doc, release_find find,
                    void *data, struct release_values *out, struct err **err)
{
    struct composing c = {
        .at = {release, release_doc}, .find = find, .data = data, .out = out, .err = err};

    *out = (struct release_values){.doc = doc_new()};
    if (compose(&c) == 0)
        return 0;
    release_values_free(out);
    return -1;
}

void release_values_free(struct release_values *values)
{
    doc_free(values->doc);
    *values = (struct release_values){0};
}
