// SPDX-License-Identifier: Apache-2.0
// What the parts of this module share: one object's search.
#ifndef MODEL_IMAGES_FIND_H
#define MODEL_IMAGES_FIND_H

#include "base/buf.h"
#include "base/map.h"
#include "model/images.h"

struct images_search {
    struct arena *arena;
    images_list *out;
    struct buf path;     // of where the search is
    struct map seen;     // the places that were found, by address
    enum images_use use; // of what is found in lists of containers
};

// Adds what is found at the path; search_add() only when the place was not found before.
void search_push(struct images_search *s, enum images_use use, struct span reference,
                 const struct node *at, const struct node *pod_meta);
void search_add(struct images_search *s, enum images_use use, struct span reference,
                const struct node *at, const struct node *pod_meta);

// Appends ".key" or "[i]" to the path; gives back how long it was.
size_t search_enter(struct images_search *s, struct span key);
size_t search_enter_item(struct images_search *s, size_t i);

// Lists of containers and image volumes, wherever they are below `n`, as s->use.
int pods_find(struct images_search *s, const struct node *n, struct err **err) MUST_CHECK;
// What the table says of the kind.
void facts_find(struct images_search *s, const struct node *object);
// What texts name.
void names_find(struct images_search *s, const struct node *object);

#endif
