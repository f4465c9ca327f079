// SPDX-License-Identifier: Apache-2.0
// Which object of the Kubernetes API: by group, kind, namespace and name, in any version of the
// group. A value of four borrowed texts; "" stands for the core group and for no namespace.
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/span.h"

struct identity {
    struct span group, kind, ns, name;
};

bool identity_eq(const struct identity *a, const struct identity *b);

// The group and the version of an apiVersion: "apps" and "v1" of "apps/v1", "" and "v1" of "v1".
struct span identity_group(struct span api_version);
void identity_split(struct span api_version, struct span *group, struct span *version);

// A key for struct map: the same for equal identities only. Written to `out`, which is emptied
// first; valid as long as that.
struct span identity_key(const struct identity *id, struct buf *out);

// How people are told of it: "HelmRelease bigbang/podinfo", "Namespace flux-system"; the kind alone
// for one without a name. Appended to `out`, or for the caller to free.
void identity_format(const struct identity *id, struct buf *out);
char *identity_label(const struct identity *id) MUST_CHECK RETURNS_NONNULL;

// A copy that lives as long as the arena.
struct identity identity_copy(struct arena *arena, const struct identity *id) MUST_CHECK;

#endif
