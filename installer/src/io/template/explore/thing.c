// SPDX-License-Identifier: Apache-2.0
// Parts of the tree of values, and maps that templates build.
#include "io/template/explore/explore.h"

enum { KEY_DEPTH_MAX = 6, WHOLE_DEPTH_MAX = 8 };

struct part *part_at(struct template_explorer *e, struct part *up, struct span key)
{
    struct part *part;

    for (part = up->first; part; part = part->next)
        if (span_eq(part->path.key, key))
            return part;
    part = ARENA_NEW(e->arena, struct part);
    part->path = (struct template_path){&up->path, arena_span(e->arena, key)};
    part->depth = up->depth + 1;
    part->next = up->first;
    up->first = part;
    return part;
}

struct shape *shape_new(struct template_explorer *e)
{
    struct shape *shape = ARENA_NEW(e->arena, struct shape);

    shape->id = ++e->shapes;
    return shape;
}

struct template_thing thing_of_shape(struct shape *shape)
{
    return (struct template_thing){.shapes = {shape}, .shape_count = 1, .other_text = true};
}

struct template_thing thing_of_text(struct span text)
{
    return (struct template_thing){.texts = {text}, .text_count = 1};
}

// --- joining ---

static void add_path(struct template_explorer *e, struct template_thing *thing, struct part *part)
{
    struct template_thing alone = {.paths = {part}, .path_count = 1};

    for (size_t i = 0; i < thing->path_count; i++)
        if (thing->paths[i] == part)
            return;
    if (thing->path_count < THING_PATHS)
        thing->paths[thing->path_count++] = part;
    else if (part->depth) // the root is everything: that says nothing
        thing_read_whole(e, &alone);
}

static void add_shape(struct template_explorer *e, struct template_thing *thing,
                      struct shape *shape)
{
    struct template_thing alone = thing_of_shape(shape);

    for (size_t i = 0; i < thing->shape_count; i++)
        if (thing->shapes[i] == shape)
            return;
    if (thing->shape_count == THING_SHAPES)
        thing_read_whole(e, &alone);
    else
        thing->shapes[thing->shape_count++] = shape;
}

static void add_text(struct template_thing *thing, struct span text)
{
    for (size_t i = 0; i < thing->text_count; i++)
        if (span_eq(thing->texts[i], text))
            return;
    if (thing->text_count == THING_TEXTS)
        thing->other_text = true;
    else
        thing->texts[thing->text_count++] = text;
}

void thing_join(struct template_explorer *e, struct template_thing *thing,
                const struct template_thing *more)
{
    for (size_t i = 0; i < more->path_count; i++)
        add_path(e, thing, more->paths[i]);
    for (size_t i = 0; i < more->shape_count; i++)
        add_shape(e, thing, more->shapes[i]);
    for (size_t i = 0; i < more->text_count; i++)
        add_text(thing, more->texts[i]);
    thing->other_text |= more->other_text;
}

// --- fields ---

static const struct shape_field *find_field(const struct shape *shape, struct span key)
{
    VEC_FOREACH (const struct shape_field *, field, &shape->fields)
        if (span_eq(field->key, key))
            return field;
    return NULL;
}

void shape_put(struct template_explorer *e, struct shape *shape, struct span key,
               const struct template_thing *item)
{
    const struct shape_field *field = find_field(shape, key);
    struct template_thing before;

    if (!field) {
        struct shape_field added = {arena_span(e->arena, key),
                                    ARENA_NEW(e->arena, struct template_thing)};

        *added.item = *item;
        vec_push_arena(e->arena, &shape->fields, added);
        shape->changes++;
        return;
    }
    before = *field->item;
    thing_join(e, field->item, item);
    if (before.path_count != field->item->path_count ||
        before.shape_count != field->item->shape_count ||
        before.text_count != field->item->text_count)
        shape->changes++;
}

static void join_part(struct template_explorer *e, struct part *part, struct span key,
                      struct template_thing *out)
{
    struct template_thing alone = {.paths = {part}, .path_count = 1};

    if (part->depth == PATH_DEPTH_MAX) {
        thing_read_whole(e, &alone);
        return;
    }
    part = part_at(e, part, key);
    add_path(e, out, part);
    if (part->written)
        thing_join(e, out, part->written);
}

static void join_shape(struct template_explorer *e, const struct shape *shape, struct span key,
                       struct template_thing *out)
{
    bool any = span_is(key, TEMPLATE_ANY_KEY);

