// SPDX-License-Identifier: Apache-2.0
// Charts as data: loaded with their subcharts, their values, and the images that they name.
// Templates are not rendered.
#ifndef WORK_ARTIFACTS_CHART_H
#define WORK_ARTIFACTS_CHART_H

#include "work/artifacts/walk.h"

#define CHART_MAX_BYTES ((uint64_t)100 << 20) // of a chart with its subcharts, Helm's limit
#define CHART_SUBCHARTS_MAX 1000              // of a chart, at all depths

struct chart {
    const struct node *meta;            // Chart.yaml; NULL: not loaded
    const struct node *values;          // values.yaml, or NULL
    const struct node *dependencies[2]; // of Chart.yaml and of requirements.yaml, or NULL
    VEC(struct chart *) subcharts;      // all in charts/, in the arena of the walk
};

// --- chart.c: where charts come from ---

// From a folder of a git repository ("chart", "./chart"). `user` is who wants it, for messages.
int chart_from_git(struct walk *w, const struct sources_git *git, struct span path,
                   const char *user, struct chart *chart, struct err **err) MUST_CHECK;
// From a registry: pulls it, adds it to the lock.
int chart_from_oci(struct walk *w, struct span reference, const char *user, struct chart *chart,
                   struct err **err) MUST_CHECK;

// --- chart_load.c ---

struct chart_file {
    const char *path; // within the chart
    struct span content;
};
struct chart_files {
    struct chart_file *items;
    size_t len, cap;
};
void chart_files_free(struct chart_files *files);

// What is left of the limits of one chart with all that is in it.
struct chart_limits {
    uint64_t bytes; // that come out of archives
    unsigned depth; // charts around this one
    size_t charts;  // loaded so far
};

// Whether a file of a chart is of use to the loader.
bool chart_needs_file(const char *path);
// Loads a chart from its files, which are sorted; their contents are not needed after. ERR_CONFIG,
// ERR_SOURCE, ERR_INTEGRITY.
int chart_load_files(struct walk *w, struct chart_files *files, const char *what,
                     struct chart *chart, struct err **err) MUST_CHECK;
// From a .tgz, whose first folder is the chart.
int chart_load_archive(struct walk *w, struct span tgz, const char *what,
                       struct chart_limits *limits, struct chart *chart, struct err **err)
    MUST_CHECK;

// --- chart_values.c ---

// Values laid over each other: maps deeply, everything else replaced, nulls stay. `over` wins;
// either may be NULL. The result is a new tree of a doc of the walk.
struct node *chart_merge(struct walk *w, const struct node *under, const struct node *over);
// What the templates would see: `given` over the defaults of the chart and of its subcharts, where
// a null takes a default away.
// ERR_CONFIG: too many subcharts.
struct node *chart_values(struct walk *w, const struct chart *chart, const struct node *given,
                          struct err **err) MUST_CHECK;

// A subchart as its parent uses it.
struct chart_use {
    struct span name; // its alias, or else its own
    bool on;          // by condition and tags; on when that cannot be told
};
typedef VEC(struct chart_use) chart_uses;

// How `chart` uses its subchart; once for each alias. `values` are those of `chart`, `tags` the
// root's. A chart that no dependency declares is on.
void chart_subchart_uses(struct walk *w, const struct chart *chart, const struct chart *subchart,
                         const struct node *values, const struct node *tags, chart_uses *out);

// Whether a key of its values is the section of a subchart.
bool chart_is_section(struct walk *w, const struct chart *chart, struct span key);

// --- chart_images.c ---

// Adds the images that a chart and its subcharts name: by helm.sh/images (Big Bang's ADR 0008),
// which also speaks for subcharts without one, or else by maps of the values that look like one.
// A chart whose images were guessed is noted in the lock. `values` are chart_values().
int chart_images(struct walk *w, const struct chart *chart, const struct node *values,
                 const char *user, struct err **err) MUST_CHECK;

#endif
