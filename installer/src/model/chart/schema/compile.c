// SPDX-License-Identifier: Apache-2.0
// Keywords, by what they are about. A queue stands in for recursion: a schema may refer to itself,
// and is only filled in when its turn comes.
#include "model/chart/schema/compile.h"

#include "model/chart/schema/formats.h"
#include "model/chart/schema/location.h"
#include "model/chart/schema/number.h"

// A schema that is being filled in.
struct filling {
    struct schema_compiler *c;
    struct arena *a;
    struct schema_document *document;
    const struct schema_resource *resource;
    struct schema *s;
    const struct node *n;
};

// The schema at a place, which is filled in later unless it was already.
// `n` is what stands there, or NULL when that is not at hand.
static struct schema *enqueue(struct schema_compiler *c, struct span url, struct span pointer,
                              const struct node *n)
{
    struct arena *a = doc_arena(c->documents.d);
    struct span key = pointer_join(a, url, '#', pointer);
    struct schema *s = map_get(&c->schemas, key);

    if (s)
        return s;
    s = ARENA_NEW(a, struct schema);
    s->url = url;
    s->pointer = pointer;
    s->node = n;
    map_put(&c->schemas, key, s);
    vec_push(&c->queue, s);
    return s;
}

static struct schema *at(struct filling *f, struct span pointer, const struct node *n)
{
    return enqueue(f->c, f->s->url, pointer, n);
}

// The pointer to what a keyword has, `n`; none is made when that is not there.
static struct span below(struct filling *f, const char *keyword, const struct node *n)
{
    return n ? pointer_append(f->a, f->s->pointer, span_str(keyword)) : SPAN_EMPTY;
}

static struct schema *take_schema(struct filling *f, const char *keyword)
{
    const struct node *n = node_get(f->n, keyword);

    return n ? at(f, below(f, keyword, n), n) : NULL;
}

static void take_list(struct filling *f, const char *keyword, schema_list *list)
{
    const struct node *n = node_get(f->n, keyword);
    struct span base = below(f, keyword, n);

    for (size_t i = 0; node_is(n, NODE_SEQ) && i < node_len(n); i++)
        vec_push_arena(f->a, list, at(f, pointer_append_index(f->a, base, i), node_item(n, i)));
}

static void take_additional(struct filling *f, const char *keyword, struct schema_additional *out)
{
    const struct node *n = node_get(f->n, keyword);

    out->is_set = n != NULL;
    out->is_refused = node_is(n, NODE_BOOL) && !node_bool(n, true);
    if (n && n->type != NODE_BOOL)
        out->schema = take_schema(f, keyword);
}

static struct schema_count take_count(struct filling *f, const char *keyword)
{
    const struct node *n = node_get(f->n, keyword);
    double value = node_double(n, -1);

    if (!n || (n->type != NODE_INT && n->type != NODE_FLOAT) || !schema_number_is_whole(n))
        return (struct schema_count){false, 0};
    return (struct schema_count){true, value < 9e18 ? (int64_t)value : INT64_MAX};
}

static const struct node *take_number(struct filling *f, const char *keyword)
{
    const struct node *n = node_get(f->n, keyword);

    return node_is(n, NODE_INT) || node_is(n, NODE_FLOAT) ? n : NULL;
}

static int take_reference(struct filling *f, const char *keyword, struct schema **out,
                          struct err **err)
{
    const struct node *n = node_get(f->n, keyword);
    struct schema_document *to;
    struct span pointer;

    if (!node_is(n, NODE_STRING))
        return 0;
    if (schema_follow(&f->c->documents, f->document, f->resource, n->text, &to, &pointer, err) < 0)
        return -1;
    *out = enqueue(f->c, to->url, pointer, NULL);
    return 0;
}

static int take_pattern(struct filling *f, struct span text, struct regex **out, struct err **err)
{
    *out = regex_new(text, 0, err);
    if (!*out)
        return err_wrap(err, "%s: #%.*s", f->c->documents.what, SPAN_ARG(f->s->pointer));
    vec_push(&f->c->patterns, *out);
    return 0;
}

static unsigned type_bit(struct span name)
{
    static const char *const names[] = {"null",   "boolean", "number", "integer",
                                        "string", "array",   "object"};

    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i]))
            return 1u << i;
    }
    return 0;
}

static void take_types(struct filling *f)
{
    const struct node *n = node_get(f->n, "type");

    f->s->types = type_bit(node_text(n));
    NODE_FOREACH_ITEM (item, n) {
        f->s->types |= type_bit(node_text(item));
    }
}

