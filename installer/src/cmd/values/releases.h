// SPDX-License-Identifier: Apache-2.0
// The releases that a command of `values` looks at: all that a tree comes to, or one chart with
// files of values (--chart).
#ifndef CMD_VALUES_RELEASES_H
#define CMD_VALUES_RELEASES_H

#include "cmd/values/input.h"
#include "work/artifacts.h"

struct releases {
    const char
        *other; // the entrypoint that is compared with, whose folder a revision is of; or NULL
    struct artifacts_remote remote;
    struct deep *deep; // NULL with --chart
    VEC(struct input *) items;
};

// ERR_USAGE, ERR_CONFIG, and what fetching may fail with. `entrypoint` may be NULL. Blocks.
int releases_open(struct command_env *env, const struct input_options *options,
                  const char *entrypoint, struct releases *releases, struct err **err) MUST_CHECK;
void releases_close(struct releases *releases); // a CLEANUP

// The one that is called NAME or NAMESPACE/NAME; NULL stands for the only one. ERR_USAGE.
struct input *releases_find(const struct releases *releases, const char *name, struct err **err)
    MUST_CHECK;

// A value of a package that its umbrella's chart has made.
struct handed_on {
    const struct input *umbrella;
    const char *object;      // "Secret bigbang/web-values"
    const char *file;        // the umbrella's template of it
    const char *path;        // in the umbrella's values
    struct values_path keys; // the same
};
// Where the umbrella's values have what the layer called `label` has at `path` as `value`. False
// for a layer that no chart has made, and when that cannot be told.
bool releases_trace_back(const struct releases *releases, const struct input *package,
                         const char *label, const char *path, const struct node *value,
                         struct arena *arena, struct handed_on *found);

#endif
