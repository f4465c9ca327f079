// SPDX-License-Identifier: Apache-2.0
// What Flux's definitions demand of fields beyond their types, and whether a value keeps to it.
#ifndef MODEL_FLUX_RULES_H
#define MODEL_FLUX_RULES_H

#include "base/arena.h"
#include "base/compiler.h"
#include "base/span.h"
#include "io/doc.h"

enum rule_of {
    RULE_REQUIRED, // fields of a map, with commas between; those with a default are always there
    RULE_PATTERN,  // of a text
    RULE_LENGTH,   // of a text: "least..most" characters; 0: any
    RULE_MAP,      // of a map
};

// As the definitions have it, word by word.
struct rule {
    const char *path; // "spec.include[]"
    enum rule_of of;
    const char *text;
    const char *kinds; // with spaces between
};
// A NULL path ends it.
extern const struct rule rules_table[];

// Whether a rule's text is one of those that can be judged by: for tests.
bool rules_is_known(const struct rule *rule);

// What is wrong with a value at a path (with indexes in its brackets) of a kind, in the arena; NULL
// when nothing is.
const char *rules_broken(struct arena *a, struct span kind, const char *path,
                         const struct node *value);

#endif
