// SPDX-License-Identifier: Apache-2.0
// The packages in the values of an umbrella chart, by the convention of Big Bang (docs/guides and
// chart/values.yaml of it): a map with a source, `git` or `helmRepo`, and a switch, `enabled`.
// Pure.
#ifndef WORK_ARTIFACTS_UMBRELLA_H
#define WORK_ARTIFACTS_UMBRELLA_H

#include <stdbool.h>

#include "base/arena.h"
#include "io/doc.h"

// Whether a map of the values is a package, on or off: it has a source.
bool umbrella_is_package(const struct node *map);
// Whether it is one that is on. Words like "auto" turn it on: the cluster decides later, so it must
// be there. A source without a switch is taken to be on: additional packages are, and the wrapper
// that comes with the first of them.
bool umbrella_is_on(const struct node *map);
// Whether that is only an assumption: nothing turns it on, and there is no additional package.
bool umbrella_is_assumed(const struct node *values, const struct node *package);

// Whether it comes from a Helm repository, and not from git.
bool umbrella_is_from_repository(const struct node *package);
// Of a package from git: the reference as git_resolve() takes it, "" for the default branch; in the
// arena.
const char *umbrella_git_ref(struct arena *arena, const struct node *package);
// Of one from a Helm repository: its URL, which the values have under the name that the package
// says; "" when they do not.
struct span umbrella_repository(const struct node *values, const struct node *package);

#endif
