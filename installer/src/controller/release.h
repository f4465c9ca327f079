// SPDX-License-Identifier: Apache-2.0
// What helm-controller (1.6, of Flux 2.9) would install for a HelmRelease, in its own steps: values
// composed from valuesFrom and values, the chart rendered, post-rendered, and the objects that come
// of it. Pure: what is in the cluster is asked of the caller.
#ifndef CONTROLLER_RELEASE_H
#define CONTROLLER_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/report.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/chart.h"
#include "model/kustomize.h"

// What a reader of the result has to know: something optional is missing, a field needs a cluster.
struct release_note {
    const char *field; // "spec.valuesFrom[1]"; a template's "chart/templates/x.yaml:12"
    const char *text;
};
typedef VEC(struct release_note) release_notes;

// --- values ---

// A ConfigMap or Secret as it will be in the cluster, with the doc that it is of; NULL when nothing
// that is known makes it.
typedef const struct node *(*release_find)(void *data, const struct identity *id,
                                           const struct doc **doc);

// One that takes part in a release's values; in the order in which they are laid over each other.
struct release_layer {
    const char *label;         // "ConfigMap bigbang/values, values.yaml", "spec.values"
    const struct node *values; // a map, or NULL for one that holds nothing
    const char *target_path;   // of a single value; else NULL
};

// Nodes have the file (doc_file_name) and line where they were set: of the tree where that is
// known, else of the text within the object, whose label the file's name is then.
struct release_values {
    struct doc *doc;           // owns all
    const struct node *values; // a map: what the controller hands to Helm
    VEC(struct release_layer) layers;
    release_notes notes;
};

// Composes the values of `release`, a HelmRelease of `release_doc`. ERR_CONFIG where the controller
// fails: a holder or key that is missing and not optional, a text that is no map of YAML.
int release_compose(const struct node *release, const struct doc *release_doc, release_find find,
                    void *data, struct release_values *out, struct err **err) MUST_CHECK;
void release_values_free(struct release_values *values); // also a CLEANUP

// --- names ---

// What Helm calls the release: releaseName, or the object's name behind targetNamespace, shortened
// as the controller does; in `arena`.
struct span release_name(struct arena *arena, const struct node *release);
// Where its objects go, and where Helm keeps its record; borrowed from the object.
struct span release_namespace(const struct node *release);
struct span release_storage_namespace(const struct node *release);

// --- what is installed ---

struct release_options {
    const struct node *release; // the HelmRelease
    const struct doc *release_doc;
    const struct chart *chart;
    const struct release_values *values;
    struct span kube_version;        // "1.34.4": what the cluster is said to be
    const struct span *api_versions; // "g/v" or "g/v/Kind" that it serves beside its own
    size_t api_version_count;
    struct kustomize_resolver *resolver; // of patches that are remote; NULL: there are none
    struct report *report;               // may be NULL
    // Answers `lookup`, as of chart_target; NULL: there is never such an object.
    int (*lookup)(void *data, struct doc *d, struct span api_version, struct span kind,
                  struct span space, struct span name, struct node **found, struct err **err);
    // Whether the kind, which is of a custom resource, has no namespace; NULL: none.
    bool (*is_cluster_scoped)(void *data, struct span group, struct span kind);
    void *data;
    bool track_reads; // as of chart_target
};

struct release_object {
    const struct doc *doc;   // that the node is of
    const struct node *node; // as it will be in the cluster: with what is put into it on the way
    struct identity id;      // with the namespace that it goes to; "" for one without any
    const char *path;        // that it is of: "chart/templates/x.yaml", "chart/crds/y.yaml"
    bool is_crd;             // of crds/
    bool is_crd_too;         // of a template, and crds/ has it, too
    unsigned hooks;          // bits of enum chart_hook; 0: no hook
    bool runs;               // false: a hook that nothing calls (hooks or tests are off)
};

typedef VEC(struct doc *) release_docs;

struct release_result {
    release_docs docs;                  // own the nodes
    struct arena *arena;                // owns the texts
    VEC(struct release_object) objects; // CRDs, then in Helm's order; hooks last
    struct buf manifest;                // byte for byte what Helm's record of the release has
    struct chart_rendering *rendering;  // post-rendered manifests and hooks as the record has
                                        // them; random, lookups, questions, reads
    release_notes notes;
};

// Renders what is installed first: revision 1, no upgrade. ERR_CONFIG where the controller fails;
// then there is nothing to free. What it gives borrows from all that `options` name until
// release_result_trim(). No network, but for patches that `resolver` has to get.
int release_render(const struct release_options *options, struct release_result *result,
                   struct err **err) MUST_CHECK;
// Frees the manifest and, as chart_rendering_trim(), all texts of the rendering. Objects and notes
// stay, and borrow nothing from anybody any more.
void release_result_trim(struct release_result *result);
void release_result_free(struct release_result *result); // also a CLEANUP

// All that a plain cluster of this Kubernetes version serves, "g/v" and "g/v/Kind": appended, in
// `arena`. What is off by default (alpha, most beta) is left out. ERR_CONFIG: no version.
typedef VEC(struct span) release_api_versions;
int release_builtin_apis(struct arena *arena, struct span kube_version, release_api_versions *out,
                         struct err **err) MUST_CHECK;

#endif