static void take_limits(struct filling *f)
{
    struct schema *s = f->s;

    s->maximum = take_number(f, "maximum");
    s->exclusive_maximum = take_number(f, "exclusiveMaximum");
    s->minimum = take_number(f, "minimum");
    s->exclusive_minimum = take_number(f, "exclusiveMinimum");
    // Of draft 4: whether the limit itself is left out.
    if (node_get_bool(f->n, "exclusiveMaximum", false)) {
        s->exclusive_maximum = s->maximum;
        s->maximum = NULL;
    }
    if (node_get_bool(f->n, "exclusiveMinimum", false)) {
        s->exclusive_minimum = s->minimum;
        s->minimum = NULL;
    }
    s->multiple_of = take_number(f, "multipleOf");
    s->min_length = take_count(f, "minLength");
    s->max_length = take_count(f, "maxLength");
    s->min_items = take_count(f, "minItems");
    s->max_items = take_count(f, "maxItems");
    s->unique_items = node_get_bool(f->n, "uniqueItems", false);
    s->min_properties = take_count(f, "minProperties");
    s->max_properties = take_count(f, "maxProperties");
}

static int take_assertions(struct filling *f, struct err **err)
{
    struct schema *s = f->s;
    const struct node *pattern = node_get(f->n, "pattern");
    const struct node *format = node_get(f->n, "format");

    take_types(f);
    take_limits(f);
    s->required = node_get(f->n, "required");
    s->enumeration = node_get(f->n, "enum");
    if (!node_is(s->enumeration, NODE_SEQ))
        s->enumeration = NULL;
    if (s->draft >= DRAFT_6)
        s->constant = node_get(f->n, "const");
    if (node_is(format, NODE_STRING) && (s->draft < DRAFT_2019 || f->c->asserts_formats))
        s->format = schema_format_get(format->text);
    if (!node_is(pattern, NODE_STRING))
        return 0;
    s->pattern_text = pattern->text;
    return take_pattern(f, pattern->text, &s->pattern, err);
}

static void take_dependencies(struct filling *f, const char *keyword, bool names, bool schemas)
{
    const struct node *n = node_get(f->n, keyword);
    struct span base = below(f, keyword, n);

    NODE_FOREACH_PAIR (it, n) {
        struct schema_dependency dependency = {.name = it->key};

        if (node_is(it->value, NODE_SEQ) && names)
            dependency.names = it->value;
        else if (schemas)
            dependency.schema = at(f, pointer_append(f->a, base, it->key), it->value);
        else
            continue;
        if (span_is(span_str(keyword), "dependencies"))
            vec_push_arena(f->a, &f->s->dependencies, dependency);
        else
            vec_push_arena(f->a, &f->s->dependent, dependency);
    }
}

static int take_properties(struct filling *f, struct err **err)
{
    const struct node *named = node_get(f->n, "properties");
    const struct node *matched = node_get(f->n, "patternProperties");
    struct span base = below(f, "properties", named);
    struct span patterns = below(f, "patternProperties", matched);

    NODE_FOREACH_PAIR (it, named) {
        map_put(&f->s->properties, it->key, at(f, pointer_append(f->a, base, it->key), it->value));
    }
    NODE_FOREACH_PAIR (it, matched) {
        struct schema_pattern pattern;

        if (take_pattern(f, it->key, &pattern.regex, err) < 0)
            return -1;
        pattern.schema = at(f, pointer_append(f->a, patterns, it->key), it->value);
        vec_push_arena(f->a, &f->s->pattern_properties, pattern);
    }
    take_additional(f, "additionalProperties", &f->s->additional_properties);
    take_dependencies(f, "dependencies", true, true);
    return 0;
}

static void take_items(struct filling *f)
{
    struct schema *s = f->s;

    if (s->draft >= DRAFT_2020) {
        take_list(f, "prefixItems", &s->prefix_items);
        s->items = take_schema(f, "items");
        s->all_items_evaluated = s->items != NULL;
        return;
    }
    if (node_is(node_get(f->n, "items"), NODE_SEQ)) {
        take_list(f, "items", &s->prefix_items);
        take_additional(f, "additionalItems", &s->additional_items);
    } else {
        s->items = take_schema(f, "items");
    }
    s->all_items_evaluated = s->additional_items.is_set || s->items;
}

static void take_condition(struct filling *f)
{
    const struct node *n = node_get(f->n, "if");

    f->s->condition = take_schema(f, "if");
    if (!n)
        return;
    if (node_bool(n, true))
        f->s->consequence = take_schema(f, "then");
    if (!node_is(n, NODE_BOOL) || !node_bool(n, true))
        f->s->alternative = take_schema(f, "else");
}

