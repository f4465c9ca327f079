// SPDX-License-Identifier: Apache-2.0
// Reads the text of a file into trees.
#ifndef IO_TEMPLATE_PARSE_PARSE_H
#define IO_TEMPLATE_PARSE_PARSE_H

#include "base/map.h"
#include "io/template/parse/set.h"

// Of the stack of another thread. Far less than what it has (POOL_STACK_BYTES), as its thread-local
// memory lies there too: most of it, with ThreadSanitizer. Charts nest some ten levels of a few
// hundred bytes.
#define PARSE_STACK_BYTES ((size_t)128 << 10)

// Parses `text` (which stays) as the template `name`. The trees of all that it defines, itself
// too, are put into `trees` by name. ERR_CONFIG.
int parse_file(const struct template_set *set, struct span name, struct span text,
               struct map *trees, struct err **err) MUST_CHECK;

// A text that is parsed before the name is known that it gets as a file.
struct parsed_text {
    struct template_file *file; // without a name
    const struct tree_list *body;
    struct map trees; // the others that it defines
};
int parse_text(const struct template_set *set, struct span text, struct parsed_text *out,
               struct err **err) MUST_CHECK;
// Makes it what parse_file() makes of it. False when that may fail: the text defines the name, too.
bool parse_give_name(struct parsed_text *text, struct span name, struct arena *a) MUST_CHECK;

#endif
