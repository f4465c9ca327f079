// SPDX-License-Identifier: Apache-2.0
// From the output of templates to documents: cut, looked at, sorted (Helm 4.2, pkg/release/v1/util:
// manifest.go, manifest_sorter.go, kind_sorter.go).
#ifndef MODEL_CHART_DOCUMENTS_H
#define MODEL_CHART_DOCUMENTS_H

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "model/chart.h"

// Without "<no value>", what Go writes for what is not there: Helm takes it out of all that a file
// or `tpl` writes. The text itself when it has none; else a new one in `a`.
struct span documents_clean(struct arena *a, struct span text);

// Adds the documents of one template's output, which has to live as long as the rendering; files
// come in the order of their paths. A document with a hook that nobody knows is left out with a
// warning. ERR_CONFIG: no YAML, or no object.
int documents_add(struct chart_rendering *rendering, struct span path, struct span text,
                  struct err **err) MUST_CHECK;

// The same of many outputs on other threads, from the time when each is there. At the end, when all
// are, in the order of their paths, the documents are in `rendering` and sorted, as if they had
// been added in this order. An output lives until all is freed.
struct documents_ahead;
struct documents_ahead *documents_ahead_new(void) MUST_CHECK RETURNS_NONNULL;
void documents_ahead_add(struct documents_ahead *a, const struct chart_output *of);
int documents_ahead_end(struct documents_ahead *a, struct chart_rendering *rendering,
                        const chart_outputs *outputs, struct err **err) MUST_CHECK;
void documents_ahead_free(struct documents_ahead *a); // NULL-safe
CLEANUP_DEFINE(documents_ahead_cleanup, struct documents_ahead, documents_ahead_free);

// Puts manifests and hooks into the order in which Helm installs them, by their kinds.
void documents_sort(struct chart_rendering *rendering);

#endif
