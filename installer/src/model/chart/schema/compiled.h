// SPDX-License-Identifier: Apache-2.0
// A schema as it is judged by: keywords looked up once, references followed.
#ifndef MODEL_CHART_SCHEMA_COMPILED_H
#define MODEL_CHART_SCHEMA_COMPILED_H

#include "base/map.h"
#include "base/vec.h"
#include "io/doc.h"
#include "io/regex.h"

enum schema_draft {
    DRAFT_4 = 4,
    DRAFT_6 = 6,
    DRAFT_7 = 7,
    DRAFT_2019 = 2019,
    DRAFT_2020 = 2020,
};

// Bits, in the order in which they are named.
enum schema_type {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_NUMBER = 4,
    SCHEMA_INTEGER = 8,
    SCHEMA_STRING = 16,
    SCHEMA_ARRAY = 32,
    SCHEMA_OBJECT = 64,
};

// minLength and its like.
struct schema_count {
    bool is_set;
    int64_t value;
};

struct schema;
struct schema_format;
typedef VEC(struct schema *) schema_list;

struct schema_named {
    struct span name;
    struct schema *schema;
};

struct schema_pattern {
    struct regex *regex;
    struct schema *schema;
};

// A dependency: a schema or names that have to be there, too.
struct schema_dependency {
    struct span name;
    struct schema *schema;
    const struct node *names;
};

// additionalProperties and additionalItems.
struct schema_additional {
    bool is_set;
    bool is_refused;       // false
    struct schema *schema; // or NULL
};

struct schema {
    struct span url, pointer; // where it stands
    const struct node *node;  // what stands there, or NULL: not looked up yet
    enum schema_draft draft;
    struct schema *resource; // the schema with an $id (or the outermost) that it is part of
    VEC(struct schema_named) dynamic_anchors; // of a resource
    bool is_boolean, boolean;

    struct schema *ref, *recursive_ref, *dynamic_ref;
    bool has_recursive_anchor;
    struct span dynamic_anchor, dynamic_ref_anchor; // empty: none

    unsigned types; // bits, 0: any
    const struct node *constant, *enumeration;
    unsigned enumeration_types;
    const struct schema_format *format;

    struct schema * not, *condition, *consequence, *alternative;
    schema_list all_of, any_of, one_of;

    struct schema_count min_properties, max_properties;
    const struct node *required;
    struct schema *property_names;
    struct map properties; // to struct schema
    VEC(struct schema_pattern) pattern_properties;
    struct schema_additional additional_properties;
    VEC(struct schema_dependency) dependencies, dependent;
    struct schema *unevaluated_properties;
    bool all_properties_evaluated;

    struct schema_count min_items, max_items, min_contains, max_contains;
    bool unique_items;
    struct schema *contains, *items, *unevaluated_items;
    schema_list prefix_items; // and `items` as a list, before 2020-12
    struct schema_additional additional_items;
    bool all_items_evaluated;

    struct schema_count min_length, max_length;
    struct regex *pattern;
    struct span pattern_text;

    const struct node *minimum, *maximum, *exclusive_minimum, *exclusive_maximum, *multiple_of;
};

#endif
