// SPDX-License-Identifier: Apache-2.0
// What functions do with what they are given.
#include "io/template/explore/explore.h"

struct call {
    struct template_explorer *e;
    const struct template_thing *args;
    size_t count;
};

static struct template_thing arg_of(const struct call *c, size_t i)
{
    return i < c->count ? c->args[i] : THING_UNKNOWN;
}

static struct template_thing join_from(const struct call *c, size_t first, size_t end)
{
    struct template_thing out = {0};

    for (size_t i = first; i < end && i < c->count; i++)
        thing_join(c->e, &out, &c->args[i]);
    return out;
}

static void read_all(const struct call *c)
{
    for (size_t i = 0; i < c->count; i++)
        thing_read_whole(c->e, &c->args[i]);
}

// What lies under a key that is an argument.
static struct template_thing under(const struct call *c, const struct template_thing *map,
                                   const struct template_thing *key)
{
    struct template_thing out = {0}, found;

    for (size_t i = 0; i < key->text_count; i++) {
        found = thing_field(c->e, map, key->texts[i]);
        thing_join(c->e, &out, &found);
    }
    if (key->other_text || !key->text_count) {
        found = thing_field(c->e, map, SPAN(TEMPLATE_ANY_KEY));
        thing_join(c->e, &out, &found);
    }
    return out;
}

static struct span key_of(const struct template_thing *key)
{
    return key->text_count == 1 && !key->other_text ? key->texts[0] : SPAN(TEMPLATE_ANY_KEY);
}

static struct template_thing dict(const struct call *c)
{
    struct shape *shape = shape_new(c->e);

    for (size_t i = 0; i < c->count; i += 2) {
        struct template_thing item = arg_of(c, i + 1);

        shape_put(c->e, shape, key_of(&c->args[i]), &item);
    }
    return thing_of_shape(shape);
}

static struct template_thing list(const struct call *c)
{
    static const char *const places[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
    struct shape *shape = shape_new(c->e);

    for (size_t i = 0; i < c->count; i++)
        shape_put(c->e, shape, i < ARRAY_LEN(places) ? span_str(places[i]) : SPAN(TEMPLATE_ANY_KEY),
                  &c->args[i]);
    return thing_of_shape(shape);
}

static struct template_thing add(const struct call *c)
{
    struct template_thing out = arg_of(c, 0);
    struct shape *shape = shape_new(c->e);
    struct template_thing added = thing_of_shape(shape);

    for (size_t i = 1; i < c->count; i++)
        shape_put(c->e, shape, SPAN(TEMPLATE_ANY_KEY), &c->args[i]);
    thing_join(c->e, &out, &added);
    return out;
}

static struct template_thing set(const struct call *c)
{
    struct template_thing map = arg_of(c, 0), key = arg_of(c, 1), item = arg_of(c, 2);

    thing_set(c->e, &map, key_of(&key), &item);
    return map;
}

static struct template_thing get(const struct call *c)
{
    struct template_thing at = arg_of(c, 0);

    for (size_t i = 1; i < c->count; i++)
        at = under(c, &at, &c->args[i]);
    thing_read(c->e, &at);
    return at;
}

static struct template_thing pick(const struct call *c)
{
    struct shape *shape = shape_new(c->e);
    struct template_thing map = arg_of(c, 0);

    for (size_t i = 1; i < c->count; i++) {
        struct template_thing item = under(c, &map, &c->args[i]);

        thing_read(c->e, &item);
        shape_put(c->e, shape, key_of(&c->args[i]), &item);
    }
    return thing_of_shape(shape);
}

static struct template_thing pluck(const struct call *c)
{
    struct shape *shape = shape_new(c->e);

    for (size_t i = 1; i < c->count; i++) {
        struct template_thing item = under(c, &c->args[i], &c->args[0]);

        thing_read(c->e, &item);
        shape_put(c->e, shape, SPAN(TEMPLATE_ANY_KEY), &item);
    }
    return thing_of_shape(shape);
}

static struct template_thing dig(const struct call *c)
{
    struct template_thing at = c->count ? c->args[c->count - 1] : THING_UNKNOWN;

    for (size_t i = 0; i + 2 < c->count; i++)
        at = under(c, &at, &c->args[i]);
    thing_read(c->e, &at);
    if (c->count >= 2)
        thing_join(c->e, &at, &c->args[c->count - 2]);
    return at;
}

static struct template_thing items(const struct call *c)
{
    struct template_thing all = join_from(c, 0, c->count);
    struct template_thing item = thing_field(c->e, &all, SPAN(TEMPLATE_ANY_KEY));

    thing_read(c->e, &item);
    return item;
}

static struct template_thing values(const struct call *c)
{
    struct shape *shape = shape_new(c->e);
    struct template_thing item = items(c);

    shape_put(c->e, shape, SPAN(TEMPLATE_ANY_KEY), &item);
    return thing_of_shape(shape);
}

static struct template_thing include(const struct call *c)
{
    struct template_thing name = arg_of(c, 0), dot = arg_of(c, 1);
    struct template_explorer *e = c->e;
    const struct tree_node *at = e->at;

    for (size_t i = 0; i < name.text_count; i++) {
        const struct template_tree *tree = set_find(e->own, name.texts[i]);

        if (tree)
            e->walk(e, tree, &dot);
        e->at = at;
    }
    if (name.other_text)
        thing_read_whole(e, &dot);
    return THING_UNKNOWN;
}

static struct template_thing call(const struct call *c, enum template_effect effect)
{
    switch (effect) {
    case TEMPLATE_PASSES: return join_from(c, 0, c->count);
    case TEMPLATE_ADDS: return add(c);
    case TEMPLATE_GIVES_ITEM: return items(c);
    case TEMPLATE_DICT: return dict(c);
    case TEMPLATE_LIST: return list(c);
    case TEMPLATE_SETS: return set(c);
    case TEMPLATE_GETS: return get(c);
    case TEMPLATE_TESTS_KEYS: (void)get(c); return THING_UNKNOWN;
    case TEMPLATE_PICKS: return pick(c);
    case TEMPLATE_PLUCKS: return pluck(c);
    case TEMPLATE_DIGS: return dig(c);
    case TEMPLATE_GIVES_KEYS: (void)items(c); return THING_UNKNOWN;
    case TEMPLATE_GIVES_VALUES: return values(c);
    case TEMPLATE_INCLUDES: return include(c);
    case TEMPLATE_EXPANDS:
        if (c->count)
            thing_read_whole(c->e, &c->args[0]);
        return THING_UNKNOWN;
    case TEMPLATE_TESTS: return THING_UNKNOWN;
    case TEMPLATE_TAKES_WHOLE: break;
    }
    read_all(c);
    return THING_UNKNOWN;
}

struct template_thing explore_call(struct template_explorer *e, struct span name,
                                   const struct template_thing *args, size_t count)
{
    const struct template_effects *effects = map_get(&e->effects, name);
    struct call c = {e, args, count};

    return call(&c, effects ? effects->effect : TEMPLATE_TAKES_WHOLE);
}
