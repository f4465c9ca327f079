// SPDX-License-Identifier: Apache-2.0
// The index of a repository as a document, for those that read and those that make one.
#ifndef MODEL_CHART_INDEX_H
#define MODEL_CHART_INDEX_H

#include "model/chart.h"

struct chart_index {
    struct doc *doc;
    struct node *entries; // by name: lists of versions
    const char *what;     // for messages; in the document's arena
};

#endif
