// SPDX-License-Identifier: Apache-2.0
// The result of a run, for people and programs: the phases, and what is not as it should be.
#ifndef CMD_SANDBOX_REPORT_H
#define CMD_SANDBOX_REPORT_H

#include "base/err.h"
#include "cmd/sandbox/journey.h"

// Makes a phase of each layer, or of each part of a teardown in which there was something to do.
// `error` is what ended the work on them, or NULL.
void report_layers(struct sandbox *s, const struct layers_result *results, const struct err *error);
void report_teardown(struct sandbox *s, const struct teardown_result *result,
                     const struct err *error);

// Writes what came of the run into the output: of the way down and of the way up, of which either
// may be NULL. `error` is what ended it, or NULL.
void report_result(const struct sandbox *s, const struct down *down,
                   const struct layers_causes *causes, const struct err *error);

// Writes what `down` would do.
void report_plan(const struct sandbox *s, const struct teardown_plan *plan);

#endif
