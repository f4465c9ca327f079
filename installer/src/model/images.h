// SPDX-License-Identifier: Apache-2.0
// Which images an object can make a cluster run: facts. Pod templates of all built-in kinds, custom
// resources whose operators start pods (a table, per group and kind), and texts that name images.
// References are as the object has them: whether they parse, and what they mean, is the caller's
// matter. Pure.
#ifndef MODEL_IMAGES_H
#define MODEL_IMAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

enum images_use {
    IMAGES_RUN,    // a container, init or ephemeral container, image volume of a built-in kind
    IMAGES_START,  // of a custom resource: its operator starts pods with it
    IMAGES_NAMED,  // an argument, environment variable, annotation or ConfigMap names it
    IMAGES_UNSAID, // pods are started, but the object does not say with which image: its operator
                   // picks one, for the version that is `reference` (or empty), or it is a template
};

struct images_found {
    enum images_use use;
    struct span reference; // borrowed from the object, or in the arena when it was put together
    const char *path;      // "spec.template.spec.containers[0].image"; in the arena
    const struct node
        *at; // the scalar (of several fields the repository; or the version); may be NULL
    const struct node *pod_meta; // metadata of the pod template; NULL for others
};
typedef VEC(struct images_found) images_list;

// Appends what the object can make a cluster run, in the order of its fields, each place once; in
// the arena, and borrowed from the object. Objects of Flux, definitions and policies start none.
// ERR_CONFIG: what should hold an image is not of its type.
int images_of(struct arena *arena, const struct node *object, images_list *out, struct err **err)
    MUST_CHECK;

// --- texts ---

// Whether a word is a reference to an image without a doubt: a host that is a place outside, a
// path, and a tag or digest. "ghcr.io/x/y:1"; not "x/y:1", "docker.io/x", "registry.local/x:1".
bool images_is_reference(struct span word);
// The next word of a text; words end where neither a URL nor a reference goes on. False at its end.
bool images_next_word(struct span *text, struct span *word);

// --- the table ---

struct images_fact {
    const char *group;
    const char *kinds; // separated by spaces
    // Of the field; NULL: there is none. "*" for all values of a map, "[]" for all items of a list:
    // "spec.tasks[].image".
    const char *path;
    // NULL: the field is the image. Else the keys below it that it is put together from, in this
    // order: registry, repository, tag, digest; empty for those that there are not:
    // "registry|repository|tag|digest". Where the field is a map all the same, it is put together
    // from keys of those names.
    const char *parts;
    // Not NULL: where none is set, the operator picks an image: for the version that is there, or
    // ("") by itself.
    const char *version;
    const char *source; // the project whose definitions (CRDs) say so
};
// Row by row, until NULL: for documents and tests.
const struct images_fact *images_fact(size_t index);

// --- public equivalents ---

#define IMAGES_IRON_BANK "registry1.dso.mil/"

struct images_equivalent {
    const char *package;    // whose values name it; "all"
    const char *repository; // below registry1.dso.mil/ironbank/
    const char *public;     // repository with its host; NULL: there is none
    const char *note;       // NULL, or what is to be known of it
    const char *path;       // below <package>.values; NULL: none. With a space: in words
    const char *form;       // "map" {registry, repository, tag}, "pair" {repository, tag}; NULL
};
// Row by row, until NULL.
const struct images_equivalent *images_equivalent(size_t index);
// The row of a reference's repository, whatever its tag and digest; NULL when it has none.
const struct images_equivalent *images_find_equivalent(struct span reference);

#endif
