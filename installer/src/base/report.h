// SPDX-License-Identifier: Apache-2.0
// The event sink: low modules say what happens, a renderer above decides how it looks (io/term.h:
// plain lines or JSON lines on stderr). Library code never prints.
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/compiler.h"

enum report_level {
    REPORT_TRACE, // shown for the components that --trace names
    REPORT_INFO,
    REPORT_WARN,
};

struct report_event {
    enum report_level level;
    const char *component; // "http", "kube", "layers", ...: the module that speaks
    const char *layer;     // or NULL
    const char *object;    // "HelmRelease bigbang/podinfo", or NULL
    const char *text;      // one line, no newline; URLs in it are masked on the way
    const char *finding;   // what the line tells of, as a JSON object for programs, masked; or NULL
};

struct report {
    void (*emit)(struct report *r, const struct report_event *event);
    // Whether a trace of this component would be shown; NULL: never.
    bool (*traces)(struct report *r, const char *component);
};

// All take a NULL report, which drops everything.
void report_event(struct report *r, const struct report_event *event);
void report_info(struct report *r, const char *component, const char *fmt, ...) PRINTF(3, 4);
void report_warn(struct report *r, const char *component, const char *fmt, ...) PRINTF(3, 4);
void report_trace(struct report *r, const char *component, const char *fmt, ...) PRINTF(3, 4);

// A line about one object of one layer; both may be NULL.
void report_object(struct report *r, const char *component, const char *layer, const char *object,
                   const char *fmt, ...) PRINTF(5, 6);

#endif
