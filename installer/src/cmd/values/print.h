// SPDX-License-Identifier: Apache-2.0
// How traces and findings look.
#ifndef CMD_VALUES_PRINT_H
#define CMD_VALUES_PRINT_H

#include "controller/values.h"

void print_trace(const struct values_trace *trace, const char *path, struct buf *out);
void print_trace_json(const struct values_trace *trace, const char *path, struct buf *out);

// The number of mistakes among them; `all`: with notes.
size_t print_findings(const struct values_findings *findings, bool all, struct buf *out);
size_t print_findings_json(const struct values_findings *findings, bool all, struct buf *out);

void print_changes(const values_changes *changes, struct buf *out);
void print_changes_json(const values_changes *changes, struct buf *out);

// A value in one line.
void print_value(const struct node *value, struct buf *out);

#endif
