// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of types, and from one type to another.
#include "base/number_read.h"
#include "model/chart/functions/functions.h"

// --- what it is ---

static int type_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(span_str(value_type_name(&call->args[0])));
    return 0;
}

static int kind_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(span_str(value_kind_name(&call->args[0])));
    return 0;
}

// typeIs NAME VALUE
static int type_is(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(span_is(call->args[0].s, value_type_name(&call->args[1])));
    return 0;
}

// The same; a pointer to that type will do, too.
static int type_is_like(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct span type = span_str(value_type_name(&call->args[1]));
    bool is_type = span_eq(call->args[0].s, type);

    *result = value_bool(is_type || (span_skip(&type, "*") && span_eq(call->args[0].s, type)));
    return 0;
}

// kindIs NAME VALUE
static int kind_is(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(span_is(call->args[0].s, value_kind_name(&call->args[1])));
    return 0;
}

static int deep_equal(struct template_call *call, struct value *result, struct err **err)
{
    uint64_t steps = 0;

    *result = value_bool(value_deep_equal_counted(&call->args[0], &call->args[1], &steps));
    return template_charge(call, steps, err);
}

// --- what it becomes ---

static int to_string(struct template_call *call, struct value *result, struct err **err)
{
    struct span text;

    if (functions_text(call, &call->args[0], &text, err) < 0)
        return -1;
    *result = value_string(text);
    return 0;
}

static int to_int(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_int(functions_to_int64(&call->args[0]));
    return 0;
}

static int to_int64(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_int64(functions_to_int64(&call->args[0]));
    return 0;
}

static int to_float64(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_float(functions_to_float64(&call->args[0]));
    return 0;
}

// What is too large stays the largest number, what is none is 0.
static int atoi_text(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    enum { DECIMAL = 10 };
    int64_t number;

    if (number_read_int(call->args[0].s, DECIMAL, &number) == NUMBER_SYNTAX)
        number = 0;
    *result = value_int(number);
    return 0;
}

// Reads an octal number.
static int to_decimal(struct template_call *call, struct value *result, struct err **err)
{
    enum { OCTAL = 8 };
    struct span text;
    int64_t number;

    if (functions_text(call, &call->args[0], &text, err) < 0)
        return -1;
    if (number_read_int(text, OCTAL, &number) != NUMBER_READ)
        number = 0;
    *result = value_int64(number);
    return 0;
}

functions_family functions_types = {
    {"typeOf", type_of, "a", NULL},
    {"kindOf", kind_of, "a", NULL},
    {"typeIs", type_is, "sa", NULL},
    {"typeIsLike", type_is_like, "sa", NULL},
    {"kindIs", kind_is, "sa", NULL},
    {"deepEqual", deep_equal, "aa", NULL},
    {"toString", to_string, "a", NULL},
    {"int", to_int, "a", NULL},
    {"int64", to_int64, "a", NULL},
    {"float64", to_float64, "a", NULL},
    {"atoi", atoi_text, "s", NULL},
    {"toDecimal", to_decimal, "a", NULL},
    {0},
};
