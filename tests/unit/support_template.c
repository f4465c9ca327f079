// SPDX-License-Identifier: Apache-2.0
// What the tests of io/template share.
#include "support_template.h"

#include <ctype.h>

#include "base/arena.h"

static int call_include(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (template_execute(call->run, call->args[0].s, &call->args[1], &out, err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(&out)));
    return 0;
}

static int call_tpl(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_clone(template_run_set(call->run));

    if (template_parse(set, SPAN("gotpl"), call->args[0].s, err) < 0 ||
        template_execute_in(call->run, set, SPAN("gotpl"), &call->args[1], &out, err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(&out)));
    return 0;
}

static int call_list(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_new_list(call->arena, VALUE_LIST);
    for (size_t i = 0; i < call->count; i++)
        value_push(call->arena, result->list, call->args[i]);
    return 0;
}

static int call_dict(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_new_map(call->arena, VALUE_MAP);
    for (size_t i = 0; i + 1 < call->count; i += 2)
        if (call->args[i].type == VALUE_STRING)
            value_set(call->arena, result->map, call->args[i].s, call->args[i + 1]);
    return 0;
}

static int call_upper(struct template_call *call, struct value *result, struct err **err)
{
    struct span in = call->args[0].s;
    char *text = arena_alloc(call->arena, in.len + 1);

    (void)err;
    for (size_t i = 0; i < in.len; i++)
        text[i] = (char)toupper((unsigned char)in.ptr[i]);
    *result = value_string(span_of(text, in.len));
    return 0;
}

static int call_fail(struct template_call *call, struct value *result, struct err **err)
{
    (void)result;
    return err_set(err, ERR_CONFIG, "%.*s", SPAN_ARG(call->args[0].s));
}

static int call_coalesce(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    for (size_t i = 0; i < call->count && result->type == VALUE_NIL; i++)
        if (value_is_true(&call->args[i]))
            *result = call->args[i];
    return 0;
}

static int call_default(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = call->args[call->count > 1 && value_is_true(&call->args[1])];
    return 0;
}

static int call_until(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_new_list(call->arena, VALUE_INTS);
    for (int64_t i = 0; i < call->args[0].i && i < 1000; i++)
        value_push(call->arena, result->list, value_int(i));
    return 0;
}

static int call_set(struct template_call *call, struct value *result, struct err **err)
{
    if (call->args[0].type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "assignment to entry in nil map");
    value_set(call->arena, call->args[0].map, call->args[1].s, call->args[2]);
    *result = call->args[0];
    return 0;
}

static int call_split(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_new_map(call->arena, VALUE_STRING_MAP);
    value_set(call->arena, result->map, SPAN("_0"), call->args[1]);
    return 0;
}

static int call_type_of(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_string(span_str(value_type_name(&call->args[0])));
    return 0;
}

const struct template_function support_functions[] = {
    {"include", call_include, "sa", NULL},   {"tpl", call_tpl, "sa", NULL},
    {"list", call_list, "a*", NULL},         {"dict", call_dict, "a*", NULL},
    {"upper", call_upper, "s", NULL},        {"fail", call_fail, "s", NULL},
    {"coalesce", call_coalesce, "a*", NULL}, {"default", call_default, "aa*", NULL},
    {"until", call_until, "i", NULL},        {"set", call_set, "msa", NULL},
    {"split", call_split, "ss", NULL},       {"typeOf", call_type_of, "a", NULL},
};
const size_t support_function_count = ARRAY_LEN(support_functions);

struct value support_values(struct arena *a)
{
    struct value top = value_new_map(a, VALUE_MAP), values = value_new_map(a, VALUE_MAP);
    struct value list = value_new_list(a, VALUE_LIST), map = value_new_map(a, VALUE_MAP);
    struct value with_nil = value_new_list(a, VALUE_LIST);

    for (int i = 1; i <= 3; i++)
        value_push(a, list.list, value_float(i));
    value_push(a, with_nil.list, VALUE_OF_NIL);
    value_push(a, with_nil.list, value_float(1));
    value_set(a, map.map, SPAN("x"), value_string(SPAN("X")));
    value_set(a, map.map, SPAN("k"), VALUE_OF_NIL);
    value_set(a, values.map, SPAN("a"), VALUE_OF_NIL);
    value_set(a, values.map, SPAN("s"), value_string(SPAN("str")));
    value_set(a, values.map, SPAN("n"), value_float(5));
    value_set(a, values.map, SPAN("big"), value_float(1e6));
    value_set(a, values.map, SPAN("l"), list);
    value_set(a, values.map, SPAN("m"), map);
    value_set(a, values.map, SPAN("nl"), with_nil);
    value_set(a, values.map, SPAN("b"), value_bool(true));
    value_set(a, values.map, SPAN("e"), value_string(SPAN_EMPTY));
    value_set(a, top.map, SPAN("Values"), values);
    return top;
}

int support_execute(const char *text, const struct template_limits *limits, struct buf *out,
                    struct err **err)
{
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(support_functions, support_function_count, NULL);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, arena, limits);
    struct value dot = support_values(arena);

    if (template_parse(set, SPAN("t"), span_str(text), err) < 0)
        return -1;
    return template_execute(run, SPAN("t"), &dot, out, err);
}
