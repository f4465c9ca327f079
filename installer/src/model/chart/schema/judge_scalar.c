// SPDX-License-Identifier: Apache-2.0
// The keywords of all types, of texts and of numbers, and those that combine schemas.
#include "base/rune.h"
#include "model/chart/schema/equal.h"
#include "model/chart/schema/formats.h"
#include "model/chart/schema/frame.h"
#include "model/chart/schema/number.h"

static const char *const type_names[] = {"null",   "boolean", "number", "integer",
                                         "string", "array",   "object"};

static unsigned type_of(const struct node *n)
{
    switch (n->type) {
    case NODE_NULL: return SCHEMA_NULL;
    case NODE_BOOL: return SCHEMA_BOOLEAN;
    case NODE_STRING: return SCHEMA_STRING;
    case NODE_SEQ: return SCHEMA_ARRAY;
    case NODE_MAP: return SCHEMA_OBJECT;
    default: return SCHEMA_NUMBER;
    }
}

// The names of the types, with " or " between them.
static void add_types(struct buf *out, unsigned types)
{
    const char *between = "";

    for (size_t i = 0; i < ARRAY_LEN(type_names); i++) {
        if (!(types & 1u << i))
            continue;
        buf_printf(out, "%s%s", between, type_names[i]);
        between = " or ";
    }
}

static bool has_type(const struct frame *f, unsigned type)
{
    unsigned types = f->s->types;

    return !types || types & type ||
           (types & SCHEMA_INTEGER && type == SCHEMA_NUMBER && schema_number_is_whole(f->v));
}

// A scalar as the library shows one that a schema names.
static void add_shown(struct buf *out, const struct node *n)
{
    if (n->type == NODE_STRING)
        violation_quote(n->text, out);
    else if (n->type == NODE_NULL)
        buf_add_str(out, "<nil>");
    else
        buf_add_span(out, node_source(n));
}

static bool is_container(const struct node *n)
{
    return n->type == NODE_MAP || n->type == NODE_SEQ;
}

static const struct violation *refuse_type(const struct frame *f, unsigned type)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&text, "got ");
    add_types(&text, type);
    buf_add_str(&text, ", want ");
    add_types(&text, f->s->types);
    return frame_violation(f, &text);
}

static const struct violation *refuse_constant(const struct frame *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (is_container(f->s->constant)) {
        buf_add_str(&text, "'const' failed");
    } else {
        buf_add_str(&text, "value must be ");
        add_shown(&text, f->s->constant);
    }
    return frame_violation(f, &text);
}

static bool is_one_of(const struct frame *f)
{
    NODE_FOREACH_ITEM (item, f->s->enumeration) {
        f->j->steps++;
        if (schema_equal(f->v, item))
            return true;
    }
    return false;
}

static const struct violation *refuse_enumeration(const struct frame *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *before =
        node_len(f->s->enumeration) == 1 ? "value must be " : "value must be one of ";

    NODE_FOREACH_ITEM (item, f->s->enumeration) {
        if (is_container(item))
            return frame_violation_of(f, VIOLATION_PLAIN, "'enum' failed", NULL, 0);
        buf_add_str(&text, before);
        add_shown(&text, item);
        before = ", ";
    }
    if (!text.len)
        buf_add_str(&text, before);
    return frame_violation(f, &text);
}

static const struct violation *judge_format(const struct frame *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (f->v->type != NODE_STRING || f->s->format->check(f->v->text, &why))
        return NULL;
    violation_quote(f->v->text, &text);
    buf_printf(&text, " is not valid %s: %s", f->s->format->name, buf_str(&why));
    return frame_violation(f, &text);
}

const struct violation *frame_judge_plain(struct frame *f)
{
    const struct schema *s = f->s;
    unsigned type = type_of(f->v);

    if (!has_type(f, type))
        return refuse_type(f, type);
    if (s->constant && !schema_equal(f->v, s->constant))
        return refuse_constant(f);
    if (s->enumeration && !is_one_of(f))
        return refuse_enumeration(f);
    return s->format ? judge_format(f) : NULL;
}

static size_t count_runes(struct span text)
{
    size_t count = 0;

    for (; text.len; count++)
        rune_next(&text);
    return count;
}

