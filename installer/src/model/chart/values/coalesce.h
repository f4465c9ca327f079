// SPDX-License-Identifier: Apache-2.0
// Values of a tree of charts, coalesced and merged (Helm's pkg/chart/common/util/coalesce.go). As
// there, maps are shared where Helm shares them: what is laid over one is seen in all places.
#ifndef MODEL_CHART_COALESCE_H
#define MODEL_CHART_COALESCE_H

#include "base/map.h"
#include "model/chart.h"
#include "model/chart/values/part.h"

// Of one instance, all charts and stages together. Charts are hostile: what they import into each
// other can grow without an end.
#define COALESCE_STEPS_MAX 20000000
#define COALESCE_DEPTH_MAX 400 // of maps in maps

// All trees that are made or changed are of `d`.
struct coalescing {
    struct doc *d;
    bool borrows;  // all that is copied from outlives `d`: keys and scalars are not copied
    bool fleeting; // of those that borrow: what is made is asked for no places, nor outlives this
    size_t steps;
    struct map files; // of `d`, by their names: one more than the index
    chart_warnings *warnings;
    struct arena *words; // that the warnings live in
    struct err **err;
};
void coalescing_free(struct coalescing *c); // a CLEANUP

// A tree of the user or of a chart, with the doc that knows the names of its files.
struct tree {
    const struct node *root; // a map or NULL
    const struct doc *doc;   // or NULL
};

// The values of a chart and its subcharts: those given over the defaults. `merge`: nulls stay, for
// another round. NULL on failure.
struct node *coalesce_values(struct coalescing *c, const struct part *part, struct tree given,
                             bool merge) MUST_CHECK;

// Lays `dst` over `src`, with the nulls of both: what `dst` lacks is shared with `src` then.
int coalesce_merge(struct coalescing *c, struct node *dst, struct node *src) MUST_CHECK;

// A deep copy, in which nothing is shared. NULL on failure.
struct node *coalesce_copy(struct coalescing *c, struct tree tree) MUST_CHECK;

// Says something in Helm's words, once.
void coalesce_warn(struct coalescing *c, const char *fmt, ...) PRINTF(2, 3);

#endif
