// SPDX-License-Identifier: Apache-2.0
// Chart.yaml as Helm types it.
#ifndef MODEL_CHART_META_H
#define MODEL_CHART_META_H

#include "base/compiler.h"
#include "base/err.h"
#include "io/doc.h"

// Adds to the map `meta` the fields of a Chart.yaml that `from`, a tree of `d`, has: over those
// that are there, as Helm reads requirements.yaml over Chart.yaml. `what` names the file.
// ERR_CONFIG for a value of another type.
int meta_read(struct doc *d, const struct node *from, const char *what, struct node *meta,
              struct err **err) MUST_CHECK;

// Fills in the apiVersion, cleans the texts and checks what Helm checks. `what` names the chart.
// ERR_CONFIG.
int meta_check(struct doc *d, struct node *meta, const char *what, struct err **err) MUST_CHECK;

#endif
