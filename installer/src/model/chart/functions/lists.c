// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of lists. Each gives a new list; items that never change are shared with the
// old one, so that a list that grows or shrinks in a loop costs no more than its items.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/chart/functions/functions.h"
#include "model/chart/functions/unique.h"

static int nil_dereference(struct err **err)
{
    return err_set(err, ERR_CONFIG,
                   "runtime error: invalid memory address or nil pointer dereference");
}

// The items of an argument; `cannot` are Sprig's words for what has none.
static int items_of(struct template_call *call, size_t arg, const char *cannot,
                    struct value_list *items, struct err **err)
{
    const struct value *v = &call->args[arg];

    if (v->type == VALUE_NIL)
        return nil_dereference(err);
    if (!functions_items(call->arena, v, items))
        return err_set(err, ERR_CONFIG, "%s %s", cannot, value_kind_name(v));
    return 0;
}

// []string can be sorted in place (sortAlpha): its items are never shared with another list.
static bool may_share(const struct value *v)
{
    return v->type != VALUE_STRINGS;
}

// A []interface{} of `count` of the items, from `from` on. The argument `arg` has them.
static struct value part(struct template_call *call, size_t arg, const struct value_list *items,
                         size_t from, size_t count)
{
    struct value v = value_new_list(call->arena, VALUE_LIST);

    v.list->items = items->items + from;
    v.list->len = v.list->cap = count;
    v.list->is_exact = true;
    if (count && !may_share(&call->args[arg])) {
        v.list->items = arena_array(call->arena, count, sizeof(*v.list->items));
        memcpy(v.list->items, items->items + from, count * sizeof(*v.list->items));
    }
    return v;
}

static int list(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_extended(call->arena, &(struct value_list){0}, call->args, call->count);
    return 0;
}

// --- ends ---

static int first(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot find first on type", &items, err) < 0)
        return -1;
    *result = items.len ? items.items[0] : VALUE_OF_NIL;
    return 0;
}

static int last(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot find last on type", &items, err) < 0)
        return -1;
    *result = items.len ? items.items[items.len - 1] : VALUE_OF_NIL;
    return 0;
}

static int rest(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot find rest on type", &items, err) < 0)
        return -1;
    *result = items.len ? part(call, 0, &items, 1, items.len - 1)
                        : value_new_nil(call->arena, VALUE_LIST);
    return 0;
}

static int initial(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot find initial on type", &items, err) < 0)
        return -1;
    *result = items.len ? part(call, 0, &items, 0, items.len - 1)
                        : value_new_nil(call->arena, VALUE_LIST);
    return 0;
}

// slice LIST [START [END]]: the same type of list. It goes on behind the items as far as Go's
// array.
static int slice(struct template_call *call, struct value *result, struct err **err)
{
    struct value v = call->args[0];
    struct value_list items;
    int64_t start = call->count > 1 ? functions_to_int64(&call->args[1]) : 0;
    int64_t end;

    if (items_of(call, 0, "list should be type of slice or array but", &items, err) < 0)
        return -1;
    *result = VALUE_OF_NIL;
    if (!items.len)
        return 0;
    if (v.type == VALUE_OBJECT)
        v = v.object.class->unfold(call->arena, v.object.data);
    end = call->count > 2 ? functions_to_int64(&call->args[2]) : (int64_t)items.len;
    if (start < 0 || end < start ||
        (uint64_t)end > (value_is_list(&v) ? value_capacity(&v) : items.len))
        return err_set(err, ERR_CONFIG, "reflect.Value.Slice: slice index out of bounds");
    *result = v;
    if (value_is_list(&v))
        *result = value_part(call->arena, &v, (size_t)start, (size_t)end);
    else
        result->s = span_of(v.s.ptr + start, (size_t)(end - start));
    return 0;
}

// --- grow ---

