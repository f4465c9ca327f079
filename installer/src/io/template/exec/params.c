// SPDX-License-Identifier: Apache-2.0
// Reads the letters of parameters, and holds values against them.
#include "io/template/exec/params.h"

struct span param_type(const struct param *p)
{
    switch (p->letter) {
    case 'b': return SPAN("bool");
    case 'i': return SPAN("int");
    case 'l': return SPAN("int64");
    case 'f': return SPAN("float64");
    case 'u': return SPAN("uint32");
    case 's': return SPAN("string");
    case 'm': return SPAN("map[string]interface {}");
    case 'v': return SPAN("[]interface {}");
    case 't': return SPAN("[]string");
    case '<': return p->class;
    default: return SPAN("interface {}");
    }
}

static const char *after(const char *params)
{
    return *params == '<' ? strchr(params, '>') + 1 : params + 1;
}

struct params params_of(const char *params)
{
    struct params result = {0};

    for (; *params && *params != '*'; params = after(params))
        result.count++;
    result.is_variadic = *params == '*';
    return result;
}

struct param param_next(const char **params)
{
    struct param p = {.letter = **params};
    const char *next = after(*params);

    if (p.letter == '<')
        p.class = span_of(*params + 1, (size_t)(next - *params) - 2);
    if (*next != '*')
        *params = next;
    return p;
}

bool param_takes_nil(const struct param *p)
{
    switch (p->letter) {
    case 'a':
    case 'r':
    case 'm':
    case 'v':
    case 't': return true;
    default: return p->letter == '<' && span_starts(p->class, "*");
    }
}

// A named type of the same kind and items is as good: common.Values, but not engine.files.
static bool accept_map(struct arena *a, struct value *v)
{
    struct value map;

    if (v->type == VALUE_MAP)
        return true;
    if (v->type != VALUE_OBJECT || !v->object.class->holds_any || !v->object.class->unfold)
        return false;
    map = v->object.class->unfold(a, v->object.data);
    if (map.type != VALUE_MAP)
        return false;
    *v = map;
    return true;
}

bool param_accept(const struct param *p, struct arena *a, struct value *v)
{
    switch (p->letter) {
    case 'a':
        if (v->type == VALUE_OBJECT && v->object.class->boxed)
            v->object.class = v->object.class->boxed;
        return true;
    case 'r': return true;
    case 'b': return v->type == VALUE_BOOL;
    case 'i': return v->type == VALUE_INT;
    case 'l': return v->type == VALUE_INT64;
    case 'f': return v->type == VALUE_FLOAT64;
    case 's': return v->type == VALUE_STRING;
    case 'm': return accept_map(a, v);
    case 'v': return v->type == VALUE_LIST;
    case 't': return v->type == VALUE_STRINGS;
    case '<': return v->type == VALUE_OBJECT && span_is(p->class, v->object.class->type_name);
    default: // nothing has the type uint32
        return false;
    }
}
