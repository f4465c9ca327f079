// SPDX-License-Identifier: Apache-2.0
// Texts that are parsed before they have names.
#ifndef IO_TEMPLATE_TEXTS_H
#define IO_TEMPLATE_TEXTS_H

#include "io/template/parse/parse.h"

struct text;

// No more are added: other threads begin with the last ones.
void texts_close(struct template_texts *t);
// NULL when it is none of them: by where it lies.
struct text *texts_find(const struct template_texts *t, struct span text);
// Returns when all are parsed that can be.
void texts_finish(struct template_texts *t);
// What it defines as a file of this name; once, and then. False when it has to be parsed anew.
bool texts_take(struct template_texts *t, struct text *text, struct span name, struct map *trees)
    MUST_CHECK;
// Frees `t`; `set` keeps what was parsed.
void texts_end(struct template_texts *t, struct template_set *set);

#endif
