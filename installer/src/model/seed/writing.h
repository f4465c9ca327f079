// SPDX-License-Identifier: Apache-2.0
// Writing the documents of model/seed.
#ifndef MODEL_SEED_WRITING_H
#define MODEL_SEED_WRITING_H

#include "io/doc.h"
#include "model/seed.h"

void writing_number(struct doc *d, struct node *map, const char *key, uint64_t value);
void writing_digest(struct doc *d, struct node *map, const char *key, const struct digest *digest);
// Left out when it is NULL.
void writing_text(struct doc *d, struct node *map, const char *key, const char *text);
void writing_texts(struct doc *d, struct node *map, const char *key, const struct span *texts,
                   size_t count);
// Canonical JSON and a newline.
void writing_end(const struct node *root, struct buf *out);

#endif
