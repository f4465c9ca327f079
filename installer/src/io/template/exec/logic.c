// SPDX-License-Identifier: Apache-2.0
// not, and the comparisons. Go compares kinds: all integers with each other, but no integer with a
// float.
#include "io/template/exec/builtins.h"

// The executor never gets here.
int builtin_and(struct template_call *call, struct value *result, struct err **err)
{
    (void)call, (void)result;
    return err_set(err, ERR_INTERNAL, "and is not called");
}

int builtin_or(struct template_call *call, struct value *result, struct err **err)
{
    (void)call, (void)result;
    return err_set(err, ERR_INTERNAL, "or is not called");
}

int builtin_call(struct template_call *call, struct value *result, struct err **err)
{
    (void)call, (void)result;
    return err_set(err, ERR_INTERNAL, "call is not called");
}

int builtin_not(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_bool(!value_is_true(&call->args[0]));
    return 0;
}

enum basic { BASIC_NONE, BASIC_BOOL, BASIC_INT, BASIC_UINT, BASIC_FLOAT, BASIC_STRING };

static enum basic basic_of(const struct value *v)
{
    switch (v->type) {
    case VALUE_BOOL: return BASIC_BOOL;
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32: return BASIC_INT;
    case VALUE_UINT8:
    case VALUE_UINT64: return BASIC_UINT;
    case VALUE_FLOAT64: return BASIC_FLOAT;
    case VALUE_STRING: return BASIC_STRING;
    default: return BASIC_NONE;
    }
}

static uint64_t unsigned_of(const struct value *v)
{
    return v->type == VALUE_UINT64 ? v->u : (uint64_t)v->i;
}

static bool is_negative(const struct value *v)
{
    return basic_of(v) == BASIC_INT && v->i < 0;
}

static int incompatible(const struct value *a, const struct value *b, struct err **err)
{
    return err_set(err, ERR_CONFIG, "incompatible types for comparison: %s and %s",
                   value_type_name(a), value_type_name(b));
}

static bool is_nil(const struct value *v)
{
    if (value_is_list(v))
        return v->list->is_nil;
    if (value_is_map(v))
        return value_map_is_nil(v->map);
    return v->type == VALUE_NIL || value_is_nil_bytes(v);
}

// Lists and maps cannot be compared with ==, nor what holds them.
static int refuse_equal(const struct value *a, const struct value *b, struct err **err)
{
    struct buf left CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf right CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool are_alike = strcmp(value_kind_name(a), value_kind_name(b)) == 0;

    value_sprintf(SPAN("%s"), a, 1, &left);
    value_sprintf(are_alike ? SPAN("%s") : SPAN("%v"), b, 1, &right);
    if (are_alike)
        return err_set(err, ERR_CONFIG, "non-comparable type %s: %s", buf_str(&right),
                       value_type_name(b));
    return err_set(err, ERR_CONFIG, "non-comparable types %s: %s, %s: %s", buf_str(&left),
                   value_type_name(a), value_type_name(b), buf_str(&right));
}

// Neither is of a basic kind.
static int equal_others(const struct value *a, const struct value *b, bool *out, struct err **err)
{
    bool is_comparable = b->type == VALUE_OBJECT && strcmp(b->object.class->kind, "map") != 0;

    if (a->type != VALUE_NIL && b->type != VALUE_NIL &&
        strcmp(value_kind_name(a), value_kind_name(b)) != 0)
        return refuse_equal(a, b, err);
    *out = is_nil(a) && is_nil(b);
    if (is_nil(a) || is_nil(b))
        return 0;
    if (!is_comparable)
        return refuse_equal(a, b, err);
    *out = value_deep_equal(a, b);
    return 0;
}

static bool is_integer(enum basic kind)
{
    return kind == BASIC_INT || kind == BASIC_UINT;
}

static int equal(const struct value *a, const struct value *b, bool *out, struct err **err)
{
    enum basic kind = basic_of(a), other = basic_of(b);

    *out = false;
    if (is_integer(kind) && is_integer(other)) {
        *out = is_negative(a) == is_negative(b) && unsigned_of(a) == unsigned_of(b);
        return 0;
    }
    if (kind != other)
        return a->type == VALUE_NIL || b->type == VALUE_NIL ? 0 : incompatible(a, b, err);
    switch (kind) {
    case BASIC_BOOL: *out = a->b == b->b; return 0;
    case BASIC_FLOAT: *out = a->f == b->f; return 0;
    case BASIC_STRING: *out = span_eq(a->s, b->s); return 0;
    default: return equal_others(a, b, out, err);
    }
}

// In two's complement all integers of one sign are in the order of their bits.
static bool is_less_integer(const struct value *a, const struct value *b)
{
    if (is_negative(a) != is_negative(b))
        return is_negative(a);
    return unsigned_of(a) < unsigned_of(b);
}

static int less(const struct value *a, const struct value *b, bool *out, struct err **err)
{
    enum basic kind = basic_of(a), other = basic_of(b);

    *out = false;
    if (kind == BASIC_NONE || other == BASIC_NONE)
        return err_set(err, ERR_CONFIG, "invalid type for comparison");
    if (is_integer(kind) && is_integer(other)) {
        *out = is_less_integer(a, b);
        return 0;
    }
    if (kind != other)
        return incompatible(a, b, err);
    switch (kind) {
    case BASIC_FLOAT: *out = a->f < b->f; return 0;
    case BASIC_STRING: *out = span_cmp(a->s, b->s) < 0; return 0;
    default: return err_set(err, ERR_CONFIG, "invalid type for comparison");
    }
}

static int less_or_equal(const struct value *a, const struct value *b, bool *out, struct err **err)
{
    if (less(a, b, out, err) < 0)
        return -1;
    return *out ? 0 : equal(a, b, out, err);
}

int builtin_eq(struct template_call *call, struct value *result, struct err **err)
{
    bool is_equal = false;

    if (call->count < 2)
        return err_set(err, ERR_CONFIG, "missing argument for comparison");
    for (size_t i = 1; i < call->count && !is_equal; i++)
        if (equal(&call->args[0], &call->args[i], &is_equal, err) < 0)
            return -1;
    *result = value_bool(is_equal);
    return 0;
}

int builtin_ne(struct template_call *call, struct value *result, struct err **err)
{
    bool is_equal;

    if (equal(&call->args[0], &call->args[1], &is_equal, err) < 0)
        return -1;
    *result = value_bool(!is_equal);
    return 0;
}

int builtin_lt(struct template_call *call, struct value *result, struct err **err)
{
    bool is_less;

    if (less(&call->args[0], &call->args[1], &is_less, err) < 0)
        return -1;
    *result = value_bool(is_less);
    return 0;
}

int builtin_le(struct template_call *call, struct value *result, struct err **err)
{
    bool is_less;

    if (less_or_equal(&call->args[0], &call->args[1], &is_less, err) < 0)
        return -1;
    *result = value_bool(is_less);
    return 0;
}

int builtin_gt(struct template_call *call, struct value *result, struct err **err)
{
    bool is_less;

    if (less_or_equal(&call->args[0], &call->args[1], &is_less, err) < 0)
        return -1;
    *result = value_bool(!is_less);
    return 0;
}

int builtin_ge(struct template_call *call, struct value *result, struct err **err)
{
    bool is_less;

    if (less(&call->args[0], &call->args[1], &is_less, err) < 0)
        return -1;
    *result = value_bool(!is_less);
    return 0;
}
