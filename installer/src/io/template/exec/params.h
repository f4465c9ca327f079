// SPDX-License-Identifier: Apache-2.0
// The types of parameters, as template_function.params writes them.
#ifndef IO_TEMPLATE_EXEC_PARAMS_H
#define IO_TEMPLATE_EXEC_PARAMS_H

#include "io/template.h"

struct param {
    char letter;       // '<' for an object
    struct span class; // whose type_name this is
};

struct params {
    size_t count; // the variadic one too
    bool is_variadic;
};

struct params params_of(const char *params);
// Takes the next parameter off; the last one of a variadic function stays.
struct param param_next(const char **params);
// Go's name of its type.
struct span param_type(const struct param *p);

// Whether nil can be given for it.
bool param_takes_nil(const struct param *p);
// Gives `v` (not nil) for `p`; false when the types differ.
bool param_accept(const struct param *p, struct arena *a, struct value *v);

#endif
