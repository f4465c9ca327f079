// SPDX-License-Identifier: Apache-2.0
// Field specs: which field of which kinds a transformer changes, and the walk to that field. Paths
// are parts between slashes ("\/" is a slash in a name); "name[]" says that the field is a list;
// lists on the way are walked through.
#ifndef MODEL_KUSTOMIZE_FIELD_WALK_H
#define MODEL_KUSTOMIZE_FIELD_WALK_H

#include "model/kustomize/kust.h"
#include "model/kustomize/resource/resource.h"

struct fieldspec {
    struct gvk gvk; // empty fields fit all
    struct span path;
    bool create;
    const struct span *parts; // of the path, split; part_count of them
    size_t part_count;
};

// A fieldspec for `path`, parsed.
struct fieldspec fieldspec_new(struct arena *arena, struct gvk gvk, struct span path, bool create);

enum walk_create {
    WALK_FIND,          // never create
    WALK_CREATE_MAP,    // the last part becomes a map where the spec says create
    WALK_CREATE_STRING, // the last part becomes a scalar
};

// Called for each field found.
typedef int walk_fn(void *data, struct node *field, struct err **err);

struct walk {
    struct kust *kust;
    const struct resource *resource; // for messages
    enum walk_create create;
    walk_fn *found;
    void *data;
};

// Walks if the resource's kind fits the spec. ERR_CONFIG when the path meets a scalar before its
// end.
int walk_field(const struct walk *w, const struct fieldspec *spec, struct node *root,
               struct err **err) MUST_CHECK;

// The same without looking at the kind.
int walk_path(const struct walk *w, const struct fieldspec *spec, struct node *root,
              struct err **err) MUST_CHECK;

#endif