    for (size_t i = 0; i < shape->fields.len; i++) {
        const struct shape_field *field = &shape->fields.items[i];

        if (any || span_eq(field->key, key) || span_is(field->key, TEMPLATE_ANY_KEY))
            thing_join(e, out, field->item);
    }
}

struct template_thing thing_field(struct template_explorer *e, const struct template_thing *thing,
                                  struct span key)
{
    struct template_thing out = {.other_text = thing->other_text || thing->path_count > 0};

    for (size_t i = 0; i < thing->path_count; i++)
        join_part(e, thing->paths[i], key, &out);
    for (size_t i = 0; i < thing->shape_count; i++)
        join_shape(e, thing->shapes[i], key, &out);
    return out;
}

void thing_set(struct template_explorer *e, const struct template_thing *thing, struct span key,
               const struct template_thing *item)
{
    // What a template puts under any key of its own dot is not what others look for there.
    for (size_t i = 0; i < thing->shape_count; i++)
        if (!thing->shapes[i]->is_context || !span_is(key, TEMPLATE_ANY_KEY))
            shape_put(e, thing->shapes[i], key, item);
    for (size_t i = 0; i < thing->path_count; i++) {
        struct part *part = thing->paths[i];

        if (part->depth == PATH_DEPTH_MAX)
            continue;
        part = part_at(e, part, key);
        if (!part->written) {
            part->written = ARENA_NEW(e->arena, struct template_thing);
            e->changes++;
        }
        thing_join(e, part->written, item);
    }
}

// --- reads ---

// The line of the place in its file.
static uint32_t line_at(const struct template_file *file, uint32_t pos)
{
    struct span rest = span_head(file->text, pos);
    uint32_t line = 1;

    for (size_t end; (end = span_find(rest, '\n')) < rest.len; line++)
        rest = span_tail(rest, end + 1);
    return line;
}

static void tell(struct template_explorer *e, const struct part *part, bool whole)
{
    struct template_explored read = {.path = &part->path, .whole = whole};

    if (!e->file)
        return;
    read.file = e->file->name;
    read.line = line_at(e->file, e->at ? e->at->pos : 0);
    if (span_is(read.file, TEMPLATE_SET_NAME)) {
        read.file = e->text_file;
        read.line += e->text_line - 1;
    }
    e->on_read(e->data, &read);
}

void thing_read(struct template_explorer *e, const struct template_thing *thing)
{
    for (size_t i = 0; i < thing->path_count; i++)
        if (thing->paths[i]->depth)
            tell(e, thing->paths[i], false);
}

static void read_whole(struct template_explorer *e, const struct template_thing *thing,
                       unsigned depth)
{
    for (size_t i = 0; i < thing->path_count; i++)
        tell(e, thing->paths[i], true);
    for (size_t i = 0; i < thing->shape_count && depth < WHOLE_DEPTH_MAX; i++) {
        const struct shape *shape = thing->shapes[i];

        for (size_t k = 0; k < shape->fields.len && !shape->is_context; k++)
            read_whole(e, shape->fields.items[k].item, depth + 1);
    }
}

void thing_read_whole(struct template_explorer *e, const struct template_thing *thing)
{
    read_whole(e, thing, 0);
}

// --- what tells one from another ---

static void add_key(const struct template_thing *thing, unsigned depth, struct buf *out)
{
    buf_add_char(out, '(');
    for (size_t i = 0; i < thing->path_count; i++)
        buf_printf(out, "%p ", (void *)thing->paths[i]);
    for (size_t i = 0; i < thing->text_count; i++)
        buf_printf(out, "\"%.*s\" ", SPAN_ARG(thing->texts[i]));
    for (size_t i = 0; i < thing->shape_count; i++) {
        const struct shape *shape = thing->shapes[i];

        if (shape->is_context || depth == KEY_DEPTH_MAX) {
            buf_printf(out, "#%u.%u", shape->id, shape->changes);
            continue;
        }
        for (size_t k = 0; k < shape->fields.len; k++) {
            buf_printf(out, "%.*s=", SPAN_ARG(shape->fields.items[k].key));
            add_key(shape->fields.items[k].item, depth + 1, out);
        }
    }
    buf_add_char(out, ')');
}

void thing_key(const struct template_thing *thing, struct buf *out)
{
    add_key(thing, 0, out);
}