// What came with 2019-09 and later.
static int take_newer(struct filling *f, struct err **err)
{
    struct schema *s = f->s;
    struct span reference = node_get_text(f->n, "$dynamicRef"), fragment;

    if (take_reference(f, "$recursiveRef", &s->recursive_ref, err) < 0)
        return -1;
    s->has_recursive_anchor = node_get_bool(f->n, "$recursiveAnchor", false);
    if (s->contains) {
        s->min_contains = take_count(f, "minContains");
        s->max_contains = take_count(f, "maxContains");
    }
    take_dependencies(f, "dependentSchemas", false, true);
    take_dependencies(f, "dependentRequired", true, false);
    s->unevaluated_items = take_schema(f, "unevaluatedItems");
    s->unevaluated_properties = take_schema(f, "unevaluatedProperties");
    if (s->draft < DRAFT_2020)
        return 0;
    if (take_reference(f, "$dynamicRef", &s->dynamic_ref, err) < 0)
        return -1;
    s->dynamic_anchor = node_get_text(f->n, "$dynamicAnchor");
    if (location_decode(f->a, span_tail(reference, span_find(reference, '#') + 1), &fragment) &&
        fragment.len && fragment.ptr[0] != '/')
        s->dynamic_ref_anchor = fragment;
    return 0;
}

static void take_newer_than_4(struct filling *f)
{
    if (f->s->draft >= DRAFT_6) {
        f->s->contains = take_schema(f, "contains");
        f->s->property_names = take_schema(f, "propertyNames");
    }
    if (f->s->draft >= DRAFT_7)
        take_condition(f);
}

static int fill_map(struct filling *f, struct err **err)
{
    struct schema *s = f->s;

    if (take_reference(f, "$ref", &s->ref, err) < 0)
        return -1;
    if (s->draft < DRAFT_2019 && s->ref) {
        // It hides what stands beside it, but for a constant; some of that must be right, though.
        take_newer_than_4(f);
        s->constant = s->draft >= DRAFT_6 ? node_get(f->n, "const") : NULL;
        return 0;
    }
    take_list(f, "allOf", &s->all_of);
    take_list(f, "anyOf", &s->any_of);
    take_list(f, "oneOf", &s->one_of);
    s->not = take_schema(f, "not");
    take_items(f);
    if (take_properties(f, err) < 0 || take_assertions(f, err) < 0)
        return -1;
    take_newer_than_4(f);
    return s->draft >= DRAFT_2019 ? take_newer(f, err) : 0;
}

// A resource brings its dynamic anchors with it.
static void take_dynamic_anchors(struct filling *f)
{
    if (f->s->draft < DRAFT_2020 || f->s != f->s->resource)
        return;
    VEC_FOREACH (const struct schema_anchor *, anchor, &f->resource->anchors) {
        if (anchor->is_dynamic)
            vec_push_arena(f->a, &f->s->dynamic_anchors,
                           (struct schema_named){anchor->name, at(f, anchor->pointer, NULL)});
    }
}

static int fill(struct schema_compiler *c, struct schema *s, struct err **err)
{
    struct filling f = {.c = c, .a = doc_arena(c->documents.d), .s = s};
    bool is_new;

    f.document = schema_get_document(&c->documents, s->url, err);
    if (!f.document || schema_collect_at(&c->documents, f.document, s->pointer, &is_new, err) < 0)
        return -1;
    if (is_new && c->check && c->check(c->data, f.document, s->pointer, err) < 0)
        return -1;
    if (arena_size(f.a) > SCHEMA_MEMORY_BYTES)
        return err_set(err, ERR_CONFIG, "%s: the schema takes more than %zu MiB of memory",
                       c->documents.what, SCHEMA_MEMORY_BYTES >> 20);
    f.n = s->node ? s->node : pointer_lookup(f.a, f.document->root, s->pointer);
    f.resource = schema_resource_at(f.document, s->pointer);
    s->draft = f.resource->draft;
    s->resource = enqueue(c, s->url, f.resource->pointer, NULL);
    take_dynamic_anchors(&f);
    if (node_is(f.n, NODE_BOOL) || (node_is(f.n, NODE_MAP) && !node_len(f.n))) {
        s->is_boolean = true;
        s->boolean = node_bool(f.n, true);
    } else if (node_is(f.n, NODE_MAP) && fill_map(&f, err) < 0) {
        return -1;
    }
    s->all_properties_evaluated = s->additional_properties.is_set;
    return 0;
}

struct schema *schema_compile(struct schema_compiler *c, struct span url, struct err **err)
{
    struct schema *s = enqueue(c, url, SPAN_EMPTY, NULL);

    for (; c->filled < c->queue.len; c->filled++) {
        if (fill(c, c->queue.items[c->filled], err) < 0)
            return NULL;
    }
    return s;
}

void schema_compiler_free(struct schema_compiler *c)
{
    VEC_FOREACH (struct schema **, s, &c->queue)
        map_free(&(*s)->properties);
    VEC_FOREACH (struct regex **, pattern, &c->patterns)
        regex_free(*pattern);
    vec_free(&c->queue);
    vec_free(&c->patterns);
    map_free(&c->schemas);
    schema_documents_free(&c->documents);
}
