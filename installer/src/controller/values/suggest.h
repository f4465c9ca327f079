// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant by a path that nobody reads.
#ifndef CONTROLLER_VALUES_SUGGEST_H
#define CONTROLLER_VALUES_SUGGEST_H

#include "controller/values/view.h"

struct suggestion {
    enum values_fault fault;       // VALUES_MISSPELT, VALUES_WRONG_LEVEL, or VALUES_UNREAD: none
    const char *path;              // that is meant
    const struct chart_read *read; // where that is read
};
// For a path whose last key is the first that is not read. In `a`.
struct suggestion suggest(const struct values_view *view, struct arena *a, const struct span *keys,
                          size_t count) MUST_CHECK;

#endif
