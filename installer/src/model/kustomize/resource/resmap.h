// SPDX-License-Identifier: Apache-2.0
// An ordered set of resources with indexes: by current identity, by any identity, by any name.
// The indexes are built when first asked for and follow additions; whoever changes identities in
// bulk calls resmap_changed().
#ifndef MODEL_KUSTOMIZE_RESOURCE_RESMAP_H
#define MODEL_KUSTOMIZE_RESOURCE_RESMAP_H

#include "base/map.h"
#include "model/kustomize/resource/resource.h"

struct resmap {
    VEC(struct resource *);
    bool indexed;
    bool unchecked;     // patches may have made identities equal
    struct map by_id;   // resid_key() of the current identity and all earlier ones
    struct map by_name; // current and earlier names
};

struct resource_list {
    VEC(struct resource *);
};

struct resmap *resmap_new(struct kust *k);

// Appends `r`; ERR_CONFIG when its current identity is there already.
int resmap_append(struct kust *k, struct resmap *m, struct resource *r, struct err **err)
    MUST_CHECK;
int resmap_append_all(struct kust *k, struct resmap *m, const struct resmap *other,
                      struct err **err) MUST_CHECK;

// The identities may have changed: forget the indexes. resmap_renamed: only that of `r` has.
void resmap_changed(struct resmap *m);
void resmap_renamed(struct kust *k, struct resmap *m, struct resource *r);

// Drops deleted and empty resources.
void resmap_drop_empty(struct resmap *m);

// Resources that have, or had, the identity `id`; in no certain order.
void resmap_find_any(struct kust *k, struct resmap *m, const struct resid *id,
                     struct resource_list *out);

// Resources with this name now or earlier; in no certain order.
void resmap_find_name(struct kust *k, struct resmap *m, struct span name,
                      struct resource_list *out);

// ERR_CONFIG when two resources have the same current identity; `what` made it so.
int resmap_check_unique(struct kust *k, struct resmap *m, const char *what, struct err **err)
    MUST_CHECK;

#endif
