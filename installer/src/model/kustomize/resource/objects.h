// SPDX-License-Identifier: Apache-2.0
// Objects from YAML text: what a resource or patch file holds, lists expanded, checked for kind and
// name; and the helpers on their metadata that transformers share.
#ifndef MODEL_KUSTOMIZE_RESOURCE_OBJECTS_H
#define MODEL_KUSTOMIZE_RESOURCE_OBJECTS_H

#include "model/kustomize/resource/resmap.h"

// Appends the objects of `text` to `out`. ERR_CONFIG.
int objects_read(struct kust *k, struct span text, const char *name, struct resource_list *out,
                 struct err **err) MUST_CHECK;

// ERR_CONFIG unless `n` has a kind and a name.
int objects_check(struct kust *k, const struct node *n, struct err **err) MUST_CHECK;

// metadata.annotations or metadata.labels, created as a map when missing or null.
struct node *objects_meta_map(struct kust *k, struct resource *r, const char *field);

// Rewrites metadata.annotations or labels as kustomize does when it sets them: values become texts
// as written, in nodes of their own; an empty map goes away.
void objects_normalize(struct kust *k, struct resource *r, const char *field);

#endif
