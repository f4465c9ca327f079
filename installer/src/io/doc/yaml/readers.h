// SPDX-License-Identifier: Apache-2.0
// The two readers of one document: fast.c reads the common subset of YAML, events.c all the rest
// through libyaml. Both make the same nodes of what both understand.
#ifndef IO_DOC_YAML_READERS_H
#define IO_DOC_YAML_READERS_H

#include "io/doc/reader.h"

// Reads the first document of `text` into *out (NULL when there is none).
int yaml_read_events(struct reader *r, struct span text, struct node **out);

// As above for the subset of YAML that Kubernetes objects are mostly written in. False when the
// text is not of that subset, or not valid: then nothing is said about it.
bool yaml_read_fast(struct reader *r, struct span text, struct node **out);

#endif
