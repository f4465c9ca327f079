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

// Reflect's words where a map[string]string is given anything but strings.
static int check_type(const struct merging_pair *p, const struct value_pair *from, bool is_set,
                      struct err **err)
{
    bool is_slice = strcmp(value_kind_name(&from->item), "slice") == 0;
    struct value old;

    if (p->into.type != VALUE_STRING_MAP || p->from.type == VALUE_STRING_MAP)
        return 0;
    if (is_slice && value_get(p->into.map, from->key, &old))
        return err_set(err, ERR_CONFIG, "reflect: call of reflect.Value.IsNil on string Value");
    if (is_set)
        return err_set(err, ERR_CONFIG,
                       "reflect.Value.SetMapIndex: value of type %s is not assignable to type "
                       "string",
                       is_slice ? value_type_name(&from->item) : "interface {}");
    return 0;
}

// Two dicts are merged when it is their turn. True when that would leave an empty one empty: then
// the other one takes its place.
static bool merge_later(struct merging *m, const struct value *into, const struct value *from)
{
    if (value_map_len(into->map) == 0 && !has_something(m, from))
        return true;
    if (into->map != from->map)
        vec_push(&m->pending, (struct merging_pair){*into, *from});
    return false;
}

static bool is_dict(const struct value *v)
{
    return value_is_map(v) && !value_map_is_nil(v->map);
}

// Whether the item goes into the map: else it stays out, or waits to be merged.
static int decide(struct merging *m, const struct merging_pair *p, const struct value_pair *from,
                  bool *is_set, struct err **err)
{
    struct value item = unfolded(m->call->arena, &from->item);
    bool is_nil = item.type == VALUE_NIL;
    struct value old;

    *is_set = m->overwrite || !is_nil;
    if (!value_get(p->into.map, from->key, &old))
        return 0;
    old = unfolded(m->call->arena, &old);
    if (value_is_map(&item) && is_dict(&old)) {
        *is_set = merge_later(m, &old, &item);
        return 0;
    }
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
    struct merging_pair next = {*into, *from};
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
