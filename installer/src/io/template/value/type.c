// SPDX-License-Identifier: Apache-2.0
// What a value is: Go's names for its type and kind, and its truth.
#include "base/mem.h"
#include "io/template.h"

// By enum value_type; an object's are in its class.
static const struct {
    const char *type, *kind;
} names[] = {
    [VALUE_NIL] = {"<nil>", "invalid"},
    [VALUE_BOOL] = {"bool", "bool"},
    [VALUE_INT] = {"int", "int"},
    [VALUE_INT64] = {"int64", "int64"},
    [VALUE_INT32] = {"int32", "int32"},
    [VALUE_UINT8] = {"uint8", "uint8"},
    [VALUE_UINT64] = {"uint64", "uint64"},
    [VALUE_FLOAT64] = {"float64", "float64"},
    [VALUE_STRING] = {"string", "string"},
    [VALUE_BYTES] = {"[]uint8", "slice"},
    [VALUE_LIST] = {"[]interface {}", "slice"},
    [VALUE_STRINGS] = {"[]string", "slice"},
    [VALUE_INTS] = {"[]int", "slice"},
    [VALUE_LISTS] = {"[][]interface {}", "slice"},
    [VALUE_MAPS] = {"[]map[string]interface {}", "slice"},
    [VALUE_MAP] = {"map[string]interface {}", "map"},
    [VALUE_STRING_MAP] = {"map[string]string", "map"},
};

const char *value_type_name(const struct value *v)
{
    return v->type == VALUE_OBJECT ? v->object.class->type_name : names[v->type].type;
}

const char *value_kind_name(const struct value *v)
{
    return v->type == VALUE_OBJECT ? v->object.class->kind : names[v->type].kind;
}

struct value value_printf(struct arena *a, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    return value_string(arena_span(a, span_str(text)));
}

struct value value_new_object(const struct value_class *class, void *data)
{
    return (struct value){.type = VALUE_OBJECT, .object = {class, data}};
}

static bool object_is_true(const struct value *v)
{
    struct arena *a CLEANUP(arena_cleanup) = NULL;
    struct value map;

    if (!v->object.class->is_false_when_empty)
        return true;
    a = arena_new();
    map = v->object.class->unfold(a, v->object.data);
    return value_is_true(&map);
}

bool value_is_true(const struct value *v)
{
    switch (v->type) {
    case VALUE_NIL: return false;
    case VALUE_BOOL: return v->b;
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32:
    case VALUE_UINT8: return v->i != 0;
    case VALUE_UINT64: return v->u != 0;
    case VALUE_FLOAT64: return v->f != 0;
    case VALUE_STRING:
    case VALUE_BYTES: return v->s.len != 0;
    case VALUE_LIST:
    case VALUE_STRINGS:
    case VALUE_INTS:
    case VALUE_LISTS:
    case VALUE_MAPS: return v->list->len != 0;
    case VALUE_MAP:
    case VALUE_STRING_MAP: return value_map_len(v->map) != 0;
    case VALUE_OBJECT: return object_is_true(v);
    }
    return false;
}
