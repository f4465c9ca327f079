// SPDX-License-Identifier: Apache-2.0
// Objects of Flux against the table of their fields. What the API server would refuse is an error
// here: a field that is passed over would be one that somebody relies on.
#include "model/flux/fields.h"

#include <string.h>

#include "base/mem.h"
#include "base/opt.h"
#include "model/flux/rules.h"

enum { NAMES_MAX = 64 };

struct checking {
    struct arena *arena;
    const struct doc *doc;
    const char *label; // of the object
    struct span kind;
    flux_notes *notes;
    struct err **err;
};

// "file:line: " as far as it is known; in the arena.
static const char *place(const struct checking *c, const struct node *at, uint32_t line)
{
    const char *file = c->doc && at ? doc_file_name(c->doc, at->file) : "";

    if (!line && at)
        line = at->line;
    if (file[0] && line)
        return arena_printf(c->arena, "%s:%u: ", file, line);
    if (file[0])
        return arena_printf(c->arena, "%s: ", file);
    return line ? arena_printf(c->arena, "line %u: ", line) : "";
}

static const char *found_name(const struct node *n)
{
    switch ((enum node_type)n->type) {
    case NODE_NULL: return "nothing";
    case NODE_BOOL: return "a boolean";
    case NODE_INT:
    case NODE_FLOAT: return "a number";
    case NODE_STRING: return "a text";
    case NODE_SEQ: return "a list";
    case NODE_MAP: break;
    }
    return "a map";
}

static const char *expected_name(enum field_type type)
{
    switch (type) {
    case FIELD_TEXT: return "a text";
    case FIELD_BOOL: return "true or false";
    case FIELD_INT: return "a whole number";
    case FIELD_MAP:
    case FIELD_TEXTS: return "a map";
    case FIELD_LIST: return "a list";
    case FIELD_ANY: break;
    }
    return "anything";
}

static bool is_of(const struct node *n, enum field_type type)
{
    switch (type) {
    case FIELD_TEXT: return n->type == NODE_STRING;
    case FIELD_BOOL: return n->type == NODE_BOOL;
    case FIELD_INT: return n->type == NODE_INT;
    case FIELD_MAP:
    case FIELD_TEXTS: return n->type == NODE_MAP;
    case FIELD_LIST: return n->type == NODE_SEQ;
    case FIELD_ANY: break;
    }
    return true;
}

static int wrong_type(const struct checking *c, const struct node *n, const char *path,
                      enum field_type type)
{
    bool scalar = n->type == NODE_INT || n->type == NODE_FLOAT || n->type == NODE_BOOL;
    bool quoted = type != FIELD_TEXT && n->type == NODE_STRING;

    return err_set(c->err, ERR_CONFIG, "%s%s: %s: expected %s, found %s%s", place(c, n, 0),
                   c->label, path, expected_name(type), found_name(n),
                   type == FIELD_TEXT && scalar ? "; put quotes around it"
                   : quoted && type != FIELD_MAP && type != FIELD_LIST && type != FIELD_TEXTS
                       ? "; take the quotes off"
                       : "");
}

static bool is_choice(struct span choices, struct span word)
{
    struct span one;

    while (span_next(&choices, '|', &one))
        if (span_eq(one, word))
            return true;
    return false;
}

static int check_choice(const struct checking *c, const struct field *f, const struct node *n,
                        const char *path)
{
    if (!f->choices || is_choice(span_str(f->choices), node_text(n)))
        return 0;
    err_set(c->err, ERR_CONFIG, "%s%s: %s: '%s' is none of what Flux knows there", place(c, n, 0),
            c->label, path, node_str(n));
    return err_hint(c->err, "it is one of %s", f->choices);
}

