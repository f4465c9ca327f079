// SPDX-License-Identifier: Apache-2.0
// Templates with a few functions as Helm has them, and values to look at.
#ifndef SUPPORT_TEMPLATE_H
#define SUPPORT_TEMPLATE_H

#include "base/err.h"
#include "io/template.h"

// include, tpl, list, dict, upper, fail, coalesce, default, until, set, split, typeOf.
extern const struct template_function support_functions[];
extern const size_t support_function_count;

// {Values: {a: nil, s: "str", n: 5.0, big: 1e6, l: [1.0 2.0 3.0], m: {x: "X", k: nil},
// nl: [nil 1.0], b: true, e: ""}}
struct value support_values(struct arena *a);

// Parses and executes one text as the template "t".
int support_execute(const char *text, const struct template_limits *limits, struct buf *out,
                    struct err **err);

#endif
