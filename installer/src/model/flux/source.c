// SPDX-License-Identifier: Apache-2.0
// What the sources of Flux offer: which content of which place (source-controller).
#include "model/flux.h"

struct span flux_url(const struct node *repository)
{
    return node_get_text(node_get(repository, "spec"), "url");
}

// A full name of a reference.
static const char *named_ref(struct arena *arena, struct span name, struct err **err)
{
    if (!span_starts(name, "refs/")) {
        err_set(err, ERR_CONFIG, "the reference's name '%.*s' does not start with refs/",
                SPAN_ARG(name));
        return NULL;
    }
    if (span_skip(&name, "refs/tags/"))
        return arena_printf(arena, "tag/%.*s", SPAN_ARG(name));
    if (span_skip(&name, "refs/heads/"))
        return arena_printf(arena, "branch/%.*s", SPAN_ARG(name));
    return arena_span(arena, name).ptr;
}

const char *flux_git_ref(struct arena *arena, const struct node *repository, struct err **err)
{
    const struct node *ref = node_path(repository, "spec", "ref");

    if (node_get_text(ref, "commit").len)
        return arena_printf(arena, "commit/%s", node_get_str(ref, "commit"));
    if (node_get_text(ref, "name").len)
        return named_ref(arena, node_get_text(ref, "name"), err);
    if (node_get_text(ref, "semver").len)
        return arena_printf(arena, FLUX_SEMVER_PREFIX "%s", node_get_str(ref, "semver"));
    if (node_get_text(ref, "tag").len)
        return arena_printf(arena, "tag/%s", node_get_str(ref, "tag"));
    if (node_get_text(ref, "branch").len)
        return arena_printf(arena, "branch/%s", node_get_str(ref, "branch"));
    return "branch/master"; // the API's default
}

const char *flux_oci_reference(struct arena *arena, const struct node *repository)
{
    const struct node *ref = node_path(repository, "spec", "ref");
    struct span digest = node_get_text(ref, "digest");
    struct span tag = node_scalar(node_get(ref, "tag"));

    return arena_printf(arena, "%.*s%s%.*s%s%.*s", SPAN_ARG(flux_url(repository)),
                        tag.len ? ":" : "", SPAN_ARG(tag), digest.len ? "@" : "", SPAN_ARG(digest));
}

struct flux_oci_range flux_oci_range(const struct node *repository)
{
    const struct node *ref = node_path(repository, "spec", "ref");
    struct flux_oci_range range = {.filter = SPAN_EMPTY};

    if (node_get_text(ref, "digest").len || !node_get_text(ref, "semver").len)
        return range;
    range.is_set = true;
    range.semver = node_get_text(ref, "semver");
    range.filter = node_get_text(ref, "semverFilter");
    return range;
}

struct flux_oci_layer flux_oci_layer(const struct node *repository)
{
    const struct node *selector = node_path(repository, "spec", "layerSelector");

    return (struct flux_oci_layer){
        .media_type = node_get_text(selector, "mediaType"),
        .is_copied = span_is(node_get_text(selector, "operation"), "copy"),
    };
}

bool flux_is_registry(const struct node *helm_repository)
{
    return span_is(node_get_text(node_get(helm_repository, "spec"), "type"), "oci");
}
