// SPDX-License-Identifier: Apache-2.0
// Go's functions that print, escape, measure and index.
#include "io/template/exec/builtins.h"
#include "io/template/format/builtins.h"

#include <string.h>

// What takes longer than to copy a text: each byte of a container, each number with a fraction.
static uint64_t steps_of(const struct template_call *call, const struct buf *text)
{
    enum { STEPS_PER_CALL = 20, STEPS_PER_BYTE = 4, STEPS_PER_FRACTION = 80, BYTES_PER_STEP = 4 };
    uint64_t steps = STEPS_PER_CALL + text->len / BYTES_PER_STEP, plain = 0;

    for (size_t i = 0; i < call->count; i++) {
        if (call->args[i].type == VALUE_FLOAT64)
            steps += STEPS_PER_FRACTION;
        else if (call->args[i].type == VALUE_STRING)
            plain += call->args[i].s.len;
    }
    return text->len > plain ? steps + (text->len - plain) * STEPS_PER_BYTE : steps;
}

static int take_text(struct template_call *call, const struct buf *text, struct value *result,
                     struct err **err)
{
    if (template_charge(call, steps_of(call, text), err) < 0 ||
        buf_check(text, ERR_CONFIG, "the result", err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(text)));
    return 0;
}

static int call_print(struct template_call *call, struct value *result, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(FORMAT_MAX_BYTES);

    value_sprint(call->args, call->count, &text);
    return take_text(call, &text, result, err);
}

static int call_println(struct template_call *call, struct value *result, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(FORMAT_MAX_BYTES);

    value_sprintln(call->args, call->count, &text);
    return take_text(call, &text, result, err);
}

static uint64_t steps_to_read(const struct template_call *call)
{
    uint64_t steps = 0;

    if (!memchr(call->args[0].s.ptr, 'q', call->args[0].s.len) &&
        !memchr(call->args[0].s.ptr, 'x', call->args[0].s.len) &&
        !memchr(call->args[0].s.ptr, 'X', call->args[0].s.len))
        return 0;
    for (size_t i = 1; i < call->count; i++)
        if (call->args[i].type == VALUE_STRING || call->args[i].type == VALUE_BYTES)
            steps += call->args[i].s.len;
    return steps;
}

static int call_printf(struct template_call *call, struct value *result, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(FORMAT_MAX_BYTES);

    // %q and %x look at each byte of a text.
    if (template_charge(call, steps_to_read(call), err) < 0)
        return -1;
    value_sprintf(call->args[0].s, call->args + 1, call->count - 1, &text);
    return take_text(call, &text, result, err);
}

// Sprint of the arguments, where a nil is what an action prints for it, escaped.
static int escape_with(void (*escape)(struct span text, struct buf *out),
                       struct template_call *call, struct value *result, struct err **err)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(FORMAT_MAX_BYTES);
    struct buf text CLEANUP(buf_free) = BUF_INIT(FORMAT_MAX_BYTES);
    struct value *args = arena_array(call->arena, call->count, sizeof(*args));

    for (size_t i = 0; i < call->count; i++) {
        bool nil = call->args[i].type == VALUE_NIL;

        args[i] = nil ? value_string(SPAN("<no value>")) : call->args[i];
    }
    value_sprint(args, call->count, &plain);
    if (template_charge(call, plain.len, err) < 0)
        return -1;
    text.overflow = plain.overflow;
    escape(buf_span(&plain), &text);
    return take_text(call, &text, result, err);
}

static int call_html(struct template_call *call, struct value *result, struct err **err)
{
    return escape_with(escape_html, call, result, err);
}

static int call_js(struct template_call *call, struct value *result, struct err **err)
{
    return escape_with(escape_js, call, result, err);
}

static int call_urlquery(struct template_call *call, struct value *result, struct err **err)
{
    return escape_with(escape_url_query, call, result, err);
}

static int call_len(struct template_call *call, struct value *result, struct err **err)
{
    const struct value *v = &call->args[0];
    struct value base = *v;

    if (v->type == VALUE_NIL)
        return err_set(err, ERR_CONFIG, "%s",
                       v->b ? "len of nil pointer"
                            : "reflect: call of reflect.Value.Type on zero Value");
    if (v->type == VALUE_OBJECT && v->object.class->is_false_when_empty)
        base = v->object.class->unfold(call->arena, v->object.data);
    if (value_is_list(&base)) {
        *result = value_int((int64_t)base.list->len);
    } else if (value_is_map(&base)) {
        *result = value_int((int64_t)value_map_len(base.map));
    } else if (base.type == VALUE_STRING || base.type == VALUE_BYTES) {
        *result = value_int((int64_t)base.s.len);
    } else {
        const char *type = value_type_name(v);

        return err_set(err, ERR_CONFIG, "len of type %s", *type == '*' ? type + 1 : type);
    }
    return 0;
}

const struct template_function builtin_prints[] = {
    {"html", call_html, "a*", NULL},
    {"index", format_index, "rr*", NULL},
    {"js", call_js, "a*", NULL},
    {"len", call_len, "a", NULL},
    {"print", call_print, "a*", NULL},
    {"printf", call_printf, "sa*", NULL},
    {"println", call_println, "a*", NULL},
    {"slice", format_slice, "aa*", NULL},
    {"urlquery", call_urlquery, "a*", NULL},
    {NULL, NULL, NULL, NULL},
};
