// SPDX-License-Identifier: Apache-2.0
// Reads the text of a file into trees.
#ifndef IO_TEMPLATE_PARSE_PARSE_H
#define IO_TEMPLATE_PARSE_PARSE_H

#include "base/map.h"
#include "io/template/parse/set.h"

// Parses `text` (which stays) as the template `name`. The trees of all that it defines, itself
// too, are put into `trees` by name. ERR_CONFIG.
int parse_file(const struct template_set *set, struct span name, struct span text,
               struct map *trees, struct err **err) MUST_CHECK;

#endif