static void judge_text(struct frame *f)
{
    const struct schema *s = f->s;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    size_t len = s->min_length.is_set || s->max_length.is_set ? count_runes(f->v->text) : 0;
    bool matched = true;

    if (s->min_length.is_set && (int64_t)len < s->min_length.value)
        frame_add_counts(f, "minLength", len, s->min_length.value);
    if (s->max_length.is_set && (int64_t)len > s->max_length.value)
        frame_add_counts(f, "maxLength", len, s->max_length.value);
    if (s->pattern && !f->j->failed && regex_match(s->pattern, f->v->text, &matched, f->j->err) < 0)
        f->j->failed = true;
    if (matched)
        return;
    violation_quote(f->v->text, &text);
    buf_add_str(&text, " does not match pattern ");
    violation_quote(s->pattern_text, &text);
    frame_add(f, frame_violation(f, &text));
}

static void add_limit(struct frame *f, const char *name, const struct node *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&text, "%s: got ", name);
    schema_number_print(f->v, &text);
    buf_add_str(&text, ", want ");
    schema_number_print(want, &text);
    frame_add(f, frame_violation(f, &text));
}

static void judge_number(struct frame *f)
{
    const struct schema *s = f->s;

    if (s->minimum && schema_number_cmp(f->v, s->minimum) < 0)
        add_limit(f, "minimum", s->minimum);
    if (s->maximum && schema_number_cmp(f->v, s->maximum) > 0)
        add_limit(f, "maximum", s->maximum);
    if (s->exclusive_minimum && schema_number_cmp(f->v, s->exclusive_minimum) <= 0)
        add_limit(f, "exclusiveMinimum", s->exclusive_minimum);
    if (s->exclusive_maximum && schema_number_cmp(f->v, s->exclusive_maximum) >= 0)
        add_limit(f, "exclusiveMaximum", s->exclusive_maximum);
    if (s->multiple_of && !schema_number_is_multiple(f->v, s->multiple_of))
        add_limit(f, "multipleOf", s->multiple_of);
}

void frame_judge_scalar(struct frame *f)
{
    if (f->v->type == NODE_STRING)
        judge_text(f);
    else if (f->v->type == NODE_INT || f->v->type == NODE_FLOAT)
        judge_number(f);
}

static void judge_all(struct frame *f)
{
    violation_list found = {0};

    VEC_FOREACH (struct schema **, s, &f->s->all_of) {
        const struct violation *v = frame_try(f, *s, NULL, false);

        if (v)
            vec_push(&found, v);
        if (v && f->quiet)
            break;
    }
    if (found.len)
        frame_add_causes(f, "'allOf' failed", &found);
    vec_free(&found);
}

static void judge_any(struct frame *f)
{
    violation_list found = {0};
    bool fits = false;

    VEC_FOREACH (struct schema **, s, &f->s->any_of) {
        const struct violation *v = frame_try(f, *s, NULL, false);

        if (v)
            vec_push(&found, v);
        fits = fits || !v;
        if (!v && !f->open.count) // else every branch has a say in what was looked at
            break;
    }
    if (!fits)
        frame_add_causes(f, "'anyOf' failed", &found);
    vec_free(&found);
}

static void judge_one(struct frame *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    violation_list found = {0};
    size_t fits = f->s->one_of.len;

    for (size_t i = 0; i < f->s->one_of.len; i++) {
        bool again = fits < f->s->one_of.len;
        const struct violation *v = frame_try(f, f->s->one_of.items[i], NULL, again);

        if (v && !again) {
            vec_push(&found, v);
        } else if (!v && again) {
            buf_printf(&text, "'oneOf' failed, subschemas %zu, %zu matched", fits, i);
            frame_add(f, frame_violation(f, &text));
            break;
        } else if (!v) {
            fits = i;
        }
    }
    if (fits == f->s->one_of.len)
        frame_add_causes(f, "'oneOf' failed, none matched", &found);
    vec_free(&found);
}

void frame_judge_conditions(struct frame *f)
{
    const struct schema *s = f->s;
    const struct schema *next;

    if (s->not &&!frame_try(f, s->not, NULL, true))
        frame_add_text(f, "'not' failed");
    if (s->all_of.len)
        judge_all(f);
    if (s->any_of.len)
        judge_any(f);
    if (s->one_of.len)
        judge_one(f);
    if (!s->condition)
        return;
    next = frame_try(f, s->condition, NULL, true) ? s->alternative : s->consequence;
    if (next)
        frame_add(f, frame_try(f, next, NULL, false));
}
