// SPDX-License-Identifier: Apache-2.0
// JSON exactly as Go's encoding/json writes it: keys sorted, <, > and & escaped.
#ifndef MODEL_KUSTOMIZE_GOJSON_H
#define MODEL_KUSTOMIZE_GOJSON_H

#include "model/kustomize/kust.h"

// `pretty`: indented by two spaces.
void gojson_write(struct kust *k, const struct node *n, bool pretty, struct buf *out);

void gojson_write_string(struct buf *out, struct span text);

#endif
