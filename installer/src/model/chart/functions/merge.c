// SPDX-License-Identifier: Apache-2.0
// mergo's deepMerge for the types that templates can see. Dicts within dicts wait in a list for
// their turn: templates can nest them as deep as they like.
#include "model/chart/functions/merge.h"

#include <string.h>

#include "base/vec.h"
#include "model/chart/functions/functions.h"

enum { PAIRS_MAX = 1 << 20, MERGE_STEPS = 5 };

struct merging_pair {
    struct value into, from;
    const char *holds, *gives; // the type of their items; NULL: any
};

struct merging {
    struct template_call *call;
    bool overwrite;
    VEC(struct merging_pair) pending;
    size_t pairs;
};

// An object of kind map is the map that it stands for.
static struct value unfolded(struct arena *a, const struct value *v)
{
    if (v->type == VALUE_OBJECT && v->object.class->unfold &&
        strcmp(v->object.class->kind, "map") == 0)
        return v->object.class->unfold(a, v->object.data);
    return *v;
}

// The type of a map's items, when it is not interface{}: strings, or the contents of .Files.
static const char *type_of_items(const struct value *v)
{
    if (v->type == VALUE_STRING_MAP)
        return "string";
    return v->type == VALUE_OBJECT && !v->object.class->holds_any ? "[]uint8" : NULL;
}

static bool is_pointer(const struct value *v)
{
    return strcmp(value_kind_name(v), "ptr") == 0;
}

// Whether merging the map adds anything to an empty one.
static bool has_something(const struct merging *m, const struct value *map)
{
    struct value_pair pair;

    for (size_t at = 0; value_map_next(map->map, &at, &pair);) {
        if (m->overwrite || pair.item.type != VALUE_NIL)
            return true;
    }
    return false;
}

// Reflect's words where a map of items of one type is given others.
static int check_type(const struct merging_pair *p, const struct value_pair *from, bool is_set,
                      struct err **err)
{
    bool is_slice = strcmp(value_kind_name(&from->item), "slice") == 0;
    struct value old;
    bool is_there;

    if (!p->holds || (p->gives && strcmp(p->holds, p->gives) == 0))
        return 0;
    is_there = value_get(p->into.map, from->key, &old);
    if (is_slice && is_there && old.type == VALUE_STRING)
        return err_set(err, ERR_CONFIG, "reflect: call of reflect.Value.IsNil on string Value");
    if (!is_set || (is_slice && is_there && from->item.type == old.type))
        return 0;
    if (is_slice && strcmp(value_type_name(&from->item), p->holds) == 0)
        is_slice = false; // a new one of the right type is given as it lies there
    return err_set(err, ERR_CONFIG,
                   "reflect.Value.SetMapIndex: value of type %s is not assignable to type %s",
                   is_slice   ? value_type_name(&from->item)
                   : p->gives ? p->gives
                              : "interface {}",
                   p->holds);
}

// Two dicts are merged when it is their turn. True when that would leave an empty one empty: then
// the other one takes its place.
static bool merge_later(struct merging *m, const struct merging_pair *p)
{
    if (value_map_len(p->into.map) == 0 && !has_something(m, &p->from))
        return true;
    if (p->into.map != p->from.map)
        vec_push(&m->pending, *p);
    return false;
}

static bool is_dict(const struct value *v)
{
    return value_is_map(v) && !value_map_is_nil(v->map);
}

static size_t count_fields(struct arena *a, const struct value *v, bool *are_exported)
{
    enum { TIME_FIELDS = 3 }; // wall, ext and loc of the only struct that shows none
    const struct value_member *fields;
    size_t count = 0;

    *are_exported = false;
    if (!v->object.class->members)
        return TIME_FIELDS;
    fields = v->object.class->members(a, v->object.data, &count);
    for (size_t i = 0; i < count; i++)
        *are_exported = *are_exported || fields[i].json;
    return count;
}

// Mergo goes through the fields of a struct, as many as the old one has, whatever the new one is;
// what it finds there has no consequence.
static int look_at_fields(struct arena *a, const struct value *old, const struct value *item,
                          struct err **err)
{
    bool are_exported, ignored;
    size_t count;

    if (old->type != VALUE_OBJECT || strcmp(value_kind_name(old), "struct") != 0 ||
        (item->type != VALUE_OBJECT && !value_is_map(item)))
        return 0;
    count = count_fields(a, old, &are_exported);
    if (!are_exported)
        return 0;
    if (strcmp(value_kind_name(item), "struct") != 0)
        return err_set(err, ERR_CONFIG, "reflect: call of reflect.Value.Field on %s Value",
                       value_kind_name(item));
    if (count_fields(a, item, &ignored) < count)
        return err_set(err, ERR_CONFIG, "reflect: Field index out of range");
    return 0;
}

// Whether the item goes into the map: else it stays out, or waits to be merged.
static int decide(struct merging *m, const struct merging_pair *p, const struct value_pair *from,
                  bool *is_set, struct err **err)
{
    struct value item = unfolded(m->call->arena, &from->item);
    bool is_nil = item.type == VALUE_NIL;
    struct value was, old;

    *is_set = m->overwrite || !is_nil;
    if (!value_get(p->into.map, from->key, &was))
        return 0;
    old = unfolded(m->call->arena, &was);
    if (value_is_map(&item) && is_dict(&old)) {
        struct merging_pair inner = {old, item, type_of_items(&was), type_of_items(&from->item)};

        *is_set = merge_later(m, &inner);
        return 0;
    }
    if (look_at_fields(m->call->arena, &old, &item, err) < 0)
        return -1;
    *is_set = m->overwrite || (!is_nil && functions_is_empty(&old));
    if (m->overwrite || !is_pointer(&old) || is_pointer(&item))
        return 0;
    if (value_is_map(&item) || item.type == VALUE_OBJECT)
        return err_set(err, ERR_CONFIG, MERGE_OTHER_TYPE);
    return 0;
}

static int merge_pair(struct merging *m, const struct merging_pair *p, struct err **err)
{
    struct value_pair from;

    if (template_charge(m->call, MERGE_STEPS, err) < 0)
        return -1;
    for (size_t at = 0; value_map_next(p->from.map, &at, &from);) {
        bool is_set;

        if (template_charge(m->call, MERGE_STEPS, err) < 0 ||
            decide(m, p, &from, &is_set, err) < 0 || check_type(p, &from, is_set, err) < 0)
            return -1;
        if (is_set)
            value_set_borrowed(m->call->arena, p->into.map, from.key, from.item);
    }
    return 0;
}

int merge_maps(struct template_call *call, const struct value *into, const struct value *from,
               bool overwrite, struct err **err)
{
    struct merging m = {.call = call, .overwrite = overwrite};
    struct merging_pair next = {*into, *from, type_of_items(into), type_of_items(from)};
    int result = merge_pair(&m, &next, err);

    while (result == 0 && m.pending.len) {
        next = m.pending.items[--m.pending.len];
        if (++m.pairs > PAIRS_MAX)
            result = err_set(err, ERR_CONFIG,
                             "a dict holds itself, or another one too often, and cannot be merged");
        else
            result = merge_pair(&m, &next, err);
    }
    vec_free(&m.pending);
    return result;
}
