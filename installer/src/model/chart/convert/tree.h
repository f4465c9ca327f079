// SPDX-License-Identifier: Apache-2.0
// Trees of documents made of values, in the way of whatever writes them.
#ifndef MODEL_CHART_CONVERT_TREE_H
#define MODEL_CHART_CONVERT_TREE_H

#include "base/compiler.h"
#include "io/doc.h"
#include "io/template.h"

enum tree_rules {
    TREE_JSON = 1,     // bytes in base64, nil lists and maps as null; neither NaN nor infinities
    TREE_WHOLE = 2,    // whole numbers are integers, as YAML reads them
    TREE_UTF8 = 4,     // what is not is U+FFFD
    TREE_READABLE = 8, // fails where go-yaml v2 cannot read the value's JSON
    TREE_LOWER = 16,   // a struct's fields have their names in small letters, as in go-yaml v3
    TREE_TOML = 32,    // nil lists within something else are null
    TREE_PLAIN = 64,   // times stand without quotes
};

// NULL on failure. Texts are borrowed from the value where they are what they were; of maps, no key
// is looked up. ERR_CONFIG: what Go says; ERR_UNSUPPORTED: too large.
struct node *tree_of(struct doc *d, const struct value *v, unsigned rules, struct err **err)
    MUST_CHECK;

#endif
