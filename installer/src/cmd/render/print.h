// SPDX-License-Identifier: Apache-2.0
// How `render` prints a result: YAML or JSON, with or without origins, to one file per object, or
// as the difference of two results.
#ifndef CMD_RENDER_PRINT_H
#define CMD_RENDER_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/file.h"
#include "model/kustomize.h"

struct print_options {
    bool json;
    bool origin;
    bool tree_order;
    const struct cancel *cancel; // asked at every object; may be NULL
};

// Appends all objects to `out`. ERR_CANCELLED.
int print_objects(const struct kustomize_result *r, const struct print_options *o, struct buf *out,
                  struct err **err) MUST_CHECK;

// Who may read a file with all objects: what holds a Secret is its owner's alone.
enum file_access print_access(const struct kustomize_result *r);

// Writes each object to a file of its own in `folder` (made if missing), under the names that
// kustomize gives them. ERR_CONFIG, before anything is written when two have one name;
// ERR_CANCELLED.
int print_to_folder(const struct kustomize_result *r, const struct print_options *o,
                    const char *folder, struct err **err) MUST_CHECK;

// Appends what differs, object by object, as unified diffs; returns how many objects differ.
size_t print_difference(const struct kustomize_result *a, const struct kustomize_result *b,
                        struct buf *out);
// The same as `--deep --diff` has it in JSON: the fields that differ, with both values.
size_t print_difference_json(const struct kustomize_result *a, const struct kustomize_result *b,
                             struct buf *out);

// Appends "<file>:<line>"; without a file nothing.
void print_place(const char *file, uint32_t line, struct buf *out);
// Appends the fields of an object that came from another file than it, with their places.
void print_fields_of(const struct doc *d, const struct node *object, struct buf *out);
// What the file of an object is called, as kustomize names it; in the arena.
const char *print_file_name(struct arena *arena, struct span api_version, struct span kind,
                            struct span ns, struct span name, bool json);

// Appends a unified diff of two texts under `name`; nothing when they are equal.
void diff_lines(struct span a, struct span b, const char *name, struct buf *out);

#endif
