// SPDX-License-Identifier: Apache-2.0
// When an object was last written, and by whom, as metadata.managedFields tells. The times are
// RFC 3339 in UTC and whole seconds, so that they compare as text; empty when there is none.
#ifndef CLUSTER_FACTS_WRITTEN_H
#define CLUSTER_FACTS_WRITTEN_H

#include "base/span.h"
#include "io/doc.h"

enum { WRITTEN_TIME_BYTES = 32 };

// The newest write by `manager`, or by anybody but `manager`, to anything but the status.
struct span written_by(const struct node *object, const char *manager);
struct span written_by_others(const struct node *object, const char *manager);

// The newest write to the status.
struct span written_status(const struct node *object);

struct span written_later(struct span a, struct span b);

#endif
