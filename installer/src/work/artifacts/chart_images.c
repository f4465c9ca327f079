// SPDX-License-Identifier: Apache-2.0
// The images that a chart names. Templates are not rendered: Big Bang's convention helm.sh/images
// (its ADR 0008) says what they need, and where there is none, the values are searched.
#include "work/artifacts/chart_images.h"

#include "work/artifacts/images.h"
#include "work/artifacts/umbrella.h"

// "upstream.alertmanager.enabled": false only when it is there and false.
static bool condition_holds(const struct node *values, struct span path)
{
    struct span part;

    while (span_next(&path, '.', &part))
        values = node_get_span(values, part);
    return node_bool(values, true);
}

// The list of an annotation: any YAML that Helm would read.
static struct node *read_list(struct doc *d, struct span text, struct err **err)
{
    struct node_list all = {0};

    if (doc_read_helm(d, text, "helm.sh/images", &all, err) < 0)
        return NULL;
    if (all.len && node_is(all.items[0], NODE_SEQ))
        return all.items[0];
    err_set(err, ERR_CONFIG, "helm.sh/images is not a list");
    return NULL;
}

static int annotated_images(struct walk *w, const struct chart *chart, struct span text,
                            const struct node *values, const char *user, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *list = read_list(d, text, err);

    if (!list)
        return err_wrap(err, "%s: chart %s", user, node_get_str(chart->meta, "name"));
    NODE_FOREACH_ITEM (item, list) {
        struct span image = node_get_text(item, "image");
        struct span condition = node_get_text(item, "condition");

        if (!image.len || !condition_holds(values, condition))
            continue;
        if (images_add(w, image, user, true, err) < 0)
            return -1;
    }
    return 0;
}

// image: {registry, repository, tag, digest}: what most charts have. No tag: the chart's version
// of the application.
static int image_map(struct walk *w, const struct node *map, const struct node *meta,
                     const char *user, struct err **err)
{
    struct span registry = node_get_text(map, "registry");
    struct span tag = node_scalar(node_get(map, "tag"));
    char *image;

    if (!tag.len)
        tag = node_scalar(node_get(meta, "appVersion"));
    image = arena_printf(w->arena, "%.*s%s%s:%.*s", SPAN_ARG(registry), registry.len ? "/" : "",
                         node_get_str(map, "repository"), SPAN_ARG(tag));
    return images_add(w, span_str(image), user, true, err);
}

// Called for a chart and all subcharts that are on.
struct naming {
    struct walk *w;
    const char *user;
    const struct node *tags;
    struct err **err;
};

static int map_images(const struct naming *n, const struct chart *chart, const struct node *map)
{
    if (!node_bool(node_get(map, "enabled"), true) || umbrella_is_package(map))
        return 0;
    if (node_get_text(map, "repository").len && node_get(map, "tag"))
        return image_map(n->w, map, chart->meta, n->user, n->err);
    NODE_FOREACH_PAIR (pair, map)
        if (node_is(pair->value, NODE_MAP) && map_images(n, chart, pair->value) < 0)
            return -1;
    return 0;
}

// Sections of subcharts are theirs.
static int value_images(const struct naming *n, const struct chart *chart, const chart_uses *uses,
                        const struct node *values)
{
    if (node_get_text(values, "repository").len && node_get(values, "tag"))
        return image_map(n->w, values, chart->meta, n->user, n->err);
    NODE_FOREACH_PAIR (pair, values)
        if (node_is(pair->value, NODE_MAP) && !chart_uses_name(uses, pair->key) &&
            map_images(n, chart, pair->value) < 0)
            return -1;
    return 0;
}

static struct span annotation_of(const struct chart *chart)
{
    return node_get_text(node_get(chart->meta, "annotations"), "helm.sh/images");
}

// `covered`: a chart around this one has a list, which speaks for it, too.
static int name_images(const struct naming *n, const struct chart *chart, const struct node *values,
                       bool covered)
{
    chart_uses uses CLEANUP(chart_uses_free) = {0};
    struct span listed = annotation_of(chart);
    int status = 0;

    chart_uses_of(chart, values, n->tags, &uses);
    if (listed.len)
        status = annotated_images(n->w, chart, listed, values, n->user, n->err);
    else if (!covered)
        status = value_images(n, chart, &uses, values);
    if (status < 0)
        return -1;
    VEC_FOREACH (const struct chart_use *, use, &uses)
        if (use->on && name_images(n, use->subchart, node_get_span(values, use->name),
                                   covered || listed.len) < 0)
            return -1;
    return 0;
}

static void note_guess(struct walk *w, const struct chart *chart, const char *user)
{
    char *name = arena_printf(w->arena, "%s-%.*s", node_get_str(chart->meta, "name"),
                              SPAN_ARG(node_scalar(node_get(chart->meta, "version"))));

    if (w->gaps)
        walk_note_gap(w, ARTIFACTS_GUESSED, "chart", span_str(name), user);
    if (w->frozen)
        return;
    lock_add_guess(w->lock, name, user);
    report_warn(w->report, "lock",
                "%s: the images of chart %s are guessed from its values: it has no annotation "
                "helm.sh/images",
                user, name);
}

int chart_images(struct walk *w, const struct chart *chart, const struct node *values,
                 const char *user, struct err **err)
{
    struct naming n = {.w = w, .user = user, .tags = node_get(values, "tags"), .err = err};

    if (!annotation_of(chart).len)
        note_guess(w, chart, user);
    return name_images(&n, chart, values, false);
}
