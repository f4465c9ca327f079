// SPDX-License-Identifier: Apache-2.0
// What a name in a reference means. Candidates come from indexes of earlier names, not from a scan
// of all resources.
#ifndef MODEL_KUSTOMIZE_TRANSFORM_CANDIDATES_H
#define MODEL_KUSTOMIZE_TRANSFORM_CANDIDATES_H

#include "model/kustomize/resource/resmap.h"

struct candidates {
    struct kust *kust;
    struct map by_name;  // earlier name: its resources, in order
    struct map by_place; // "<namespace of now>\n<earlier name>": the same
    struct map moves;    // "<namespace of now, or *>\n<first namespace>" of any resource
    // Of the referrer at hand:
    const struct resource *referrer;
    struct resid referrer_id;
    VEC(struct span) places; // namespaces that it can refer to; none: all
    size_t subject_places;   // how many at their end only count for targets that name them
};

// A reference as it stands in a field.
struct name_in_field {
    const struct node *field; // for messages
    struct span name;
    const struct span *ns;    // the namespace beside it; NULL when there is none
    const struct gvk *target; // the kinds that the field can mean
    bool role_ref;            // of these, the one that the referrer's roleRef names
    bool namespace_follows;   // the referrer takes over the target's namespace, too
};

// Indexes all that ever had another identity. The maps are heap memory: candidates_free().
void candidates_index(struct candidates *c, const struct resmap *m);

// `referrer` is who refers from now on. ERR_CONFIG.
int candidates_set_referrer(struct candidates *c, const struct resource *referrer, struct err **err)
    MUST_CHECK;

// The resource that the name means, in *out; NULL when it means none that was renamed. ERR_CONFIG
// when it could mean several.
int candidates_choose(struct candidates *c, const struct name_in_field *n, struct resource **out,
                      struct err **err) MUST_CHECK;

void candidates_free(struct candidates *c);

#endif
