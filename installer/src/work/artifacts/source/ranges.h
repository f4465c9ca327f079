// SPDX-License-Identifier: Apache-2.0
// Ranges of versions of what a registry or a Helm repository has, resolved: to the newest upstream
// while a lock is made, and else to the newest that the lock or the bundle has. That is the same
// one, and the one that Flux resolves to where only the bundle is served.
#ifndef WORK_ARTIFACTS_SOURCE_RANGES_H
#define WORK_ARTIFACTS_SOURCE_RANGES_H

#include "controller/source.h"
#include "model/chart.h"
#include "work/artifacts/walk/walk.h"

// The tag of `repository` ("oci://host/path", no tag) that is wanted; in the walk's arena. Kinds of
// source_pick() and oci_list_tags(); ERR_CONFIG when the lock has none. Blocks.
int ranges_tag(struct walk *w, struct span repository, const struct source_wanted *wanted,
               struct span *tag, struct err **err) MUST_CHECK;

// The version of a chart of a Helm repository that the range in `name->version` ("" for any) means;
// it takes its place.
int ranges_chart(struct walk *w, struct chart_name *name, struct err **err) MUST_CHECK;

#endif
