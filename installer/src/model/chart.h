// SPDX-License-Identifier: Apache-2.0
// Charts as data, as Helm reads them (v3, pkg/chart/loader and pkg/chartutil): what a chart is made
// of, with its subcharts, and which values its templates would see; and the indexes of their
// repositories, read and made. Templates are not rendered. Pure: where charts come from is the
// caller's matter.
#ifndef MODEL_CHART_H
#define MODEL_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
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

// --- charts of a repository over https ---

// What locks and bundles call one: "https://HOST/PATH/NAME:VERSION".
struct chart_name {
    struct span repository; // its URL, without a slash at its end
    struct span chart;
    struct span version;
};

// False for anything else: the reference of a chart in a registry has no scheme.
bool chart_name_parse(struct span text, struct chart_name *name) MUST_CHECK;
void chart_name_format(const struct chart_name *name, struct buf *out);

// Whether a name can be part of a URL and of a file's name as it is: letters, digits, "-", "_" and
// "." (Helm's convention is stricter).
bool chart_name_is_plain(struct span chart);

// ERR_INTEGRITY unless the chart is of that name and version ("1.2.3" and "v1.2.3+b7" are one
// version to Helm).
int chart_check_name(const struct chart *chart, const struct chart_name *name, struct err **err)
    MUST_CHECK;

// --- the index of a repository, index.yaml (Helm v4, pkg/repo/v1; apiVersion v1) ---

#define CHART_INDEX_MAX_BYTES ((size_t)50 << 20) // the limit of Flux's source-controller
#define CHART_INDEX_VERSIONS_MAX 200000          // of all charts together

struct chart_index;

// What an index has for one version of a chart; borrowed from it.
struct chart_listed {
    struct span version; // as it is written there
    struct span url;     // of the archive: absolute, or relative to the repository
    struct span digest;  // as it is written; may be empty
    bool deprecated, removed;
    bool ambiguous; // that version is there again, with another digest
};

// Reads one, YAML or JSON. `what` is for messages. ERR_SOURCE for what is no index.
struct chart_index *chart_index_read(struct span text, const char *what, struct err **err)
    MUST_CHECK;

// The entry that Helm and Flux take for an exact version: the first one that is written like it,
// else the one that is the same version. ERR_SOURCE when there is none or it has no URL,
// ERR_UNSUPPORTED when several are, which differ in build metadata.
int chart_index_find(const struct chart_index *index, struct span chart, struct span version,
                     struct chart_listed *found, struct err **err) MUST_CHECK;

// An empty one.
struct chart_index *chart_index_new(void) MUST_CHECK RETURNS_NONNULL;
// Adds a chart whose archive is at `url`: what Helm has of a Chart.yaml in an index, `created` at
// the start of 1970. False when that name and version is there already.
bool chart_index_add(struct chart_index *index, const struct chart *chart, const char *url,
                     const struct digest *digest);
// Appends it as YAML: names sorted, newest versions first; the same charts in any order give the
// same bytes.
void chart_index_write(struct chart_index *index, struct buf *out);

void chart_index_free(struct chart_index *index); // NULL-safe
CLEANUP_DEFINE(chart_index_cleanup, struct chart_index, chart_index_free);

#endif
