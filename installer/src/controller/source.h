// SPDX-License-Identifier: Apache-2.0
// What source-controller (of Flux 2.9.4) makes of the content of sources: which version a range
// means, what an artifact holds, what a chart is packaged into. Pure: content comes from the
// caller, in memory.
#ifndef CONTROLLER_SOURCE_H
#define CONTROLLER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"
#include "model/chart.h"
#include "model/kustomize.h"

// --- versions (pick.c) ---

struct source_wanted {
    struct span range;  // as Masterminds/semver reads one
    struct span filter; // spec.ref.semverFilter, Go's regexp; may be empty
    bool is_chart;      // of a HelmRepository: what is written like the range is taken at once, and
                        // no range means any version that is no pre-release
    bool is_chart_tag;  // tags of charts in a registry, where "_" stands for "+" (for an
                        // OCIRepository only with the media type of charts in its layerSelector)
};

// Which of `versions` (tags of git or of a registry, versions of an index) a range means: the
// newest that it admits of those that the filter matches. What is no version of three numbers is
// passed over ("v" may stand in front). Of those that differ in build metadata only the first one
// is taken. *picked is an index. ERR_CONFIG for a bad range or filter, ERR_SOURCE when none fits.
int source_pick(const struct source_wanted *wanted, const struct span *versions, size_t count,
                size_t *picked, struct err **err) MUST_CHECK;

// Whether a text names one version and no range, so that nobody has to be asked for others.
bool source_is_version(struct span text);

// --- submodules (submodules.c) ---

// One of .gitmodules; in the arena.
struct source_submodule {
    const char *name;
    const char *path; // within the repository, clean
    const char *url;  // absolute: relative ones are taken from the repository's
};
typedef VEC(struct source_submodule) source_submodules;

// Reads a .gitmodules; `repository_url` is where it comes from. Of equal names the last value of a
// key counts. ERR_CONFIG with the line.
int source_submodules_read(struct arena *arena, struct span gitmodules, const char *repository_url,
                           source_submodules *out, struct err **err) MUST_CHECK;

// --- artifacts (artifact.c, ignore.c) ---

// An entry of spec.include of a GitRepository.
struct source_include {
    struct identity repository;
    const char *from; // path within its artifact; "" for all of it
    const char *to;   // path within the including one: its name when none is given
};
typedef VEC(struct source_include) source_includes;

// Whether the artifact has what its submodules have: with spec.sparseCheckout Flux fetches none.
bool source_has_submodules(const struct node *repository);

// ERR_CONFIG for what is no include.
int source_includes_read(struct arena *arena, const struct node *repository, source_includes *out,
                         struct err **err) MUST_CHECK;

// The artifact of a GitRepository or OCIRepository as a new tree in memory: of `content` (a tree in
// memory, submodules already in it) what spec.sparseCheckout, the default list, .sourceignore files
// and spec.ignore leave, with the artifacts of spec.include (`included[i]` for entry i) copied in
// before these patterns count. Symbolic links are never in one. The caller's; contents are borrowed
// from `content` and `included`, which outlive it. ERR_CONFIG in source-controller's words where it
// fails.
struct kustomize_tree *source_artifact(const struct node *source, struct kustomize_tree *content,
                                       struct kustomize_tree *const *included, size_t count,
                                       struct err **err) MUST_CHECK;

// Patterns of what is left out; of several that match, the last one wins.
struct source_ignore;
struct source_ignore *source_ignore_new(void) MUST_CHECK RETURNS_NONNULL;
// Adds those of a text in the form of .gitignore; how many. `domain` is the folder that they are
// of: "", "a/b".
size_t source_ignore_add(struct source_ignore *ignore, struct span text, const char *domain);
// Whether the file or folder `path` ("a/b.yaml") is left out by them.
bool source_ignores(const struct source_ignore *ignore, const char *path, bool is_folder);
void source_ignore_free(struct source_ignore *ignore); // NULL-safe
CLEANUP_DEFINE(source_ignore_cleanup, struct source_ignore, source_ignore_free);

// --- charts (package.c) ---

// What packaging changes in a chart (spec of a HelmChart, or spec.chart.spec of a HelmRelease):
// valuesFiles merged become its values.yaml (paths from the root of `artifact`, or within the chart
// when `artifact` is NULL, which is so for a HelmRepository), and the version gets the source's
// `revision` ("main@sha1:…", reconcileStrategy Revision) and the generation of the HelmChart, which
// is taken to be its first, as build metadata. `what` names who wants it in messages. ERR_CONFIG.
int source_package_chart(struct chart *chart, const struct node *chart_spec,
                         struct kustomize_tree *artifact, struct span revision, const char *what,
                         struct err **err) MUST_CHECK;

#endif
