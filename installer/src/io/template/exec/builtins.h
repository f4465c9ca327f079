// SPDX-License-Identifier: Apache-2.0
// Go's own functions of logic and comparison, in the table that io/template/exec/builtins.c joins.
#ifndef IO_TEMPLATE_EXEC_BUILTINS_H
#define IO_TEMPLATE_EXEC_BUILTINS_H

#include "io/template.h"

// The executor does these itself: it decides what is evaluated.
int builtin_and(struct template_call *call, struct value *result, struct err **err);
int builtin_or(struct template_call *call, struct value *result, struct err **err);
int builtin_call(struct template_call *call, struct value *result, struct err **err);

int builtin_not(struct template_call *call, struct value *result, struct err **err);
int builtin_eq(struct template_call *call, struct value *result, struct err **err);
int builtin_ne(struct template_call *call, struct value *result, struct err **err);
int builtin_lt(struct template_call *call, struct value *result, struct err **err);
int builtin_le(struct template_call *call, struct value *result, struct err **err);
int builtin_gt(struct template_call *call, struct value *result, struct err **err);
int builtin_ge(struct template_call *call, struct value *result, struct err **err);

// Those that print, escape, measure and index (prints.c); ends with a row without a name.
extern const struct template_function builtin_prints[];

#endif
