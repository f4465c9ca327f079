// SPDX-License-Identifier: Apache-2.0
// Reading the documents of model/seed: every field has to be there and of its type, and no other
// one. The first that is not is latched, so that a reader checks once, at its end.
#ifndef MODEL_SEED_READING_H
#define MODEL_SEED_READING_H

#include "io/doc.h"
#include "model/seed.h"

struct reading {
    const char *what; // for messages
    struct arena *arena;
    struct err *error;
};

// The document, when it says that it is of this format; or NULL.
const struct node *reading_open(struct reading *r, struct doc *d, struct span text,
                                const char *format);
// Another field than these (NULL at their end) is an error.
void reading_fields(struct reading *r, const struct node *map, const char *const *known);

uint64_t reading_number(struct reading *r, const struct node *map, const char *key);
bool reading_flag(struct reading *r, const struct node *map, const char *key);
struct digest reading_digest(struct reading *r, const struct node *map, const char *key);
// In the arena. A field that may be left out is NULL then.
const char *reading_text(struct reading *r, const struct node *map, const char *key);
const char *reading_text_if(struct reading *r, const struct node *map, const char *key);
// A list; its items are what one of those below takes.
const struct node *reading_list(struct reading *r, const struct node *map, const char *key);
struct span reading_item(struct reading *r, const struct node *text, const char *key);

// Latches that the value of `key` is not what it should be.
void reading_refuse(struct reading *r, const char *key, const char *why);
// Moves the latched error to *err: -1 if there was one, else 0.
int reading_end(struct reading *r, struct err **err) MUST_CHECK;

#endif