// The items of `old` with `count` more behind them.
static int extend(struct template_call *call, const struct value_list *old,
                  const struct value *more, size_t count, struct value *result, struct err **err)
{
    if (old->len + count > FUNCTIONS_ITEMS_MAX)
        return err_set(err, ERR_CONFIG, "the list would have more than %zu items",
                       FUNCTIONS_ITEMS_MAX);
    *result = value_extended(call->arena, old, more, count);
    return 0;
}

// append LIST ITEM
static int append(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot push on type", &items, err) < 0)
        return -1;
    if (extend(call, &items, &call->args[1], 1, result, err) < 0)
        return -1;
    value_set_array(result, items.len, VALUE_AT_ONCE);
    return 0;
}

// prepend LIST ITEM
static int prepend(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list one = {.items = (struct value *)&call->args[1], .len = 1};
    struct value_list items;

    if (items_of(call, 0, "Cannot prepend on type", &items, err) < 0)
        return -1;
    if (extend(call, &one, items.items, items.len, result, err) < 0)
        return -1;
    value_set_array(result, one.len, VALUE_AT_ONCE);
    return 0;
}

static int concat(struct template_call *call, struct value *result, struct err **err)
{
    *result = value_new_nil(call->arena, VALUE_LIST);
    for (size_t i = 0; i < call->count; i++) {
        const struct value *v = &call->args[i];
        struct value_list items;

        if (v->type == VALUE_NIL)
            return nil_dereference(err);
        if (!functions_items(call->arena, v, &items))
            return err_set(err, ERR_CONFIG, "Cannot concat type %s as list", value_kind_name(v));
        if (!items.len)
            continue;
        if (result->list->is_nil && v->type == VALUE_LIST)
            *result->list = *v->list;
        else if (extend(call, result->list, items.items, items.len, result, err) < 0)
            return -1;
    }
    result->list->is_exact = false;
    return 0;
}

// --- choose ---

static int reverse(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;
    struct value_list *list;

    if (items_of(call, 0, "Cannot find reverse on type", &items, err) < 0)
        return -1;
    *result = value_new_list(call->arena, VALUE_LIST);
    list = result->list;
    list->items = arena_array(call->arena, items.len, sizeof(*list->items));
    list->len = list->cap = items.len;
    list->is_exact = true;
    for (size_t i = 0; i < items.len; i++)
        list->items[items.len - 1 - i] = items.items[i];
    return 0;
}

static int compact(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot compact on type", &items, err) < 0)
        return -1;
    *result = value_new_list(call->arena, VALUE_LIST);
    for (size_t i = 0; i < items.len; i++) {
        if (!functions_is_empty(&items.items[i]))
            value_push(call->arena, result->list, items.items[i]);
    }
    return 0;
}

static int uniq(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot find uniq on type", &items, err) < 0)
        return -1;
    *result = value_new_list(call->arena, VALUE_LIST);
    return unique_items(call, &items, result->list, err);
}

// Whether one of the items is the value: 1 or 0.
static int has_item(const struct template_call *call, const struct value *items, size_t count,
                    const struct value *wanted, struct err **err)
{
    uint64_t steps = 0;
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        found = value_deep_equal_counted(wanted, &items[i], &steps);
        if (template_charge(call, 1 + steps, err) < 0)
            return -1;
        steps = 0;
    }
    return found;
}

// without LIST ITEM...
static int without(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;

    if (items_of(call, 0, "Cannot find without on type", &items, err) < 0)
        return -1;
    *result = value_new_list(call->arena, VALUE_LIST);
    for (size_t i = 0; i < items.len; i++) {
        int found = has_item(call, call->args + 1, call->count - 1, &items.items[i], err);

        if (found < 0)
            return -1;
        if (!found)
            value_push(call->arena, result->list, items.items[i]);
    }
    return 0;
}

// has ITEM LIST
static int has(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items = {0};
    int found;

    if (call->args[1].type != VALUE_NIL &&
        items_of(call, 1, "Cannot find has on type", &items, err) < 0)
        return -1;
    found = has_item(call, items.items, items.len, &call->args[0], err);
    *result = value_bool(found > 0);
    return found < 0 ? -1 : 0;
}

