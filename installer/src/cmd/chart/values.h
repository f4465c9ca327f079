// SPDX-License-Identifier: Apache-2.0
// What the command line says of a chart's values.
#ifndef CMD_CHART_VALUES_H
#define CMD_CHART_VALUES_H

#include "base/opt.h"
#include "io/doc.h"

struct values_options {
    struct opt_list files; // -f
    // The kinds of --set, in the order in which they count.
    struct opt_list set_json, set, set_string, set_file, set_literal;
};

// The values given, by Helm's order: files as they come, then the kinds of --set one after the
// other. A map of `d`. "-" is standard input. ERR_CONFIG, ERR_USAGE.
struct node *values_read(struct doc *d, const struct values_options *options, struct err **err)
    MUST_CHECK;

#endif
