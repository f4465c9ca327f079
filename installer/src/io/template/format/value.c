// SPDX-License-Identifier: Apache-2.0
// Values of any type by fmt's verbs, lists and maps item by item.
#include "base/text.h"
#include <string.h>

#include "io/template/format/printer.h"

// %!d(string=a)
static void add_bad_verb(struct printer *p, const struct value *v, uint32_t verb)
{
    char utf8[4];

    buf_add_str(p->out, "%!");
    buf_add(p->out, utf8, text_encode(verb, utf8));
    buf_add_char(p->out, '(');
    if (v->type == VALUE_NIL) {
        buf_add_str(p->out, "<nil>");
    } else {
        unsigned depth = p->depth;

        buf_add_str(p->out, value_type_name(v));
        buf_add_char(p->out, '=');
        p->depth = 0;
        printer_value(p, v, 'v');
        p->depth = depth;
    }
    buf_add_char(p->out, ')');
}

// A nil in a container, whatever the verb.
static void add_item(struct printer *p, const struct value *v, uint32_t verb)
{
    if (v->type == VALUE_NIL)
        buf_add_str(p->out, p->go_syntax ? "interface {}(nil)" : "<nil>");
    else
        printer_value(p, v, verb);
}

// Opens a container; false when there is nothing more to print.
static bool open_container(struct printer *p, const struct value *v, const char *plain, bool is_nil)
{
    if (p->go_syntax) {
        buf_add_str(p->out, value_type_name(v));
        buf_add_str(p->out, is_nil ? "(nil)" : "{");
    } else {
        buf_add_str(p->out, plain);
    }
    if (++p->depth > PRINT_DEPTH_MAX)
        p->out->overflow = true;
    return !(is_nil && p->go_syntax) && !p->out->overflow;
}

static void separate(struct printer *p, size_t i)
{
    if (i)
        buf_add_str(p->out, p->go_syntax ? ", " : " ");
}

// `v` is a list, or an object that shows itself as `list`.
static void add_list(struct printer *p, const struct value *v, const struct value_list *list,
                     uint32_t verb)
{
    if (open_container(p, v, "[", list->is_nil)) {
        for (size_t i = 0; i < list->len && !p->out->overflow; i++) {
            separate(p, i);
            add_item(p, &list->items[i], verb);
        }
        buf_add_char(p->out, p->go_syntax ? '}' : ']');
    }
    p->depth--;
}

// `v` is a map, or an object that shows itself as `map`.
static void add_map(struct printer *p, const struct value *v, const struct value_map *map,
                    uint32_t verb)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();

    if (open_container(p, v, "map[", value_map_is_nil(map))) {
        const struct value_pair *pairs = value_map_sorted(a, map);

        for (size_t i = 0; i < value_map_len(map) && !p->out->overflow; i++) {
            struct value key = value_string(pairs[i].key);

            separate(p, i);
            printer_value(p, &key, verb);
            buf_add_char(p->out, ':');
            add_item(p, &pairs[i].item, verb);
        }
        buf_add_char(p->out, p->go_syntax ? '}' : ']');
    }
    p->depth--;
}

// --- structs: {a b}, {A:a B:b}, pkg.Type{A:"a", B:"b"}; and pointers to them ---

// A pointer within something else is printed as where it points to. Go's heap lies elsewhere each
// time; here it is always the same place, of as many digits as there mostly are.
#define SOMEWHERE UINT64_C(0xc00000000000)

static const char *struct_name(const struct value *v)
{
    const char *name = value_type_name(v);

    return *name == '*' ? name + 1 : name;
}

static void add_fields(struct printer *p, const struct value *v, uint32_t verb)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    size_t count = 0;
    const struct value_member *members = v->object.class->members(a, v->object.data, &count);

    if (p->go_syntax)
        buf_add_str(p->out, struct_name(v));
    buf_add_char(p->out, '{');
    p->depth++;
    for (size_t i = 0; i < count && !p->out->overflow; i++) {
        separate(p, i);
        if (p->go_syntax || p->names)
            buf_printf(p->out, "%s:", members[i].name);
        printer_value(p, &members[i].item, verb);
    }
    p->depth--;
    buf_add_char(p->out, '}');
}

static void add_address(struct printer *p, const struct value *v, uint32_t verb)
{
    bool sharp = p->sharp;

    if (p->go_syntax) {
        buf_printf(p->out, "(%s)(0x%llx)", value_type_name(v), (unsigned long long)SOMEWHERE);
        return;
    }
    if (verb == 'v')
        p->sharp = !sharp;
    if (!verb || verb > 'x' || !strchr("vbodxX", (int)verb))
        add_bad_verb(p, v, verb);
    else
        (void)printer_integer(p, SOMEWHERE, false, verb == 'v' ? 'x' : verb);
    p->sharp = sharp;
}

static void add_struct(struct printer *p, const struct value *v, uint32_t verb)
{
    bool is_pointer = strcmp(v->object.class->kind, "ptr") == 0;

    if (is_pointer && p->depth > 0) {
        add_address(p, v, verb);
        return;
    }
    if (is_pointer) {
        buf_add_char(p->out, '&');
        p->depth++;
    }
    add_fields(p, v, verb);
    if (is_pointer)
        p->depth--;
}

