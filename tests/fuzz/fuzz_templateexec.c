// SPDX-License-Identifier: Apache-2.0
// A template with Go's own functions and a few more: it ends within its limits, and a failure says
// where.
#include "fuzz.h"

#include "base/arena.h"
#include "io/template.h"

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

static int call_set(struct template_call *call, struct value *result, struct err **err)
{
    if (call->args[0].type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "assignment to entry in nil map");
    value_set(call->arena, call->args[0].map, call->args[1].s, call->args[2]);
    *result = call->args[0];
    return 0;
}

static int call_include(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

    if (template_execute(call->run, call->args[0].s, &call->args[1], &out, err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(&out)));
    return 0;
}

static int call_tpl(struct template_call *call, struct value *result, struct err **err)
{
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_clone(template_run_set(call->run));
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

    if (template_parse(set, SPAN("tpl"), call->args[0].s, err) < 0 ||
        template_execute_in(call->run, set, SPAN("tpl"), &call->args[1], &out, err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(&out)));
    return 0;
}

static const struct template_function functions[] = {
    {"list", call_list, "a*", NULL},       {"dict", call_dict, "a*", NULL},
    {"set", call_set, "msa", NULL},        {"tpl", call_tpl, "sa", NULL},
    {"include", call_include, "sa", NULL},
};

static struct value values(struct arena *a)
{
    struct value top = value_new_map(a, VALUE_MAP), list = value_new_list(a, VALUE_LIST);
    struct value strings = value_new_map(a, VALUE_STRING_MAP);

    value_push(a, list.list, VALUE_OF_NIL);
    value_push(a, list.list, value_float(1.5));
    value_push(a, list.list, value_string(SPAN("x")));
    value_set(a, strings.map, SPAN("_0"), value_string(SPAN("y")));
    value_set(a, top.map, SPAN("l"), list);
    value_set(a, top.map, SPAN("m"), strings);
    value_set(a, top.map, SPAN("i"), value_int(3));
    value_set(a, top.map, SPAN("b"), value_bool(true));
    value_set(a, top.map, SPAN("n"), VALUE_OF_NIL);
    return top;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct template_limits limits = {20000, 200, (size_t)1 << 20, (size_t)16 << 20};
    struct template_set *set CLEANUP(template_set_cleanup) =
        template_set_new(functions, ARRAY_LEN(functions), NULL);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, arena, &limits);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct value dot = values(arena);

    if (template_parse(set, SPAN("input"), span_of(data, size), &err) < 0)
        return 0;
    if (template_execute(run, SPAN("input"), &dot, &out, &err) == 0)
        return 0;
    fuzz_check_error(err);
    FUZZ_CHECK(template_trace(run).len > 0);
    return 0;
}
