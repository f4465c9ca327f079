// SPDX-License-Identifier: Apache-2.0
// The keywords of maps and of lists.
#include "model/chart/schema/equal.h"
#include "model/chart/schema/frame.h"
#include "model/chart/schema/number.h"

static bool is_done(const struct frame *f)
{
    return f->j->failed || (f->quiet && f->found.len);
}

// Adds those of the names that the value lacks, quoted; their number.
static size_t add_missing(const struct frame *f, const struct node *names, struct buf *out)
{
    size_t count = 0;

    NODE_FOREACH_ITEM (name, names) {
        f->j->steps += node_len(f->v) / 64;
        if (name->type != NODE_STRING || node_get_span(f->v, name->text))
            continue;
        if (count++)
            buf_add_str(out, ", ");
        violation_quote(name->text, out);
    }
    return count;
}

static void judge_required(struct frame *f)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    size_t count = add_missing(f, f->s->required, &names);

    if (!count)
        return;
    buf_printf(&text, "missing %s %s", count == 1 ? "property" : "properties", buf_str(&names));
    frame_add(f, frame_violation(f, &text));
}

static void judge_dependency(struct frame *f, const struct schema_dependency *d)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!node_get_span(f->v, d->name))
        return;
    if (d->schema) {
        frame_add(f, frame_try(f, d->schema, NULL, false));
        return;
    }
    buf_add_str(&text, "properties ");
    if (!add_missing(f, d->names, &text))
        return;
    buf_add_str(&text, " required, if ");
    violation_quote(d->name, &text);
    buf_add_str(&text, " exists");
    frame_add(f, frame_violation(f, &text));
}

// One property; true when some keyword looked at it. Those that are not allowed are added to
// `refused`.
static bool judge_property(struct frame *f, const struct pair *it, struct buf *refused)
{
    const struct schema *s = map_get(&f->s->properties, it->key);
    const struct schema_additional *additional = &f->s->additional_properties;
    bool seen = s != NULL;

    if (s)
        frame_add(f, frame_try_key(f, s, it->key, it->value));
    VEC_FOREACH (const struct schema_pattern *, pattern, &f->s->pattern_properties) {
        bool matched = false;

        if (!f->j->failed && regex_match(pattern->regex, it->key, &matched, f->j->err) < 0)
            f->j->failed = true;
        if (!matched)
            continue;
        seen = true;
        frame_add(f, frame_try_key(f, pattern->schema, it->key, it->value));
    }
    if (seen || !additional->is_set)
        return seen;
    if (additional->schema) {
        frame_add(f, frame_try_key(f, additional->schema, it->key, it->value));
    } else if (additional->is_refused) {
        if (refused->len)
            buf_add_str(refused, ", ");
        violation_quote(it->key, refused);
    }
    return true;
}

static void judge_properties(struct frame *f)
{
    struct buf refused CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    for (size_t i = 0; i < node_len(f->v); i++) {
        if (is_done(f))
            return;
        if (judge_property(f, &f->v->map.pairs[i], &refused))
            open_close(&f->open, i);
    }
    if (!refused.len)
        return;
    buf_printf(&text, "additional properties %s not allowed", buf_str(&refused));
    frame_add(f, frame_violation(f, &text));
}

static void judge_names(struct frame *f)
{
    NODE_FOREACH_PAIR (it, f->v) {
        struct node name = {.type = NODE_STRING, .text = it->key};
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        const struct violation *v, *named;
        struct frame outside = {
            .j = f->j, .s = f->s, .v = f->v, .place = &(struct place){0}, .quiet = f->quiet};

        v = frame_try_alone(f, f->s->property_names, &name);
        if (!v)
            continue;
        buf_add_str(&text, "invalid propertyName ");
        violation_quote(it->key, &text);
        named = v->kind == VIOLATION_GROUP
                    ? frame_violation_of(&outside, VIOLATION_PLAIN, buf_str(&text), v->causes,
                                         v->cause_count)
                    : frame_violation_of(&outside, VIOLATION_PLAIN, buf_str(&text), &v, 1);
        frame_add(f, named);
    }
}

