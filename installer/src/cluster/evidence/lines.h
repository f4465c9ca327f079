// SPDX-License-Identifier: Apache-2.0
// Lines of evidence in the making: short, safe to show, in an arena.
#ifndef CLUSTER_EVIDENCE_LINES_H
#define CLUSTER_EVIDENCE_LINES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/vec.h"

#define EVIDENCE_LINE_BYTES 400 // of one line; the rest is cut

struct evidence_lines {
    VEC(const char *) list;
};

// Adds "<lead><text>" without control characters.
void evidence_lines_add(struct evidence_lines *lines, struct arena *arena, const char *lead,
                        struct span text);

// The list, ended by NULL; NULL when there are no lines.
const char *const *evidence_lines_end(struct evidence_lines *lines, struct arena *arena);

#endif
