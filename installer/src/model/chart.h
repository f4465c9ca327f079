// SPDX-License-Identifier: Apache-2.0
// Charts as data, as Helm reads them (v3, pkg/chart/loader and pkg/chartutil): what a chart is made
// of, with its subcharts, and which values its templates would see. Templates are not rendered.
// Pure: where charts come from is the caller's matter.
#ifndef MODEL_CHART_H
#define MODEL_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

#define CHART_MAX_BYTES ((uint64_t)100 << 20) // of a chart with its subcharts, Helm's limit
#define CHART_SUBCHARTS_MAX 1000              // of a chart, at all depths
#define CHART_DEPTH_MAX 16                    // of charts in charts

struct chart_store;

struct chart {
    const struct node *meta;            // Chart.yaml
    const struct node *values;          // values.yaml, or NULL
    const struct node *dependencies[2]; // of Chart.yaml and of requirements.yaml, or NULL
    VEC(struct chart *) subcharts;      // all in charts/, in the order of their files' names
    struct chart_store *store;          // of the outermost chart, which owns all; else NULL
};

// --- loading ---

struct chart_file {
    const char *path; // within the chart
    struct span content;
};
typedef VEC(struct chart_file) chart_files;
void chart_files_free(chart_files *files); // a CLEANUP; the contents are the caller's

// Whether a file of a chart is of use to the loader; the others need not be given to it.
bool chart_needs_file(const char *path);

// Loads a chart from its files, which are sorted here; their contents are not needed after. `what`
// is for messages. ERR_CONFIG for a file that is no YAML or no map, and for charts nested too deep
// or too many; ERR_SOURCE without a Chart.yaml; ERR_INTEGRITY for archives in it that are broken or
// too large.
struct chart *chart_load_files(chart_files *files, const char *what, struct err **err) MUST_CHECK;

// Loads one from a .tgz, whose first folder is the chart. Kinds as above.
struct chart *chart_load_archive(struct span tgz, const char *what, struct err **err) MUST_CHECK;

// Of the outermost chart, with all that is in it. NULL-safe.
void chart_free(struct chart *chart);
CLEANUP_DEFINE(chart_cleanup, struct chart, chart_free);

// --- subcharts ---

// A subchart as its parent uses it.
struct chart_use {
    const struct chart *subchart;
    struct span name; // its alias, or else its own
    bool on;          // by condition and tags; on when that cannot be told
};
typedef VEC(struct chart_use) chart_uses;
void chart_uses_free(chart_uses *uses); // a CLEANUP

// Appends how `chart` uses its subcharts, once for each alias. `values` are those of `chart`,
// `tags` those of the outermost chart; either may be NULL. A chart that no dependency declares is
// on.
void chart_uses_of(const struct chart *chart, const struct node *values, const struct node *tags,
                   chart_uses *out);

// Whether one of them has that name: then this key of the values is the subchart's section.
bool chart_uses_name(const chart_uses *uses, struct span name);

// --- values ---

// Lays `over` (may be NULL) over the map `values` of `d`: maps deeply, everything else replaced,
// nulls stay.
void chart_merge(struct doc *d, struct node *values, const struct node *over);

// What the templates would see: `given` (may be NULL) over the defaults of the chart and of its
// subcharts, where a null takes a default away. A new tree in `d`. ERR_CONFIG: too many subcharts.
struct node *chart_values(struct doc *d, const struct chart *chart, const struct node *given,
                          struct err **err) MUST_CHECK;

#endif
