// SPDX-License-Identifier: Apache-2.0
// The types of parameters, as template_function.params writes them.
#ifndef IO_TEMPLATE_EXEC_PARAMS_H
#define IO_TEMPLATE_EXEC_PARAMS_H

#include "io/template.h"

struct param {
    char letter;      // '<' for an object
    struct span type; // Go's name of it
};

struct params {
    size_t count; // the variadic one too
    bool is_variadic;
};

struct params params_of(const char *params);
// The parameter that argument `index` is for; one of a variadic function beyond the last is the
// last again.
struct param param_at(const char *params, size_t index);

// Whether nil can be given for it.
bool param_takes_nil(const struct param *p);
// Gives `v` (not nil) for `p`; false when the types differ.
bool param_accept(const struct param *p, struct arena *a, struct value *v);

#endif
