// SPDX-License-Identifier: Apache-2.0
// The chart that the command line names.
#ifndef CMD_CHART_LOAD_H
#define CMD_CHART_LOAD_H

#include "base/command.h"
#include "model/chart.h"

struct load_options {
    const char *chart; // a folder, an archive or a reference
    // Where what is remote comes from: the chart, and dependencies that are not in its charts/.
    const char *bundle;  // or NULL: the network
    const char *lock;    // that pins it; NULL: the usual one, if it is there
    const char *ca_file; // or NULL
    bool lab;
};

// Loads it. ERR_CONFIG, ERR_USAGE, and what fetching may fail with. Blocks for what is remote.
struct chart *load_chart(struct command_env *env, const struct load_options *options,
                         struct err **err) MUST_CHECK;

#endif
