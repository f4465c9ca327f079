// SPDX-License-Identifier: Apache-2.0
// How traces and findings look.
#ifndef CMD_VALUES_PRINT_H
#define CMD_VALUES_PRINT_H

#include "controller/values.h"

// What an umbrella's chart has handed on, in the umbrella's own values; all NULL when it has not.
struct print_chain {
    const char *umbrella, *object, *file, *path;
    const struct values_trace *trace;
};
void print_trace(const struct values_trace *trace, const char *path,
                 const struct print_chain *chain, struct buf *out);
void print_trace_json(const struct values_trace *trace, const char *path,
                      const struct print_chain *chain, struct buf *out);

// Findings of several releases.
struct print_findings {
    bool all; // with notes
    bool json;
    struct buf *out;
    size_t mistakes, remarks, notes, printed;
};
// `release`: its label, or NULL for a chart.
void print_findings_add(struct print_findings *p, const struct values_findings *findings,
                        const char *release);
void print_findings_end(struct print_findings *p);
void print_finding_json(const struct values_finding *finding, const char *release, struct buf *out);

struct print_changes {
    bool json;
    struct buf *out;
    size_t printed;
};
void print_changes_add(struct print_changes *p, const values_changes *changes, const char *release);
void print_changes_end(struct print_changes *p);
void print_change_json(const struct values_change *change, const char *release, struct buf *out);

#endif
