// SPDX-License-Identifier: Apache-2.0
// The parts of a check: each looks at one value of one layer.
#ifndef CONTROLLER_VALUES_CHECK_H
#define CONTROLLER_VALUES_CHECK_H

#include "controller/values/view.h"

enum { CHECK_DEPTH_MAX = 100 };

struct checking {
    const struct values_view *view;
    struct values_findings *out;
    struct arena *arena; // of `out`
    size_t layer;
    struct span keys[CHECK_DEPTH_MAX]; // of the value
};

// A value of the layer with its key; `depth` keys lead to it.
struct checked {
    const struct node *value;
    uint32_t line;
    size_t depth;
};

// Adds a finding at a value; text and hint are in the arena or constants.
void check_add(struct checking *c, const struct checked *at, enum values_fault fault,
               enum values_weight weight, const char *text, const char *hint);

// Whether templates read it; false also for all below it when nothing is to be said there.
bool check_read(struct checking *c, const struct checked *at);
void check_lost(struct checking *c, const struct checked *at);
// False: what is below it cannot be compared.
bool check_type(struct checking *c, const struct checked *at);
void check_image(struct checking *c, const struct checked *at);
void check_number(struct checking *c, const struct checked *at);

#endif
