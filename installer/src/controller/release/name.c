// SPDX-License-Identifier: Apache-2.0
// What a release is called and where it is (helm-controller 1.6, api/v2 and internal/release).
#include "controller/release.h"
#include "io/crypto.h"

#define NAME_MAX_BYTES 53 // Helm's limit
#define HASH_BYTES 12     // of the sum that a longer name ends with

static const struct node *spec_of(const struct node *release)
{
    return node_get(release, "spec");
}

struct span release_name(struct arena *arena, const struct node *release)
{
    struct span name = node_text(node_path(release, "metadata", "name"));
    struct span given = node_get_text(spec_of(release), "releaseName");
    struct span target = node_get_text(spec_of(release), "targetNamespace");
    struct digest sum;

    if (given.len)
        name = given;
    else if (target.len)
        name = span_str(arena_printf(arena, "%.*s-%.*s", SPAN_ARG(target), SPAN_ARG(name)));
    if (name.len <= NAME_MAX_BYTES)
        return name;
    sum = crypto_sha256(name);
    return span_str(arena_printf(arena, "%.*s-%.*s", NAME_MAX_BYTES - HASH_BYTES - 1, name.ptr,
                                 HASH_BYTES, DIGEST_HEX(&sum)));
}

static struct span namespace_or_own(const struct node *release, const char *field)
{
    struct span given = node_get_text(spec_of(release), field);

    return given.len ? given : node_text(node_path(release, "metadata", "namespace"));
}

struct span release_namespace(const struct node *release)
{
    return namespace_or_own(release, "targetNamespace");
}

struct span release_storage_namespace(const struct node *release)
{
    return namespace_or_own(release, "storageNamespace");
}
