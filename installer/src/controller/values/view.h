// SPDX-License-Identifier: Apache-2.0
// What trace and check share: a release with its effective values, and its reads as a tree.
#ifndef CONTROLLER_VALUES_VIEW_H
#define CONTROLLER_VALUES_VIEW_H

#include "controller/values.h"

// What is read, key by key.
struct read_key {
    struct span key;
    struct read_key *first, *next;  // below it; beside it
    const struct chart_read *read;  // of this itself by a template, or NULL
    const struct chart_read *whole; // of this and all below it, or NULL
    const struct chart_read *named; // by a schema only, or NULL
};

struct values_view {
    struct values_input input;
    struct doc *doc; // of `all`
    const struct node *all;
    struct arena *arena;
    struct read_key *reads; // NULL when they are not known
    // Reads that could not be had from an execution.
    struct chart_rendering *found;
    const chart_reads *list; // or NULL
};

// How a path is read; the keys of lists are indexes.
enum read_kind {
    READ_NOT,
    READ_NAMED, // by a schema only
    READ_ANY,   // by what goes through all keys, beside others that are asked for by their names
    READ_YES,
};
enum read_kind view_read(const struct values_view *view, const struct span *keys, size_t count,
                         const struct chart_read **read);
// A chart's defaults for a path of the outermost one's values, or NULL. *doc knows its file.
const struct node *view_default(const struct values_view *view, const struct span *keys,
                                size_t count, const struct doc **doc);
// The same in a chart and its subcharts, which are asked first; `skip` leaves out those of `chart`.
typedef void (*view_on_default)(void *data, const struct chart *chart, const struct span *keys,
                                size_t count);
// Calls back for each chart whose values.yaml a path may stand in, subcharts first, with the path
// as it is there.
void view_charts(const struct chart *chart, const struct span *keys, size_t count,
                 view_on_default on_default, void *data);
// How many keys name subcharts in front of "global"; 0 for other paths.
size_t view_global(const struct chart *chart, const struct span *keys, size_t count);

// "map", "list", "text", "number", "boolean", "null".
const char *view_type(const struct node *n);
// A value in one line, cut where it is long.
const char *view_show(struct arena *a, const struct node *n);
const char *view_file(const struct doc *doc, const struct node *n);

#endif
