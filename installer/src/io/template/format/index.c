// SPDX-License-Identifier: Apache-2.0
// index and slice, which take items of lists, maps and texts.
#include "io/template/format/builtins.h"

// An index into something of `len` items. Go allows `len` itself here.
static int take_index(const struct value *v, size_t len, size_t *index, struct err **err)
{
    if (v->type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "cannot index slice/array with nil");
    if (!value_is_integer(v))
        return err_set(err, ERR_CONFIG, "cannot index slice/array with type %s",
                       value_type_name(v));
    if (v->i < 0 || (uint64_t)v->i > len)
        return err_set(err, ERR_CONFIG, "index out of range: %lld", (long long)v->i);
    *index = (size_t)v->i;
    return 0;
}

static int index_list(const struct value *list, const struct value *at, struct value *out,
                      struct err **err)
{
    bool is_text = list->type == VALUE_STRING || list->type == VALUE_BYTES;
    size_t len = is_text ? list->s.len : list->list->len;
    size_t index = 0;

    if (take_index(at, len, &index, err) < 0)
        return -1;
    if (index == len)
        return err_set(err, ERR_CONFIG, "reflect: %s index out of range",
                       list->type == VALUE_STRING ? "string" : "slice");
    if (is_text)
        *out = (struct value){.type = VALUE_UINT8, .i = (unsigned char)list->s.ptr[index]};
    else
        *out = list->list->items[index];
    return 0;
}

static int index_map(const struct value *map, const struct value *key, struct value *out,
                     struct err **err)
{
    if (key->type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "value is nil; should be of type string");
    if (key->type != VALUE_STRING)
        return err_set(err, ERR_CONFIG, "value has type %s; should be string",
                       value_type_name(key));
    if (!value_get(map->map, key->s, out))
        *out = map->type == VALUE_STRING_MAP ? value_string(SPAN_EMPTY) : VALUE_OF_NIL_ITEM;
    return 0;
}

// A struct is meant where there is a pointer to one.
static const char *pointed_type(const struct value *v)
{
    const char *name = value_type_name(v);

    return *name == '*' ? name + 1 : name;
}

// One step: what `item` has at `at` becomes the item.
static int index_once(struct arena *a, struct value *item, const struct value *at, struct err **err)
{
    struct value base = *item;

    if (base.type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "index of nil pointer");
    if (base.type == VALUE_OBJECT && base.object.class->is_false_when_empty) {
        const struct value_class *class = base.object.class;

        if (at->type == VALUE_STRING && class->field &&
            class->field(a, base.object.data, at->s, item))
            return 0;
        base = class->unfold(a, base.object.data);
    }
    if (value_is_map(&base))
        return index_map(&base, at, item, err);
    if (value_is_list(&base) || base.type == VALUE_STRING || base.type == VALUE_BYTES)
        return index_list(&base, at, item, err);
    return err_set(err, ERR_CONFIG, "can't index item of type %s", pointed_type(&base));
}

int format_index(struct template_call *call, struct value *result, struct err **err)
{
    *result = call->args[0];
    if (result->type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "index of untyped nil");
    for (size_t i = 1; i < call->count; i++) {
        if (index_once(call->arena, result, &call->args[i], err) < 0)
            return -1;
    }
    return 0;
}

// The part of `v` from `from` to `to`.
static struct value part_of(struct arena *a, const struct value *v, size_t from, size_t to)
{
    struct value part = *v;

    if (value_is_list(v))
        return value_part(a, v, from, to);
    part.s = span_of(v->s.ptr + from, to - from);
    return part;
}

// How far the parts may go.
static size_t capacity_of(const struct value *v)
{
    return value_is_list(v) ? value_capacity(v) : v->s.len;
}

int format_slice(struct template_call *call, struct value *result, struct err **err)
{
    const struct value *v = &call->args[0];
    size_t count = call->count - 1;
    size_t at[3] = {0};

    if (v->type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "slice of untyped nil");
    if (count > ARRAY_LEN(at))
        return err_set(err, ERR_CONFIG, "too many slice indexes: %zu", count);
    if (count == ARRAY_LEN(at) && v->type == VALUE_STRING)
        return err_set(err, ERR_CONFIG, "cannot 3-index slice a string");
    if (!value_is_list(v) && v->type != VALUE_STRING && v->type != VALUE_BYTES)
        return err_set(err, ERR_CONFIG, "can't slice item of type %s", pointed_type(v));
    at[1] = value_is_list(v) ? v->list->len : v->s.len;
    for (size_t i = 0, len = capacity_of(v); i < count; i++) {
        if (take_index(&call->args[i + 1], len, &at[i], err) < 0)
            return -1;
    }
    if (at[0] > at[1] || (count == ARRAY_LEN(at) && at[1] > at[2])) {
        size_t bad = at[0] > at[1] ? 0 : 1;

        return err_set(err, ERR_CONFIG, "invalid slice index: %zu > %zu", at[bad], at[bad + 1]);
    }
    *result = part_of(call->arena, v, at[0], at[1]);
    return 0;
}
