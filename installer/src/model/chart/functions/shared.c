// SPDX-License-Identifier: Apache-2.0
// What families of functions share: values as texts, numbers and lists, as Sprig takes them.
#include <math.h>

#include "base/number_read.h"
#include "model/chart/functions/functions.h"

int functions_check_text(size_t len, struct err **err)
{
    if (len > FUNCTIONS_TEXT_MAX)
        return err_set(err, ERR_CONFIG, "the text would have more than %zu MiB",
                       FUNCTIONS_TEXT_MAX >> 20);
    return 0;
}

static int take_text(struct arena *a, const struct buf *text, struct span *result, struct err **err)
{
    if (buf_check(text, ERR_CONFIG, "the text", err) < 0)
        return -1;
    *result = arena_span(a, buf_span(text));
    return 0;
}

int functions_take_text(const struct template_call *call, const struct buf *text,
                        struct value *result, struct err **err)
{
    *result = VALUE_OF_NIL;
    result->type = VALUE_STRING;
    if (template_charge(call, text->len, err) < 0)
        return -1;
    return take_text(call->arena, text, &result->s, err);
}

int functions_text(const struct template_call *call, const struct value *v, struct span *text,
                   struct err **err)
{
    enum { PRINT_STEPS = 40, PRINT_STEPS_PER_BYTE = 1 };
    struct buf printed CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    if (v->type == VALUE_STRING || v->type == VALUE_BYTES) {
        *text = v->s;
        return 0;
    }
    value_print(v, &printed);
    if (template_charge(call, PRINT_STEPS + PRINT_STEPS_PER_BYTE * printed.len, err) < 0)
        return -1;
    return take_text(call->arena, &printed, text, err);
}

bool functions_is_empty(const struct value *v)
{
    return !value_is_true(v);
}

int64_t functions_float_to_int64(double f)
{
    return f >= -0x1p63 && f < 0x1p63 ? (int64_t)f : INT64_MIN;
}

// "12.00" without what is behind the number.
static struct span trim_zero_decimal(struct span s)
{
    size_t len = s.len;

    while (len && s.ptr[len - 1] == '0')
        len--;
    return len && len < s.len && s.ptr[len - 1] == '.' ? span_head(s, len - 1) : s;
}

int64_t functions_to_int64(const struct value *v)
{
    int64_t number;

    switch (v->type) {
    case VALUE_BOOL: return v->b;
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32:
    case VALUE_UINT8: return v->i;
    case VALUE_UINT64: return (int64_t)v->u;
    case VALUE_FLOAT64: return functions_float_to_int64(v->f);
    case VALUE_STRING:
        return number_read_int(trim_zero_decimal(v->s), 0, &number) == NUMBER_READ ? number : 0;
    default: return 0;
    }
}

double functions_to_float64(const struct value *v)
{
    double number;

    switch (v->type) {
    case VALUE_BOOL: return v->b;
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32:
    case VALUE_UINT8: return (double)v->i;
    case VALUE_UINT64: return (double)v->u;
    case VALUE_FLOAT64: return v->f;
    case VALUE_STRING: return number_read_float(v->s, &number) == NUMBER_READ ? number : 0;
    default: return 0;
    }
}

static struct value_list items_of_bytes(struct arena *a, struct span bytes)
{
    struct value_list list = {.len = bytes.len, .cap = bytes.len};

    list.items = arena_array(a, bytes.len, sizeof(*list.items));
    for (size_t i = 0; i < bytes.len; i++)
        list.items[i] = (struct value){.type = VALUE_UINT8, .i = (unsigned char)bytes.ptr[i]};
    return list;
}

bool functions_items(struct arena *a, const struct value *v, struct value_list *items)
{
    if (value_is_list(v)) {
        *items = *v->list;
        return true;
    }
    if (v->type == VALUE_BYTES) {
        *items = items_of_bytes(a, v->s);
        return true;
    }
    if (v->type == VALUE_OBJECT && v->object.class->unfold) {
        struct value unfolded = v->object.class->unfold(a, v->object.data);

        return functions_items(a, &unfolded, items);
    }
    return false;
}

int functions_to_strings(const struct template_call *call, const struct value *v,
                         struct value *strings, struct err **err)
{
    struct arena *a = call->arena;
    struct value_list items;
    struct value_list one = {.items = (struct value *)v, .len = v->type != VALUE_NIL};

    *strings = *v;
    if (v->type == VALUE_STRINGS)
        return 0;
    if (!functions_items(a, v, &items))
        items = one;
    *strings = value_new_list(a, VALUE_STRINGS);
    for (size_t i = 0; i < items.len; i++) {
        struct span text;

        if (items.items[i].type == VALUE_NIL)
            continue;
        if (functions_text(call, &items.items[i], &text, err) < 0)
            return -1;
        value_push(a, strings->list, value_string(text));
    }
    strings->list->is_exact = true;
    strings->list->room = (uint32_t)(items.len - strings->list->len);
    return 0;
}

void functions_random_used(const struct template_call *call)
{
    struct functions_env *env = call->data;

    if (env && env->on_random)
        env->on_random(env, call);
}
