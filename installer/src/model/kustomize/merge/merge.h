// SPDX-License-Identifier: Apache-2.0
// Strategic merge patches as kustomize applies them (kyaml's merge2): maps are merged, lists that
// the schema knows by their keys are merged element by element with the patch's elements first, all
// else is replaced; null removes; `$patch: delete|replace|merge` decides for a map or list. The
// other directives of kubectl ($setElementOrder, $retainKeys, $deleteFromPrimitiveList) are plain
// fields to kustomize, and so they are here.
#ifndef MODEL_KUSTOMIZE_MERGE_MERGE_H
#define MODEL_KUSTOMIZE_MERGE_MERGE_H

#include "base/compiler.h"
#include "base/err.h"
#include "io/doc.h"
#include "model/kustomize/schema/schema.h"

// Merges `patch` into `target`. Both change, and parts of the patch become parts of the target: to
// patch several targets, give each a node_copy(). *result is the target or, when the patch deletes
// it, NULL; `$patch: replace` of a whole object does nothing, as in kustomize. All nodes are of
// `d`. ERR_CONFIG: a map meets a list, an unknown directive.
int merge_patch(struct doc *d, const struct schemas *schemas, struct node *target,
                struct node *patch, struct node **result, struct err **err) MUST_CHECK;

#endif
