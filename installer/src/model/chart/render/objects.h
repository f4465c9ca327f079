// SPDX-License-Identifier: Apache-2.0
// The objects of Helm that templates see: instances of its Go types, with their methods. All live
// in the arena of the rendering.
#ifndef MODEL_CHART_OBJECTS_H
#define MODEL_CHART_OBJECTS_H

#include "io/template.h"
#include "model/chart.h"
#include "model/chart/values/instance.h"

// common.Values: a map with methods (AsMap, YAML, Table, PathValue). The map is shared.
struct value object_values(struct value_map *map) MUST_CHECK;

// engine.files: .Files of a chart. The contents are shared. One that comes later and cannot be read
// any more is empty to templates, which have no error for that: *trouble has it then, if it is the
// first, and what the templates write is not to be used.
struct value object_files(struct arena *a, const chart_files *files, struct err **trouble)
    MUST_CHECK;

// .Chart: a map with the names that the fields have in Go.
struct value object_chart(struct arena *a, const struct chart_instance *instance) MUST_CHECK;

// A version of Kubernetes as Helm reads --kube-version: two numbers or more, and whatever follows.
struct kube_version {
    struct span full;  // "v1.33.4-gke.1245000"
    struct span plain; // "v1.33.4", what charts are checked against
    struct span major, minor;
};
// Empty: Helm's default. ERR_CONFIG.
int object_kube_version(struct arena *a, struct span text, struct kube_version *version,
                        struct err **err) MUST_CHECK;

// Told of every question about versions, as chart_question has it; texts are borrowed.
struct capabilities_listener {
    void (*asked)(void *data, enum chart_asked of, struct span what, struct span answer);
    void *data;
};

// *common.Capabilities: .Capabilities, with the target's versions of the API behind those that
// every cluster is said to have. `version` and `listener` (may be NULL) are kept.
struct value object_capabilities(struct arena *a, const struct kube_version *version,
                                 const struct chart_target *target,
                                 const struct capabilities_listener *listener) MUST_CHECK;

// The row of that name in a table of methods, which ends with a row without a name, or NULL.
const struct template_function *object_method(const struct template_function *methods,
                                              struct span name);

#endif
