// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of what is empty.
#include "model/chart/functions/functions.h"

// default OTHERWISE [VALUE]
static int default_value(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    bool is_given = call->count > 1 && !functions_is_empty(&call->args[1]);

    *result = call->args[is_given];
    return 0;
}

static int empty(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(functions_is_empty(&call->args[0]));
    return 0;
}

// The place of the first argument that is empty or is not; their count when there is none.
static size_t find(const struct template_call *call, bool is_empty)
{
    size_t at = 0;

    while (at < call->count && functions_is_empty(&call->args[at]) != is_empty)
        at++;
    return at;
}

static int coalesce(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    size_t at = find(call, false);

    *result = at < call->count ? call->args[at] : VALUE_OF_NIL;
    return 0;
}

static int all(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(find(call, true) == call->count);
    return 0;
}

static int any(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(find(call, false) < call->count);
    return 0;
}

// ternary IF_TRUE IF_FALSE CONDITION
static int ternary(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = call->args[call->args[2].b ? 0 : 1];
    return 0;
}

functions_family functions_defaults = {
    {"default", default_value, "aa*", NULL},
    {"empty", empty, "a", NULL},
    {"coalesce", coalesce, "a*", NULL},
    {"all", all, "a*", NULL},
    {"any", any, "a*", NULL},
    {"ternary", ternary, "aab", NULL},
    {0},
};
