// SPDX-License-Identifier: Apache-2.0
// A chart with the values that it is rendered with: which subcharts are on, under which names, with
// which values (Helm 4.2, pkg/chart/v2/util/dependencies.go and common/util/coalesce.go).
#ifndef MODEL_CHART_INSTANCE_H
#define MODEL_CHART_INSTANCE_H

#include "base/vec.h"
#include "model/chart.h"

struct chart_instance {
    const struct chart *chart;
    struct span name; // its own, or the alias
    struct span path; // "parent/charts/name", of the outermost its name: what "# Source:" prints
    bool is_root;
    // A map. Those of a subchart are the same node that its parent has under its name; what else
    // stands in several places (globals) is marked CONVERT_SHARED.
    struct node *values;
    VEC(struct chart_instance *) subcharts; // those that are on, in the order of Helm
    VEC(const struct node *)
    dependencies; // rows of Chart.yaml that are still there, typed like
                  // chart->meta, with their aliases as names
};

// `given` are the user's values, a map of `given_doc` or NULL; neither it nor the chart is changed.
// All that is new lives in `d`; of the chart only its files are borrowed. ERR_CONFIG: Helm's words
// for what it refuses (dependencies that are not in charts/, libraries, versions of Kubernetes,
// types that clash), and values that grow without an end.
struct chart_instance *chart_instantiate(struct doc *d, const struct chart *chart,
                                         const struct node *given, const struct doc *given_doc,
                                         struct span kube_version, chart_warnings *warnings,
                                         struct err **err) MUST_CHECK;

#endif
