// SPDX-License-Identifier: Apache-2.0
// `render --deep`: the entrypoint down to every object that will be in the cluster.
#ifndef CMD_RENDER_DEEP_H
#define CMD_RENDER_DEEP_H

#include "base/command.h"
#include "base/map.h"
#include "work/artifacts.h"

struct deep_command {
    const char *folder; // or a bundle
    const char *other;  // likewise, for `diff`
    const char *write;
    struct artifacts_from from;
    const char *kube_version;
    bool diff, origin;
};

int deep_run(struct command_env *env, const struct deep_command *o, struct err **err) MUST_CHECK;

// --- deep_print.c ---

struct deep_print {
    bool json, origin;
    const struct cancel *cancel; // asked at every object; may be NULL
};

// Appends all objects, layer by layer. ERR_CANCELLED.
int deep_print_objects(const struct deep *deep, const struct deep_print *o, struct buf *out,
                       struct err **err) MUST_CHECK;
// Writes each object to a file of its own in a folder for its layer. ERR_CANCELLED, ERR_CONFIG.
int deep_print_folder(const struct deep *deep, const struct deep_print *o, const char *folder,
                      struct err **err) MUST_CHECK;

// Where an object comes from, and who applies it.
struct node *deep_origin_node(struct doc *d, const struct deep_object *object) MUST_CHECK;

// --- deep_diff.c ---

// Fields that differ each time.
struct deep_randoms {
    struct arena *arena; // NULL: none yet
    struct map fields;   // identity_key() and the path of the field
};
// Adds those in which the same tree, built twice, differs.
void deep_randoms_add(struct deep_randoms *randoms, const struct deep *once,
                      const struct deep *again);
void deep_randoms_free(struct deep_randoms *randoms); // also a CLEANUP

// Appends which fields of which objects differ, apart from the random ones; how many objects do.
size_t deep_print_difference(const struct deep *a, const struct deep *b,
                             const struct deep_randoms *randoms, bool json, struct buf *out);

#endif
