// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of dicts. A dict is a reference: set, unset and the merges change it for all
// that hold it.
#include "model/chart/functions/functions.h"
#include "model/chart/functions/merge.h"

// A parameter that is a dict: nil is Go's nil map, which has nothing and takes nothing.
static bool has(const struct value *dict, struct span key, struct value *item)
{
    return dict->type == VALUE_MAP && value_get(dict->map, key, item);
}

static struct value or_nil_map(struct template_call *call, const struct value *dict)
{
    return dict->type == VALUE_MAP ? *dict : value_new_nil(call->arena, VALUE_MAP);
}

// dict KEY ITEM...; a key without an item has "".
static int dict(struct template_call *call, struct value *result, struct err **err)
{
    *result = value_new_map(call->arena, VALUE_MAP);
    for (size_t i = 0; i < call->count; i += 2) {
        bool has_item = i + 1 < call->count;
        struct span key;

        if (functions_text(call, &call->args[i], &key, err) < 0)
            return -1;
        value_set(call->arena, result->map, key,
                  has_item ? call->args[i + 1] : value_string(SPAN_EMPTY));
    }
    return 0;
}

// --- one key ---

// get DICT KEY
static int get(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(SPAN_EMPTY);
    has(&call->args[0], call->args[1].s, result);
    return 0;
}

// set DICT KEY ITEM
static int set(struct template_call *call, struct value *result, struct err **err)
{
    *result = or_nil_map(call, &call->args[0]);
    if (value_map_is_nil(result->map))
        return err_set(err, ERR_CONFIG, "assignment to entry in nil map");
    value_set(call->arena, result->map, call->args[1].s, call->args[2]);
    return 0;
}

// unset DICT KEY
static int unset(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = or_nil_map(call, &call->args[0]);
    value_unset(result->map, call->args[1].s);
    return 0;
}

// hasKey DICT KEY
static int has_key(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct value item;

    *result = value_bool(has(&call->args[0], call->args[1].s, &item));
    return 0;
}

// pluck KEY DICT...
static int pluck(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_new_list(call->arena, VALUE_LIST);
    for (size_t i = 1; i < call->count; i++) {
        struct value item;

        if (has(&call->args[i], call->args[0].s, &item))
            value_push(call->arena, result->list, item);
    }
    return 0;
}

// Go's words for a type assertion that fails.
static int not_a(const char *wanted, const struct value *v, struct err **err)
{
    return err_set(err, ERR_CONFIG, "interface conversion: interface {} is %s, not %s",
                   v->type == VALUE_NIL ? "nil" : value_type_name(v), wanted);
}

// dig KEY... OTHERWISE DICT
static int dig(struct template_call *call, struct value *result, struct err **err)
{
    static const char a_dict[] = "map[string]interface {}";
    size_t keys;

    if (call->count < 3)
        return err_set(err, ERR_CONFIG, "dig needs at least three arguments");
    keys = call->count - 2;
    *result = call->args[call->count - 1];
    if (result->type != VALUE_MAP)
        return not_a(a_dict, result, err);
    for (size_t i = 0; i < keys; i++) {
        if (call->args[i].type != VALUE_STRING)
            return not_a("string", &call->args[i], err);
    }
    for (size_t i = 0; i < keys; i++) {
        if (result->type != VALUE_MAP)
            return not_a(a_dict, result, err);
        if (!value_get(result->map, call->args[i].s, result)) {
            *result = call->args[keys];
            break;
        }
    }
    return 0;
}

// --- many keys ---

// Go gives them in a random order; in that of the keys a chart renders the same each time.
static int keys(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_new_list(call->arena, VALUE_STRINGS);
    for (size_t i = 0; i < call->count; i++) {
        struct value map = or_nil_map(call, &call->args[i]);
        struct value_pair *pairs = value_map_sorted(call->arena, map.map);

        for (size_t n = 0; n < value_map_len(map.map); n++)
            value_push(call->arena, result->list, value_string(pairs[n].key));
    }
    return 0;
}

static int values(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct value map = or_nil_map(call, &call->args[0]);
    struct value_pair *pairs = value_map_sorted(call->arena, map.map);

    *result = value_new_list(call->arena, VALUE_LIST);
    for (size_t i = 0; i < value_map_len(map.map); i++)
        value_push(call->arena, result->list, pairs[i].item);
    return 0;
}

// pick DICT KEY...
static int pick(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_new_map(call->arena, VALUE_MAP);
    for (size_t i = 1; i < call->count; i++) {
        struct value item;

        if (has(&call->args[0], call->args[i].s, &item))
            value_set(call->arena, result->map, call->args[i].s, item);
    }
    return 0;
}

// omit DICT KEY...
static int omit(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct value map = or_nil_map(call, &call->args[0]);
    struct value_pair pair;

    *result = value_new_map(call->arena, VALUE_MAP);
    for (size_t at = 0; value_map_next(map.map, &at, &pair);)
        value_set_borrowed(call->arena, result->map, pair.key, pair.item);
    for (size_t i = 1; i < call->count; i++)
        value_unset(result->map, call->args[i].s);
    return 0;
}

// --- whole dicts ---

static int merge_all(struct template_call *call, bool overwrite, struct value *result,
                     struct err **err)
{
    struct value into = or_nil_map(call, &call->args[0]);

    for (size_t i = 1; i < call->count; i++) {
        struct value from = or_nil_map(call, &call->args[i]);

        if (value_map_is_nil(into.map) && !value_map_is_nil(from.map))
            into = value_new_map(call->arena, VALUE_MAP);
        if (merge_maps(call, &into, &from, overwrite, err) < 0)
            return -1;
    }
    *result = into;
    return 0;
}

// mustMerge DICT DICT...
static int must_merge(struct template_call *call, struct value *result, struct err **err)
{
    return merge_all(call, false, result, err);
}

// merge DICT DICT...: what mergo refuses is "".
static int merge(struct template_call *call, struct value *result, struct err **err)
{
    if (merge_all(call, false, result, err) == 0)
        return 0;
    if (!span_is(SPAN(MERGE_OTHER_TYPE), err_message(*err)))
        return -1;
    err_clear(err);
    *result = value_string(SPAN_EMPTY);
    return 0;
}

static int merge_overwrite(struct template_call *call, struct value *result, struct err **err)
{
    return merge_all(call, true, result, err);
}

static int deep_copy(struct template_call *call, struct value *result, struct err **err)
{
    if (call->args[0].type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "reflect: call of reflect.Value.Type on zero Value");
    return value_copy_deep(call->arena, &call->args[0], result, err);
}

functions_family functions_dicts = {
    {"dict", dict, "a*", NULL},
    {"get", get, "ms", NULL},
    {"set", set, "msa", NULL},
    {"unset", unset, "ms", NULL},
    {"hasKey", has_key, "ms", NULL},
    {"pluck", pluck, "sm*", NULL},
    {"dig", dig, "a*", NULL},
    {"keys", keys, "m*", NULL},
    {"values", values, "m", NULL},
    {"pick", pick, "ms*", NULL},
    {"omit", omit, "ms*", NULL},
    {"merge", merge, "mm*", NULL},
    {"mustMerge", must_merge, "mm*", NULL},
    {"mergeOverwrite", merge_overwrite, "mm*", NULL},
    {"mustMergeOverwrite", merge_overwrite, "mm*", NULL},
    {"deepCopy", deep_copy, "a", NULL},
    {"mustDeepCopy", deep_copy, "a", NULL},
    {0},
};
