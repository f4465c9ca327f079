// SPDX-License-Identifier: Apache-2.0
// The result of a run, for people and programs: the phases, and what is not as it should be.
#ifndef CMD_SANDBOX_REPORT_H
#define CMD_SANDBOX_REPORT_H

#include "base/err.h"
#include "cmd/sandbox/open.h"
#include "work/layers.h"

// Makes a phase of each layer. `error` is what ended the work on them, or NULL.
void report_layers(struct sandbox *s, const struct layers_result *results, const struct err *error);

// Writes what `up` came to into the output.
void report_up(const struct sandbox *s, const struct layers_causes *causes,
               const struct err *error);

#endif