static int unknown(const struct checking *c, const struct field *fields, const struct node *map,
                   const struct pair *pair, const char *path)
{
    const char *names[NAMES_MAX], *near;
    size_t count = 0;

    while (fields[count].name && count < NAMES_MAX) {
        names[count] = fields[count].name;
        count++;
    }
    near = opt_nearest(arena_span(c->arena, pair->key).ptr, names, count);
    err_set(c->err, ERR_CONFIG, "%s%s: %s.%.*s: Flux has no such field", place(c, map, pair->line),
            c->label, path, SPAN_ARG(pair->key));
    if (near)
        return err_hint(c->err, "did you mean '%s'?", near);
    return err_hint(c->err, "docs/flux-fields.md lists the fields of Flux 2.9");
}

static int check_fields(const struct checking *c, const struct field *fields,
                        const struct node *map, const char *path);

static int check_texts(const struct checking *c, const struct node *map, const char *path)
{
    NODE_FOREACH_PAIR (pair, map)
        if (!node_is(pair->value, NODE_NULL) && !node_is(pair->value, NODE_STRING))
            return wrong_type(c, pair->value,
                              arena_printf(c->arena, "%s.%.*s", path, SPAN_ARG(pair->key)),
                              FIELD_TEXT);
    return 0;
}

// What the definition demands of a value beyond its type.
static int check_rules(const struct checking *c, const struct node *n, const char *path)
{
    const char *broken = rules_broken(c->arena, c->kind, path, n);

    return broken
               ? err_set(c->err, ERR_CONFIG, "%s%s: %s: %s", place(c, n, 0), c->label, path, broken)
               : 0;
}

static int check_items(const struct checking *c, const struct field *f, const struct node *list,
                       const char *path)
{
    enum field_type type = f->below ? FIELD_MAP : FIELD_TEXT;

    NODE_FOREACH_ITEM (item, list) {
        const char *at = arena_printf(c->arena, "%s[%zu]", path, item_at);

        if (!is_of(item, type))
            return wrong_type(c, item, at, type);
        if (check_rules(c, item, at) < 0 || (f->below && check_fields(c, f->below, item, at) < 0))
            return -1;
    }
    return 0;
}

static int check_value(const struct checking *c, const struct field *f, const struct node *n,
                       const char *path)
{
    if (!is_of(n, f->type))
        return wrong_type(c, n, path, f->type);
    switch (f->type) {
    case FIELD_TEXT: return check_choice(c, f, n, path);
    case FIELD_MAP: return check_fields(c, f->below, n, path);
    case FIELD_TEXTS: return check_texts(c, n, path);
    case FIELD_LIST: return check_items(c, f, n, path);
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_ANY: break;
    }
    return 0;
}

static const struct field *find_field(const struct field *fields, struct span name)
{
    for (const struct field *f = fields; f->name; f++)
        if (span_is(name, f->name))
            return f;
    return NULL;
}

static void note(const struct checking *c, const char *path, const char *text)
{
    struct flux_note one = {arena_str(c->arena, path), text};

    vec_push_arena(c->arena, c->notes, one);
}

// A null is a field that is not there, to the API server too.
static int check_fields(const struct checking *c, const struct field *fields,
                        const struct node *map, const char *path)
{
    NODE_FOREACH_PAIR (pair, map) {
        const struct field *f = find_field(fields, pair->key);
        const char *at = arena_printf(c->arena, "%s.%.*s", path, SPAN_ARG(pair->key));

        if (!f)
            return unknown(c, fields, map, pair, path);
        if (node_is(pair->value, NODE_NULL))
            continue;
        if (check_value(c, f, pair->value, at) < 0 || check_rules(c, pair->value, at) < 0)
            return -1;
        if (f->effect == FLUX_NEEDS_CLUSTER && f->note)
            note(c, at, f->note);
    }
    return 0;
}

static const struct field_kind *find_kind(const struct identity *id)
{
    for (const struct field_kind *k = fields_kinds; k->kind; k++)
        if (span_is(id->group, k->group) && span_is(id->kind, k->kind))
            return k;
    return NULL;
}

