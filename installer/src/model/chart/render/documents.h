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

// Puts manifests and hooks into the order in which Helm installs them, by their kinds.
void documents_sort(struct chart_rendering *rendering);

#endif
