// SPDX-License-Identifier: Apache-2.0
// The values of one release, looked through: which of the places that set a value wins, which
// template lines read it, and which values are not what they seem. Knows nothing of where layers
// come from: spec.values and valuesFrom of a HelmRelease, or -f files. Pure.
#ifndef CONTROLLER_VALUES_H
#define CONTROLLER_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/chart.h"

// --- paths: "a.b", "a\.b.c" for a key with a dot, "list[0].c" or "list.0.c" for an item ---

struct values_path {
    struct span *items; // in the arena
    size_t len, cap;
};
// ERR_USAGE for what is no path.
int values_path_parse(struct arena *a, struct span text, struct values_path *path, struct err **err)
    MUST_CHECK;
const char *values_path_text(struct arena *a, const struct span *keys, size_t count) MUST_CHECK;
// What is at a path, or NULL.
const struct node *values_at(const struct node *values, const struct span *keys, size_t count);

// --- a release ---

// A source of values; those that come later are laid over it.
struct values_layer {
    const char *label; // "spec.values", "ConfigMap bigbang/common, values.yaml", "-f a.yaml"
    const struct node *values; // a map
    const struct doc *doc;     // that knows the files of its nodes
    bool is_made;              // by a chart, not by a person: see values_find_holder()
};

struct values_input {
    const struct chart *chart;
    const struct values_layer *layers;
    size_t layer_count;
    const struct node *given;          // all layers, laid over each other
    const struct chart_target *target; // with given_doc, the doc of `given`
    // How the chart renders with them: with reads, or NULL when it does not; then `failure` says
    // why.
    const struct chart_rendering *rendering;
    const struct err *failure;
};

// All is borrowed and has to outlive it. ERR_CONFIG where the values do not go with the chart at
// all.
struct values_view;
struct values_view *values_view_new(const struct values_input *input, struct err **err) MUST_CHECK;
void values_view_free(struct values_view *view); // NULL-safe
CLEANUP_DEFINE(values_view_cleanup, struct values_view, values_view_free);

// What the templates see, defaults included, and the doc that knows the files of its nodes.
const struct node *values_effective(const struct values_view *view, const struct doc **doc);

// --- show ---

// Writes a tree as YAML, with a comment "# FILE:LINE" at each leaf when `doc` is not NULL.
void values_write(const struct node *values, const struct doc *doc, struct buf *out);

// --- trace ---

enum values_verdict {
    VALUES_WINS,       // it is what the templates see
    VALUES_MERGED,     // a map: what is in it counts unless something later sets it
    VALUES_OVERRIDDEN, // something later sets it
    VALUES_DELETES,    // a null, which takes away what comes before
    VALUES_IN_THE_WAY, // it, or a key above it, is of another type: it does not count
};
const char *values_verdict_name(enum values_verdict verdict);

struct values_setting {
    const char *label; // the layer's, or "defaults of chart NAME"
    const char *file;
    uint32_t line;
    const char *path;         // of what is set, which may be above the one asked for
    const struct node *value; // as it stands there
    enum values_verdict verdict;
    bool is_default; // of a chart's values.yaml
    size_t layer;    // index of it, when it is none
};
struct values_trace {
    VEC(struct values_setting) settings; // in the order in which they are laid over each other
    const struct node *value;            // what the templates see; NULL: nothing
    VEC(const struct chart_read *) reads;
    struct arena *arena;
};
struct values_trace *values_trace(const struct values_view *view, const struct values_path *path)
    MUST_CHECK RETURNS_NONNULL;
void values_trace_free(struct values_trace *trace); // NULL-safe
CLEANUP_DEFINE(values_trace_cleanup, struct values_trace, values_trace_free);

// The nearest path that is set or read, for a path that is neither; NULL when there is none like
// it. In `a`.
const char *values_nearest(const struct values_view *view, const struct values_path *path,
                           struct arena *a);

// --- images ---

enum values_part_of { VALUES_PART_NAME, VALUES_PART_TAG };
// A value that a part of an image's name comes from.
struct values_part {
    enum values_part_of of;
    struct values_path path;
    const struct node *value;
};
typedef VEC(struct values_part) values_parts;
// Appends the values that the templates read and an image's reference is put together from: the one
// that has its name, or most of it (several, where the same text is read from several places), and
// the one of its tag, unless the name's has that, too. Those that `file`, the template of the
// object, reads itself go before those of helpers. Nothing where the name is none of the values.
// Paths are in `a`.
void values_find_image(struct arena *a, const struct values_view *view, struct span file,
                       struct span reference, values_parts *out);

// --- check ---

enum values_fault {
    VALUES_MISSPELT,    // no template reads it, but one of nearly the same name
    VALUES_WRONG_LEVEL, // no template reads it there, but elsewhere
    VALUES_UNREAD,      // no template reads it
    VALUES_LOST,        // a later layer sets it to something else
    VALUES_TYPE,        // of another type than the chart's default
    VALUES_IMAGE,       // parts of an image's name in the wrong fields
    VALUES_NUMBER,      // prints as something else than it was written
    VALUES_CLASH,       // what Helm warns of
    VALUES_REFUSED,     // the chart does not render with it
};
const char *values_fault_name(enum values_fault fault); // "misspelt key"

enum values_weight {
    VALUES_MISTAKE,
    VALUES_REMARK, // may be meant
    VALUES_NOTE,   // mostly is: for those who ask for all
};
struct values_finding {
    enum values_fault fault;
    enum values_weight weight;
    const char *path;
    const char *file;
    uint32_t line;
    const char *label;        // of the layer, or NULL
    const char *text;         // what is the matter, without the place
    const char *hint;         // what to do
    bool is_made;             // the layer is
    const struct node *value; // or NULL
};
struct values_findings {
    VEC(struct values_finding) items; // by layer and line
    struct arena *arena;
};
struct values_findings *values_check(const struct values_view *view) MUST_CHECK RETURNS_NONNULL;
void values_findings_free(struct values_findings *findings); // NULL-safe
CLEANUP_DEFINE(values_findings_cleanup, struct values_findings, values_findings_free);

// --- values that a chart hands on ---

// An umbrella's chart makes the values of its packages out of its own: what a package `name` has at
// `path` as `value` stands in the umbrella's values below a key of that name (hyphens and case
// aside). Looks for where; the shortest path counts. False when it is nowhere.
bool values_find_holder(struct arena *a, const struct node *umbrella, struct span name,
                        const struct values_path *path, const struct node *value,
                        struct values_path *found);

// --- diff ---

struct values_change {
    const char *path;
    const struct node *before, *after; // NULL: not there
};
typedef VEC(struct values_change) values_changes;
// Appends what differs between two trees, leaf by leaf, by path; paths in `a`.
void values_diff(struct arena *a, const struct node *before, const struct node *after,
                 values_changes *out);

#endif
