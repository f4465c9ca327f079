// SPDX-License-Identifier: Apache-2.0
// The pairs of a map that is being read: merge keys, and keys that are there twice.
#ifndef IO_DOC_YAML_PAIRS_H
#define IO_DOC_YAML_PAIRS_H

#include "io/doc/reader.h"

// Keeps a pair on the reader's stack; `merges`: its key is a merge key. With the rules of YAML 1.1
// what it merges is kept in its place, else it goes to *merged.
int yaml_keep_pair(struct reader *r, const struct pair *pair, bool merges, struct node **merged);

// Once all pairs of a map are read, from `base` on: refuses equal keys (YAML 1.1: keeps the last),
// and adds what `merged`, which may be NULL, has beyond them.
int yaml_finish_pairs(struct reader *r, size_t base, const struct node *merged);

#endif
