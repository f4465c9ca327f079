// SPDX-License-Identifier: Apache-2.0
// Selectors of patches and replacements: regular expressions for kind, name and namespace, and
// selector expressions for labels and annotations ("a=b,c in (d,e),!f").
#ifndef MODEL_KUSTOMIZE_RESOURCE_SELECTOR_H
#define MODEL_KUSTOMIZE_RESOURCE_SELECTOR_H

#include "model/kustomize/resource/resmap.h"

struct selector;

// Reads {group, version, kind, name, namespace, labelSelector, annotationSelector}. ERR_CONFIG.
const struct selector *selector_new(struct kust *k, const struct node *n, struct err **err);

// Whether it names no kind, name or namespace at all.
bool selector_any_id(const struct selector *s);

// Whether it has label or annotation expressions.
bool selector_has_expressions(const struct selector *s);

// What of `m` it can match by its name: all, unless it has the one that is to match. The array is
// borrowed.
struct resource_list selector_candidates(const struct selector *s, struct kust *k,
                                         struct resmap *m);

// As for patches: original or current name and namespace, and the rest. -1 when a pattern gave up.
int selector_matches(const struct selector *s, const struct resource *r, bool *match,
                     struct err **err) MUST_CHECK;

// As for replacements: one identity; and labels and annotations by themselves.
int selector_matches_id(const struct selector *s, const struct resid *id, bool *match,
                        struct err **err) MUST_CHECK;
bool selector_matches_expressions(const struct selector *s, const struct resource *r);

// The nearest resources to what a selector or identity asked for: ", did you mean ...?" as a hint
// on *err. Returns -1.
int selector_suggest(struct kust *k, const struct resmap *m, struct span kind, struct span name,
                     struct err **err);

#endif