static int check_version(const struct checking *c, const struct field_kind *k,
                         const struct node *object)
{
    struct span group, version;

    identity_split(node_get_text(object, "apiVersion"), &group, &version);
    if (!k->spec || span_is(version, k->version))
        return 0;
    err_set(c->err, ERR_CONFIG, "%s%s: Flux 2.9 does not serve %s/%.*s", place(c, object, 0),
            c->label, k->group, SPAN_ARG(version));
    return err_hint(c->err, "write %s/%s; fields may have another name or place in it", k->group,
                    k->version);
}

int flux_check(struct arena *arena, const struct node *object, const struct doc *doc,
               flux_notes *notes, struct err **err)
{
    struct identity id = node_identity(object);
    const struct field_kind *k = find_kind(&id);
    const struct node *spec = node_get(object, "spec");
    char *label CLEANUP(mem_cleanup) = NULL;
    struct checking c = {.arena = arena, .doc = doc, .notes = notes, .err = err};

    if (!k)
        return 0;
    label = node_label(object);
    c.label = label;
    c.kind = id.kind;
    if (check_version(&c, k, object) < 0)
        return -1;
    if (k->effect == FLUX_NEEDS_CLUSTER)
        note(&c, "", k->note);
    if (!k->spec || !spec || node_is(spec, NODE_NULL))
        return 0;
    if (!node_is(spec, NODE_MAP))
        return wrong_type(&c, spec, "spec", FIELD_MAP);
    return check_fields(&c, k->spec, spec, "spec") < 0 ? -1 : check_rules(&c, spec, "spec");
}

// --- the documentation ---

static const char *effect_name(enum flux_effect effect)
{
    switch (effect) {
    case FLUX_DONE: return "done";
    case FLUX_AROUND: return "no effect on content";
    case FLUX_NEEDS_CLUSTER: break;
    }
    return "needs a cluster";
}

static void describe_type(const struct field *f, struct buf *out)
{
    static const char *const names[] = {
        [FIELD_TEXT] = "text", [FIELD_BOOL] = "boolean",       [FIELD_INT] = "whole number",
        [FIELD_MAP] = "map",   [FIELD_TEXTS] = "map of texts", [FIELD_ANY] = "any map"};
    struct span rest = span_str(f->choices), one;

    if (f->type == FIELD_LIST)
        buf_add_str(out, f->below ? "list of maps" : "list of texts");
    else
        buf_add_str(out, names[f->type]);
    for (const char *between = ": "; span_next(&rest, '|', &one); between = ", ")
        buf_printf(out, "%s`%.*s`", between, SPAN_ARG(one));
}

static void describe(const struct field *fields, const char *path, struct buf *out)
{
    for (const struct field *f = fields; f->name; f++) {
        char *at CLEANUP(mem_cleanup) = mem_printf("%s.%s", path, f->name);
        char *inside CLEANUP(mem_cleanup) =
            mem_printf("%s%s", at, f->type == FIELD_LIST ? "[]" : "");

        buf_printf(out, "| `%s` | ", at);
        describe_type(f, out);
        buf_printf(out, " | %s%s%s |\n", effect_name(f->effect), f->note ? ": " : "",
                   f->note ? f->note : "");
        if (f->below)
            describe(f->below, inside, out);
    }
}

bool flux_describe_rules(struct buf *out)
{
    static const char *const names[] = {"required", "pattern", "length", "rule"};
    bool known = true;

    for (const struct rule *rule = rules_table; rule->path; rule++) {
        buf_printf(out, "%s\t%s\t%s\t%s\n", rule->path, names[rule->of], rule->text, rule->kinds);
        known = known && rules_is_known(rule);
    }
    return known;
}

void flux_describe_fields(struct buf *out)
{
    for (const struct field_kind *k = fields_kinds; k->kind; k++) {
        buf_printf(out, "\n## %s (`%s/%s`)\n\n", k->kind, k->group, k->version);
        if (k->note)
            buf_printf(out, "The kind %s: %s.\n\n", effect_name(k->effect), k->note);
        if (!k->spec)
            continue;
        buf_add_str(out, "| field | type | here |\n|---|---|---|\n");
        describe(k->spec, "spec", out);
    }
}
