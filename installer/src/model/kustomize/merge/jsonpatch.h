// SPDX-License-Identifier: Apache-2.0
// JSON patches (RFC 6902) as kustomize applies them, with its library's leniencies: `replace` of a
// missing field adds it, indexes below zero count from the end, a missing value is null.
#ifndef MODEL_KUSTOMIZE_MERGE_JSONPATCH_H
#define MODEL_KUSTOMIZE_MERGE_JSONPATCH_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "io/doc.h"

struct jsonpatch; // in the arena of its doc

// Reads a list of operations, YAML or JSON. ERR_CONFIG also for what is no such list.
struct jsonpatch *jsonpatch_parse(struct doc *d, struct span text, const char *file,
                                  struct err **err) MUST_CHECK;

// The number of operations.
size_t jsonpatch_len(const struct jsonpatch *p);

// Applies all operations to `target`, in place. After an error the target is half patched.
// kustomize does this on JSON, so every scalar is typed for good and numbers pass through doubles.
// ERR_CONFIG names the operation, the path and the part of it that is missing.
int jsonpatch_apply(struct doc *d, const struct jsonpatch *p, struct node *target, struct err **err)
    MUST_CHECK;

#endif