void frame_judge_map(struct frame *f)
{
    const struct schema *s = f->s;
    size_t len = node_len(f->v);

    if (s->min_properties.is_set && (int64_t)len < s->min_properties.value)
        frame_add_counts(f, "minProperties", len, s->min_properties.value);
    if (s->max_properties.is_set && (int64_t)len > s->max_properties.value)
        frame_add_counts(f, "maxProperties", len, s->max_properties.value);
    if (s->required)
        judge_required(f);
    if (is_done(f))
        return;
    VEC_FOREACH (const struct schema_dependency *, d, &s->dependencies)
        judge_dependency(f, d);
    if (s->properties.live || s->pattern_properties.len || s->additional_properties.is_set)
        judge_properties(f);
    if (is_done(f))
        return;
    if (s->property_names)
        judge_names(f);
    VEC_FOREACH (const struct schema_dependency *, d, &s->dependent)
        judge_dependency(f, d);
}

static void judge_items(struct frame *f)
{
    const struct schema *s = f->s;
    const struct schema_additional *additional = &s->additional_items;
    size_t len = node_len(f->v), first = 0;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    for (; first < len && first < s->prefix_items.len; first++)
        frame_add(f, frame_try_item(f, s->prefix_items.items[first], first));
    for (size_t i = first; s->items && i < len && !is_done(f); i++)
        frame_add(f, frame_try_item(f, s->items, i));
    for (size_t i = first; additional->schema && i < len && !is_done(f); i++)
        frame_add(f, frame_try_item(f, additional->schema, i));
    if (additional->is_refused && first < len) {
        buf_add_str(&text, "last ");
        schema_count_print((int64_t)(len - first), &text);
        buf_add_str(&text, " additionalItem(s) not allowed");
        frame_add(f, frame_violation(f, &text));
    }
}

// "min 2 items required to match contains schema, but matched 1 items at 0"
static void add_contains(struct frame *f, const char *limit, int64_t want, size_t count,
                         const char *places, const violation_list *causes)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    buf_printf(&text, "%s ", limit);
    schema_count_print(want, &text);
    buf_add_str(&text, " items required to match contains schema, but ");
    if (count) {
        buf_add_str(&text, "matched ");
        schema_count_print((int64_t)count, &text);
        buf_printf(&text, " items at %s", places);
    } else {
        buf_add_str(&text, "none matched");
    }
    frame_add_causes(f, buf_str(&text), causes);
}

static void judge_contains(struct frame *f)
{
    const struct schema *s = f->s;
    struct buf places CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    violation_list found = {0}, none = {0};
    size_t count = 0;

    for (size_t i = 0; i < node_len(f->v) && !f->j->failed; i++) {
        const struct violation *v = frame_try_item(f, s->contains, i);

        if (v) {
            vec_push(&found, v);
            continue;
        }
        buf_printf(&places, "%s%zu", count++ ? " " : "", i);
        if (s->draft >= DRAFT_2020)
            open_close(&f->open, i);
    }
    if (s->min_contains.is_set) {
        if ((int64_t)count < s->min_contains.value)
            add_contains(f, "min", s->min_contains.value, count, buf_str(&places), &found);
    } else if (!count) {
        frame_add_causes(f, "no items match contains schema", &found);
    }
    if (s->max_contains.is_set && (int64_t)count > s->max_contains.value)
        add_contains(f, "max", s->max_contains.value, count, buf_str(&places), &none);
    vec_free(&found);
}

static void judge_unique(struct frame *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t first, second;

    if (!schema_find_duplicates(f->v, &first, &second))
        return;
    buf_add_str(&text, "items at ");
    schema_count_print((int64_t)first, &text);
    buf_add_str(&text, " and ");
    schema_count_print((int64_t)second, &text);
    buf_add_str(&text, " are equal");
    frame_add(f, frame_violation(f, &text));
}

void frame_judge_list(struct frame *f)
{
    const struct schema *s = f->s;
    size_t len = node_len(f->v);

    if (s->min_items.is_set && (int64_t)len < s->min_items.value)
        frame_add_counts(f, "minItems", len, s->min_items.value);
    if (s->max_items.is_set && (int64_t)len > s->max_items.value)
        frame_add_counts(f, "maxItems", len, s->max_items.value);
    if (s->unique_items && len > 1)
        judge_unique(f);
    judge_items(f);
    if (s->contains)
        judge_contains(f);
}
