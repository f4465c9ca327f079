// SPDX-License-Identifier: Apache-2.0
// Which upstream hosts the artifacts of a bundle are of.
#include <stdlib.h>

#include "base/url.h"
#include "model/bundle.h"

#define DOCKER_HUB "docker.io"

// As distribution/reference tells a registry from the first part of a repository.
static struct span registry_of(struct span name)
{
    struct span first, rest;

    span_skip(&name, "oci://");
    if (!span_cut(name, '/', &first, &rest) ||
        (span_find(first, '.') == first.len && span_find(first, ':') == first.len &&
         !span_is(first, "localhost")) ||
        span_is(first, "index.docker.io"))
        return SPAN(DOCKER_HUB);
    return first;
}

struct span bundle_host(const struct bundle_artifact *a)
{
    struct url url;

    if (a->kind == BUNDLE_TREE)
        return SPAN_EMPTY;
    if (bundle_is_oci(a))
        return registry_of(a->name);
    return url_parse(a->name, &url) ? url.authority : SPAN_EMPTY;
}

static int compare(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

const struct span *bundle_hosts(const struct bundle *b, bool images, struct arena *arena,
                                size_t *count)
{
    size_t artifact_count, len = 0;
    const struct bundle_artifact *artifacts = bundle_artifacts(b, &artifact_count);
    struct span *hosts = arena_array(arena, artifact_count + 1, sizeof(*hosts));

    for (size_t i = 0; i < artifact_count; i++) {
        struct span host = bundle_host(&artifacts[i]);

        if (host.len && (!images || artifacts[i].kind == BUNDLE_IMAGE))
            hosts[len++] = host;
    }
    qsort(hosts, len, sizeof(*hosts), compare);
    *count = 0;
    for (size_t i = 0; i < len; i++)
        if (!*count || !span_eq(hosts[*count - 1], hosts[i]))
            hosts[(*count)++] = hosts[i];
    return hosts;
}
