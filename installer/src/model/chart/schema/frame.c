// SPDX-License-Identifier: Apache-2.0
// Frames: what is found, what was looked at, and how one leads to the next.
#include "model/chart/schema/frame.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/chart/schema/location.h"
#include "model/chart/schema/number.h"

const struct violation violation_unsaid = {.path = "", .text = ""};

static void add_path(struct buf *out, const struct place *place)
{
    if (!place->parent)
        return;
    add_path(out, place->parent);
    if (place->is_item)
        buf_printf(out, "/%zu", place->index);
    else
        pointer_add_token(out, place->key);
}

const struct violation *frame_violation_of(const struct frame *f, enum violation_kind kind,
                                           const char *text, const struct violation *const *causes,
                                           size_t count)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct violation **copy;
    struct violation *v;

    if (f->quiet)
        return &violation_unsaid;
    add_path(&path, f->place);
    v = ARENA_NEW(f->j->a, struct violation);
    copy = arena_array(f->j->a, count, sizeof(struct violation *));
    if (count)
        memcpy(copy, causes, count * sizeof(*copy));
    *v = (struct violation){
        kind, arena_str(f->j->a, buf_str(&path)), arena_str(f->j->a, text), f->v, copy, count};
    return v;
}

const struct violation *frame_violation(const struct frame *f, const struct buf *text)
{
    return frame_violation_of(f, VIOLATION_PLAIN, buf_str(text), NULL, 0);
}

void frame_add(struct frame *f, const struct violation *v)
{
    if (v)
        vec_push(&f->found, v);
}

void frame_add_text(struct frame *f, const char *text)
{
    frame_add(f, frame_violation_of(f, VIOLATION_PLAIN, text, NULL, 0));
}

void frame_add_counts(struct frame *f, const char *name, size_t got, int64_t want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&text, "%s: got ", name);
    schema_count_print((int64_t)got, &text);
    buf_add_str(&text, ", want ");
    schema_count_print(want, &text);
    frame_add(f, frame_violation(f, &text));
}

void frame_add_causes(struct frame *f, const char *text, const violation_list *causes)
{
    frame_add(f, frame_violation_of(f, VIOLATION_PLAIN, text, causes->items, causes->len));
}

void open_close(struct open *open, size_t index)
{
    if (open->flags && open->flags[index]) {
        open->flags[index] = false;
        open->count--;
    }
}

struct open open_new(const struct schema *s, const struct node *v, bool caller_asks)
{
    struct open open = {0};
    bool is_map = v->type == NODE_MAP;
    size_t first = is_map ? 0 : s->draft < DRAFT_2020 && s->items ? 0 : s->prefix_items.len;

    if (is_map ? s->all_properties_evaluated || !(caller_asks || s->unevaluated_properties)
               : v->type != NODE_SEQ || s->all_items_evaluated ||
                     !(caller_asks || s->unevaluated_items))
        return open;
    open.len = node_len(v);
    open.flags = mem_zalloc(open.len, sizeof(bool));
    for (size_t i = first; i < open.len; i++) {
        open.flags[i] = true;
        open.count++;
    }
    return open;
}

// What the other one has looked at counts here, too.
static void open_merge(struct open *open, const struct open *other)
{
    for (size_t i = 0; i < open->len && open->count; i++) {
        if (!other->flags || !other->flags[i])
            open_close(open, i);
    }
}

static const struct violation *run(struct frame *child, const struct frame *f, bool caller_asks,
                                   struct open *merge)
{
    const struct violation *v;

    child->j = f->j;
    child->quiet = child->quiet || f->quiet;
    child->depth = f->depth + 1;
    child->open = open_new(child->s, child->v, caller_asks);
    v = f->j->judge(child);
    if (!v && merge)
        open_merge(merge, &child->open);
    free(child->open.flags);
    vec_free(&child->found);
    return v;
}

const struct violation *frame_try(struct frame *f, const struct schema *s, const char *keyword,
                                  bool quiet)
{
    struct frame child = {.s = s,
                          .v = f->v,
                          .place = f->place,
                          .parent = f,
                          .keyword = keyword,
                          .same_value = true,
                          .quiet = quiet};

    return run(&child, f, f->open.count != 0, &f->open);
}

const struct violation *frame_try_key(struct frame *f, const struct schema *s, struct span key,
                                      const struct node *v)
{
    const struct place place = {.parent = f->place, .key = key};
    struct frame child = {.s = s, .v = v, .place = &place, .parent = f};

    return run(&child, f, false, NULL);
}

const struct violation *frame_try_item(struct frame *f, const struct schema *s, size_t index)
{
    const struct place place = {.parent = f->place, .index = index, .is_item = true};
    struct frame child = {.s = s, .v = node_item(f->v, index), .place = &place, .parent = f};

    return run(&child, f, false, NULL);
}

const struct violation *frame_try_alone(struct frame *f, const struct schema *s,
                                        const struct node *v)
{
    const struct place place = {0};
    struct frame child = {.s = s, .v = v, .place = &place};

    return run(&child, f, false, NULL);
}
