// SPDX-License-Identifier: Apache-2.0
// The fields of Flux's objects as a table: what stands in spec, and what each does here.
#ifndef MODEL_FLUX_FIELDS_H
#define MODEL_FLUX_FIELDS_H

#include "model/flux.h"

enum field_type {
    FIELD_TEXT,
    FIELD_BOOL,
    FIELD_INT,
    FIELD_MAP,   // of the fields `below`
    FIELD_TEXTS, // a map of texts
    FIELD_LIST,  // of maps of the fields `below`, or of texts
    FIELD_ANY,
};

struct field {
    const char *name; // NULL ends a list
    enum field_type type;
    enum flux_effect effect;
    const char *choices; // of a text: "a|b"; NULL: any
    const struct field *below;
    const char *note; // what is told where it is set, and in the documentation
};

struct field_kind {
    const char *group, *version, *kind;
    enum flux_effect effect; // of the kind itself
    const char *note;
    const struct field *spec; // NULL: not looked at
};

// A NULL kind ends it.
extern const struct field_kind fields_kinds[];

#endif
