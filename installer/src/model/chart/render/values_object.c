// SPDX-License-Identifier: Apache-2.0
// common.Values (Helm 4.2, pkg/chart/common/values.go): .Values, and the dot of a file.
#include "model/chart/convert/convert.h"
#include "model/chart/render/objects.h"

static bool values_field(struct arena *a, void *data, struct span name, struct value *out)
{
    (void)a;
    return value_get(data, name, out);
}

// The map of a value that is one, or NULL.
static struct value_map *map_of(const struct value *v)
{
    if (v->type == VALUE_MAP)
        return v->map;
    return v->type == VALUE_OBJECT && v->object.class->field == values_field ? v->object.data
                                                                             : NULL;
}

// Goes down a path of keys, separated by dots; NULL where there is no map, *missing is its key.
static struct value_map *table_at(struct value_map *map, struct span path, struct span *missing)
{
    for (;;) {
        size_t dot = span_find(path, '.');
        struct value item;

        *missing = span_head(path, dot);
        map = value_get(map, *missing, &item) ? map_of(&item) : NULL;
        if (!map || dot == path.len)
            return map;
        path = span_tail(path, dot + 1);
    }
}

static struct value values_unfold(struct arena *a, void *data)
{
    (void)a;
    return (struct value){.type = VALUE_MAP, .map = data};
}

// --- methods ---

static int as_map(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = values_unfold(call->arena, call->data);
    return 0;
}

static int yaml(struct template_call *call, struct value *result, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct value map = values_unfold(call->arena, call->data);

    if (convert_write(&map, CONVERT_YAML, &text, err) < 0)
        return -1;
    buf_add_char(&text, '\n');
    if (buf_check(&text, ERR_CONFIG, "the YAML of the values", err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(&text)));
    return 0;
}

static int table(struct template_call *call, struct value *result, struct err **err)
{
    struct span missing;
    struct value_map *found = table_at(call->data, call->args[0].s, &missing);

    if (!found)
        return err_set(err, ERR_CONFIG, "\"%.*s\" is not a table", SPAN_ARG(missing));
    *result = object_values(found);
    return 0;
}

static int path_value(struct template_call *call, struct value *result, struct err **err)
{
    struct span path = call->args[0].s, missing;
    size_t dot = span_rfind(path, '.');
    struct span key = dot < path.len ? span_tail(path, dot + 1) : path;
    struct value_map *map =
        dot < path.len ? table_at(call->data, span_head(path, dot), &missing) : call->data;

    if (!path.len)
        return err_set(err, ERR_CONFIG, "YAML path cannot be empty");
    if (!map || !value_get(map, key, result) || result->type == VALUE_MAP)
        return err_set(err, ERR_CONFIG, "\"%.*s\" is not a value", SPAN_ARG(key));
    return 0;
}

static const struct template_function *values_method(void *data, struct span name)
{
    static const struct template_function methods[] = {
        {"AsMap", as_map, "", NULL},          {"YAML", yaml, "", NULL}, {"Table", table, "s", NULL},
        {"PathValue", path_value, "s", NULL}, {NULL, NULL, NULL, NULL},
    };

    (void)data;
    return object_method(methods, name);
}

const struct template_function *object_method(const struct template_function *methods,
                                              struct span name)
{
    // Every field of .Values is asked for as a method first: most differ in their first letter.
    for (const struct template_function *method = methods; name.len && method->name; method++)
        if (name.ptr[0] == method->name[0] && span_is(name, method->name))
            return method;
    return NULL;
}

// --- the class ---

static bool values_equal(void *data, void *other)
{
    struct value a = values_unfold(NULL, data), b = values_unfold(NULL, other);

    return value_deep_equal(&a, &b);
}

static const struct value_class values_class = {
    .type_name = "common.Values",
    .kind = "map",
    .field = values_field,
    .method = values_method,
    .unfold = values_unfold,
    .equal = values_equal,
    .copied = object_values,
    .is_false_when_empty = true,
    .holds_any = true,
};

struct value object_values(struct value_map *map)
{
    return value_new_object(&values_class, map);
}
