// SPDX-License-Identifier: Apache-2.0
// The table of Go's own functions: those of logic, and then those of the formatter.
#include "io/template/exec/builtins.h"

static const struct template_function logic[] = {
    {"and", builtin_and, "rr*", NULL},   {"or", builtin_or, "rr*", NULL},
    {"call", builtin_call, "aa*", NULL}, {"not", builtin_not, "a", NULL},
    {"eq", builtin_eq, "aa*", NULL},     {"ne", builtin_ne, "aa", NULL},
    {"lt", builtin_lt, "aa", NULL},      {"le", builtin_le, "aa", NULL},
    {"gt", builtin_gt, "aa", NULL},      {"ge", builtin_ge, "aa", NULL},
};

const struct template_function *template_builtin(size_t index)
{
    if (index < ARRAY_LEN(logic))
        return &logic[index];
    for (const struct template_function *f = builtin_prints; f->name; f++)
        if (index-- == ARRAY_LEN(logic))
            return f;
    return NULL;
}