static int sort_alpha_order(const void *left, const void *right)
{
    return span_cmp(((const struct value *)left)->s, ((const struct value *)right)->s);
}

enum { SORT_STEPS = 10 }; // for each item

// Sorts a []string where it is, as Sprig does.
static int sort_alpha(struct template_call *call, struct value *result, struct err **err)
{
    struct value_list items;
    struct span text;

    if (functions_items(call->arena, &call->args[0], &items)) {
        if (template_charge(call, SORT_STEPS * (uint64_t)items.len, err) < 0 ||
            functions_to_strings(call, &call->args[0], result, err) < 0)
            return -1;
        if (result->list->len)
            qsort(result->list->items, result->list->len, sizeof(*result->list->items),
                  sort_alpha_order);
        return 0;
    }
    if (functions_text(call, &call->args[0], &text, err) < 0)
        return -1;
    *result = value_new_list(call->arena, VALUE_STRINGS);
    value_push(call->arena, result->list, value_string(text));
    return 0;
}

// --- chunks ---

static int bad_length(struct err **err)
{
    return err_set(err, ERR_CONFIG, "runtime error: makeslice: len out of range");
}

// chunk SIZE LIST. Sprig computes with floats: sizes below 1 have odd results, which are the same.
static int chunk(struct template_call *call, struct value *result, struct err **err)
{
    int64_t size = call->args[0].i;
    struct value_list items;
    int64_t count;

    if (items_of(call, 1, "Cannot chunk type", &items, err) < 0)
        return -1;
    count = functions_float_to_int64(floor(((double)items.len - 1) / (double)size) + 1);
    if (count < 0)
        return bad_length(err);
    *result = value_new_list(call->arena, VALUE_LISTS);
    result->list->is_exact = true;
    for (int64_t i = 0; i < count; i++) {
        int64_t len = size;

        if (i == count - 1) {
            len = functions_float_to_int64(floor(fmod((double)items.len, (double)size)));
            len = len ? len : size;
        }
        if (len < 0)
            return bad_length(err);
        value_push(call->arena, result->list,
                   part(call, 1, &items, (size_t)(i * size), (size_t)len));
    }
    return 0;
}

functions_family functions_lists = {
    {"list", list, "a*", NULL},
    {"tuple", list, "a*", NULL},
    {"first", first, "a", NULL},
    {"mustFirst", first, "a", NULL},
    {"last", last, "a", NULL},
    {"mustLast", last, "a", NULL},
    {"rest", rest, "a", NULL},
    {"mustRest", rest, "a", NULL},
    {"initial", initial, "a", NULL},
    {"mustInitial", initial, "a", NULL},
    {"slice", slice, "aa*", NULL},
    {"mustSlice", slice, "aa*", NULL},
    {"append", append, "aa", NULL},
    {"mustAppend", append, "aa", NULL},
    {"push", append, "aa", NULL},
    {"mustPush", append, "aa", NULL},
    {"prepend", prepend, "aa", NULL},
    {"mustPrepend", prepend, "aa", NULL},
    {"concat", concat, "a*", NULL},
    {"reverse", reverse, "a", NULL},
    {"mustReverse", reverse, "a", NULL},
    {"compact", compact, "a", NULL},
    {"mustCompact", compact, "a", NULL},
    {"uniq", uniq, "a", NULL},
    {"mustUniq", uniq, "a", NULL},
    {"without", without, "aa*", NULL},
    {"mustWithout", without, "aa*", NULL},
    {"has", has, "aa", NULL},
    {"mustHas", has, "aa", NULL},
    {"sortAlpha", sort_alpha, "a", NULL},
    {"chunk", chunk, "ia", NULL},
    {"mustChunk", chunk, "ia", NULL},
    {0},
};
