// SPDX-License-Identifier: Apache-2.0
// Images whose name is put together of several values: registry, repository, tag, digest.
#include "controller/values/check.h"

// The map that the value is in, as the templates see it, and as the chart has it by default.
struct image {
    const struct node *effective, *fallback;
};

static bool has_host(struct span reference)
{
    struct span first = span_head(reference, span_find(reference, '/'));

    return first.len < reference.len &&
           (span_find(first, '.') < first.len || span_find(first, ':') < first.len ||
            span_is(first, "localhost"));
}

static bool has_tag(struct span reference)
{
    struct span name = span_tail(reference, span_rfind(reference, '/') + 1);

    if (span_rfind(reference, '/') == reference.len)
        name = reference;
    return span_find(name, ':') < name.len || span_find(name, '@') < name.len;
}

static bool is_template(struct span text)
{
    return span_search(text, SPAN("{{")) < text.len;
}

// What the templates see of another part, when it is a text that says something.
static struct span part_of(const struct image *image, const char *name)
{
    return node_get_text(image->effective, name);
}

static void check_repository(struct checking *c, const struct checked *at,
                             const struct image *image)
{
    struct span text = node_text(at->value), registry = part_of(image, "registry");
    struct span host = span_head(text, span_find(text, '/'));

    if (registry.len && has_host(text) && !has_host(node_get_text(image->fallback, "repository")))
        check_add(c, at, VALUES_IMAGE, VALUES_MISTAKE,
                  arena_printf(c->arena,
                               "has the host %.*s in it, and registry \"%.*s\" beside it: "
                               "the image is %.*s/%.*s",
                               SPAN_ARG(host), SPAN_ARG(registry), SPAN_ARG(registry),
                               SPAN_ARG(text)),
                  arena_printf(c->arena, "set registry: %.*s and repository: %.*s", SPAN_ARG(host),
                               SPAN_ARG(span_tail(text, host.len + 1))));
    if (has_tag(text) && (node_get(image->fallback, "tag") || node_get(image->effective, "tag")))
        check_add(c, at, VALUES_IMAGE, VALUES_MISTAKE,
                  arena_printf(c->arena,
                               "has a tag or digest in it, and the chart puts one behind "
                               "it: tag %s",
                               view_show(c->arena, node_get(image->effective, "tag"))),
                  "the tag goes into tag, a digest into digest");
}

static void check_tag(struct checking *c, const struct checked *at)
{
    struct span text = node_text(at->value);

    if (span_find(text, '/') < text.len)
        check_add(c, at, VALUES_IMAGE, VALUES_MISTAKE, "a tag has no '/' in it",
                  "the name of the image goes into repository");
}

static void check_registry(struct checking *c, const struct checked *at)
{
    if (span_search(node_text(at->value), SPAN("://")) < node_text(at->value).len)
        check_add(c, at, VALUES_IMAGE, VALUES_MISTAKE, "a registry has no scheme in front of it",
                  "write HOST or HOST:PORT");
}

void check_image(struct checking *c, const struct checked *at)
{
    struct span key = c->keys[at->depth - 1], text = node_text(at->value);
    struct image image = {values_at(c->view->all, c->keys, at->depth - 1),
                          view_default(c->view, c->keys, at->depth - 1, NULL)};

    if (!text.len || is_template(text))
        return;
    if (span_is(key, "repository") &&
        (node_get(image.effective, "tag") || node_get(image.effective, "registry")))
        check_repository(c, at, &image);
    else if (span_is(key, "tag") && node_get(image.effective, "repository"))
        check_tag(c, at);
    else if (span_is(key, "registry") && node_get(image.effective, "repository"))
        check_registry(c, at);
}