// --- any object ---

// By a method of its own; false when Go looks at what is in it instead.
static bool add_printed(struct printer *p, const struct value *v, uint32_t verb)
{
    const struct value_class *class = v->object.class;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (p->go_syntax) {
        if (class->print_go)
            class->print_go(v->object.data, p->out);
        return class->print_go != NULL;
    }
    if (!class->print)
        return false;
    class->print(v->object.data, &text);
    return printer_text(p, buf_span(&text), verb);
}

static void add_object(struct printer *p, const struct value *v, uint32_t verb)
{
    const struct value_class *class = v->object.class;
    struct arena *a CLEANUP(arena_cleanup) = NULL;
    struct value unfolded;

    if (add_printed(p, v, verb))
        return;
    if (class->members) {
        add_struct(p, v, verb);
        return;
    }
    if (!class->unfold || !class->is_false_when_empty) {
        add_bad_verb(p, v, verb);
        return;
    }
    a = arena_new();
    unfolded = class->unfold(a, v->object.data);
    if (value_is_list(&unfolded))
        add_list(p, v, unfolded.list, verb);
    else
        add_map(p, v, unfolded.map, verb);
}

// []uint8: a text, hexadecimal or a list of numbers.
static bool add_bytes(struct printer *p, const struct value *v, uint32_t verb)
{
    if (p->go_syntax && value_is_nil_bytes(v)) {
        buf_add_str(p->out, p->depth ? "[]uint8(nil)" : "[]byte(nil)");
        return true;
    }
    if (verb == 's' || verb == 'q' || verb == 'x' || verb == 'X')
        return printer_text(p, v->s, verb);
    if (p->go_syntax)
        buf_add_str(p->out, p->depth ? "[]uint8{" : "[]byte{");
    else
        buf_add_char(p->out, '[');
    for (size_t i = 0; i < v->s.len && !p->out->overflow; i++) {
        struct value byte = {.type = VALUE_UINT8, .i = (unsigned char)v->s.ptr[i]};

        separate(p, i);
        printer_value(p, &byte, verb);
    }
    buf_add_char(p->out, p->go_syntax ? '}' : ']');
    return true;
}

// The types that are no containers; false when the verb is not theirs.
static bool add_plain(struct printer *p, const struct value *v, uint32_t verb)
{
    switch (v->type) {
    case VALUE_NIL:
        if (verb == 'v')
            printer_pad(p, SPAN("<nil>"));
        return verb == 'v';
    case VALUE_BOOL: return printer_bool(p, v->b, verb);
    case VALUE_INT:
    case VALUE_INT64:
    case VALUE_INT32: return printer_integer(p, (uint64_t)v->i, true, verb);
    case VALUE_UINT8: return printer_integer(p, (uint64_t)v->i, false, verb);
    case VALUE_UINT64: return printer_integer(p, v->u, false, verb);
    case VALUE_FLOAT64: return printer_float(p, v->f, verb);
    case VALUE_STRING: return printer_text(p, v->s, verb);
    default: return add_bytes(p, v, verb);
    }
}

// %p, and what a chart should not print: where a value lies in memory.
static bool add_pointer(struct printer *p, const struct value *v)
{
    const void *at = v->type == VALUE_BYTES    ? (const void *)v->s.ptr
                     : v->type == VALUE_OBJECT ? v->object.data
                     : value_is_list(v)        ? (const void *)v->list
                     : value_is_map(v)         ? (const void *)v->map
                                               : NULL;
    bool sharp = p->sharp;

    if (!at)
        return false;
    p->sharp = !sharp;
    printer_integer(p, (uint64_t)(uintptr_t)at, false, 'x');
    p->sharp = sharp;
    return true;
}

static bool add_by_type(struct printer *p, const struct value *v, uint32_t verb)
{
    if (value_is_list(v))
        add_list(p, v, v->list, verb);
    else if (value_is_map(v))
        add_map(p, v, v->map, verb);
    else if (v->type == VALUE_OBJECT)
        add_object(p, v, verb);
    else
        return add_plain(p, v, verb);
    return true;
}

void printer_value(struct printer *p, const struct value *v, uint32_t verb)
{
    bool fits;

    switch (verb) {
    case 'T':
        if (v->type == VALUE_NIL)
            p->has_precision = false;
        fits = printer_text(p, span_str(value_type_name(v)), 's');
        break;
    case 'p': fits = add_pointer(p, v); break;
    case 'w': // for errors, which no template has; Go looks only at the items of bytes
        fits = v->type == VALUE_BYTES && !p->depth && add_bytes(p, v, verb);
        break;
    default: fits = add_by_type(p, v, verb);
    }
    if (!fits)
        add_bad_verb(p, v, verb);
}

void value_print(const struct value *v, struct buf *out)
{
    struct printer p = {.out = out};

    printer_value(&p, v, 'v');
}

void value_sprint(const struct value *args, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i && args[i].type != VALUE_STRING && args[i - 1].type != VALUE_STRING)
            buf_add_char(out, ' ');
        value_print(&args[i], out);
    }
}

void value_sprintln(const struct value *args, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(out, ' ');
        value_print(&args[i], out);
    }
    buf_add_char(out, '\n');
}
