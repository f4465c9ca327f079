// SPDX-License-Identifier: Apache-2.0
// The order in which a schema's keywords are tried, references, and what was not looked at.
#include "model/chart/schema/judge.h"

#include <stdlib.h>

#include "model/chart/schema/frame.h"
#include "model/chart/schema/location.h"

// The frame that tries the same schema on the same value already.
static const struct frame *cycle_of(const struct frame *f)
{
    for (const struct frame *at = f; at->same_value && at->parent; at = at->parent) {
        if (at->parent->s == f->s)
            return at->parent;
    }
    return NULL;
}

// How one got to a frame: keywords from the outermost schema on.
static void add_way(struct buf *out, const struct frame *f)
{
    if (!f->parent)
        return;
    add_way(out, f->parent);
    if (f->keyword)
        buf_printf(out, "/%s", f->keyword);
    else
        pointer_add_encoded(out, span_tail(f->s->pointer, f->parent->s->pointer.len));
}

static const struct violation *refuse_cycle(const struct frame *f, const struct frame *other)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&text, "both ");
    add_way(&text, f);
    buf_add_str(&text, " and ");
    add_way(&text, other);
    buf_printf(&text, " resolve to \"%.*s#%.*s\" causing reference cycle", SPAN_ARG(f->s->url),
               SPAN_ARG(f->s->pointer));
    return frame_violation(f, &text);
}

static const struct violation *try_reference(struct frame *f, const struct schema *s,
                                             const char *keyword)
{
    const struct violation *v = frame_try(f, s, keyword, false);

    if (!v)
        return NULL;
    if (v->kind == VIOLATION_GROUP)
        return frame_violation_of(f, VIOLATION_REFERENCE, "validation failed", v->causes,
                                  v->cause_count);
    return frame_violation_of(f, VIOLATION_REFERENCE, "validation failed", &v, 1);
}

static void try_recursive(struct frame *f)
{
    const struct schema *s = f->s->recursive_ref;

    if (!s)
        return;
    if (s->has_recursive_anchor) {
        for (const struct frame *at = f; at; at = at->parent) {
            if (at->s->resource->has_recursive_anchor)
                s = at->s;
        }
    }
    frame_add(f, try_reference(f, s, "$recursiveRef"));
}

static void try_dynamic(struct frame *f)
{
    struct span name = f->s->dynamic_ref_anchor;
    const struct schema *s = f->s->dynamic_ref;

    if (!s)
        return;
    if (name.len && span_eq(s->dynamic_anchor, name)) {
        for (const struct frame *at = f; at; at = at->parent) {
            VEC_FOREACH (const struct schema_named *, anchor, &at->s->resource->dynamic_anchors) {
                if (span_eq(anchor->name, name))
                    s = anchor->schema;
            }
        }
    }
    frame_add(f, try_reference(f, s, "$dynamicRef"));
}

static void try_unevaluated(struct frame *f)
{
    const struct schema *properties = f->s->unevaluated_properties;
    const struct schema *items = f->s->unevaluated_items;

    for (size_t i = 0; i < f->open.len; i++) {
        if (!f->open.flags[i])
            continue;
        if (f->v->type == NODE_MAP && properties)
            frame_add(
                f, frame_try_key(f, properties, f->v->map.pairs[i].key, f->v->map.pairs[i].value));
        else if (f->v->type == NODE_SEQ && items)
            frame_add(f, frame_try_item(f, items, i));
    }
    if (f->v->type == NODE_MAP ? properties != NULL : items != NULL) {
        for (size_t i = 0; i < f->open.len; i++)
            open_close(&f->open, i);
    }
}

static const struct violation *summary(struct frame *f)
{
    if (f->found.len < 2)
        return f->found.len ? f->found.items[0] : NULL;
    return frame_violation_of(f, VIOLATION_GROUP, "validation failed", f->found.items,
                              f->found.len);
}

static bool is_too_much(struct frame *f)
{
    struct judge *j = f->j;

    if (!j->failed && (j->steps++ > JUDGE_STEPS_MAX || f->depth > JUDGE_DEPTH_MAX ||
                       arena_size(j->a) > j->arena_max)) {
        j->failed = true;
        err_set(j->err, ERR_CONFIG,
                "%s: the schema takes too long to judge by: it refers to "
                "itself too often or too deep",
                j->what);
    }
    return j->failed;
}

static const struct violation *judge(struct frame *f)
{
    const struct frame *other;
    const struct violation *v;

    if (is_too_much(f))
        return &violation_unsaid;
    if (f->s->is_boolean)
        return f->s->boolean ? NULL
                             : frame_violation_of(f, VIOLATION_PLAIN, "false schema", NULL, 0);
    other = cycle_of(f);
    if (other)
        return refuse_cycle(f, other);
    v = frame_judge_plain(f);
    if (v)
        return v;
    if (f->s->ref) {
        v = try_reference(f, f->s->ref, "$ref");
        if (f->s->draft < DRAFT_2019)
            return v;
        frame_add(f, v);
    }
    if (f->v->type == NODE_MAP)
        frame_judge_map(f);
    else if (f->v->type == NODE_SEQ)
        frame_judge_list(f);
    else
        frame_judge_scalar(f);
    if (!f->found.len || !f->quiet) {
        try_recursive(f);
        try_dynamic(f);
        frame_judge_conditions(f);
        try_unevaluated(f);
    }
    return summary(f);
}

int schema_judge(struct arena *a, const struct schema *schema, const struct node *value,
                 const char *what, const struct violation **found, struct err **err)
{
    struct judge j = {.a = a,
                      .what = what,
                      .judge = judge,
                      .arena_max = arena_size(a) + ((size_t)64 << 20),
                      .err = err};
    const struct place place = {0};
    struct frame f = {.j = &j, .s = schema, .v = value, .place = &place};

    f.open = open_new(schema, value, false);
    *found = judge(&f);
    free(f.open.flags);
    vec_free(&f.found);
    return j.failed ? -1 : 0;
}
