// SPDX-License-Identifier: Apache-2.0
// Printing what a chart renders to.
#ifndef CMD_CHART_PRINT_H
#define CMD_CHART_PRINT_H

#include "base/report.h"
#include "model/chart.h"

// Warnings, what is another value next time, and what was asked of a cluster that is not there.
void print_rendering_notes(struct report *report, const struct chart_rendering *rendering);

// For programs: documents with their sources and hooks, and the notes, as one JSON object.
// ERR_CONFIG: a definition cannot be read any more.
int print_rendering_json(const struct chart_rendering *rendering, const struct chart_print *options,
                         struct buf *out, struct err **err) MUST_CHECK;

#endif
