// SPDX-License-Identifier: Apache-2.0
// How events and errors look: plain lines with the elapsed time, or one JSON object per line. The
// only module that writes to stderr; results on stdout are the commands' own.
#ifndef IO_TERM_H
#define IO_TERM_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/report.h"

enum term_format {
    TERM_LINES, // "  12.3s bigbang: HelmRelease bigbang/podinfo: retrying"
    TERM_JSON,  // {"time":"…","elapsed_ms":12345,"level":"info","component":"layers",…}
};

// A report that writes to `fd` (borrowed). `trace_names` names the components whose traces are
// shown, separated by commas, "all" for every one; NULL for none. Texts are written as text_plain()
// makes them, so that no object's message can steer the terminal; JSON lines are valid UTF-8.
struct report *term_report_new(int fd, enum term_format format, const char *trace_names)
    MUST_CHECK RETURNS_NONNULL;
void term_report_free(struct report *r); // NULL-safe
CLEANUP_DEFINE(term_report_cleanup, struct report, term_report_free);

// Writes the whole chain of an error and its hint to `fd`: "sandstrap: <chain>" and
// "hint: <hint>", or {"level":"error","kind":…,"exit":…,"text":…,"hint":…}.
void term_error(int fd, enum term_format format, const struct err *error);

#endif
