// SPDX-License-Identifier: Apache-2.0
// Where a schema stands: a URL without a fragment and a JSON pointer (RFC 6901) below it.
#ifndef MODEL_CHART_SCHEMA_LOCATION_H
#define MODEL_CHART_SCHEMA_LOCATION_H

#include "io/doc.h"

// `pointer` with one more token, which is escaped.
struct span pointer_append(struct arena *a, struct span pointer, struct span token);
struct span pointer_append_index(struct arena *a, struct span pointer, size_t index);
// Both with `between` in the middle.
struct span pointer_join(struct arena *a, struct span left, char between, struct span right);
// Adds "/token", escaped.
void pointer_add_token(struct buf *out, struct span token);

// A pointer as the fragment of a URL has it: what is not plain as %41.
void pointer_add_encoded(struct buf *out, struct span pointer);

// What stands at the pointer, or NULL.
const struct node *pointer_lookup(struct arena *a, const struct node *n, struct span pointer);

// A reference, resolved against a base (RFC 3986, 5.2), cut into the URL and the decoded fragment.
// False when it is no reference.
bool location_resolve(struct arena *a, struct span base, struct span reference, struct span *url,
                      struct span *fragment);
// "%41" as "A"; false for what is not encoded well.
bool location_decode(struct arena *a, struct span text, struct span *out);

#endif
