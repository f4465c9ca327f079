// SPDX-License-Identifier: Apache-2.0
// Charts as data: where they come from, their values, and the images that they name. Templates are
// not rendered; Big Bang's convention helm.sh/images (its ADR 0008) names what they need.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/crypto.h"
#include "io/tar.h"
#include "work/artifacts/cache.h"
#include "work/artifacts/manifest.h"
#include "work/artifacts/walk.h"

#define CHART_MAX_BYTES ((uint64_t)64 << 20)

static const struct node *read_values(struct walk *w, struct span text, const char *what,
                                      struct err **err)
{
    struct node_list list = {0};

    if (doc_read_yaml(walk_doc(w), text, what, &list, err) < 0 || !list.len)
        return NULL;
    return list.items[0];
}

static int read_chart(struct walk *w, struct span meta, struct span values, const char *what,
                      struct chart *chart, struct err **err)
{
    char *meta_name = arena_printf(w->arena, "%s/Chart.yaml", what);
    char *values_name = arena_printf(w->arena, "%s/values.yaml", what);

    chart->meta = doc_read_yaml_one(walk_doc(w), meta, meta_name, err);
    if (!chart->meta)
        return -1;
    chart->values = read_values(w, values, values_name, err);
    return *err ? -1 : 0;
}

int chart_from_git(struct walk *w, const struct sources_git *git, struct span folder,
                   struct chart *chart, struct err **err)
{
    char *path = arena_printf(w->arena, "%.*s", SPAN_ARG(folder));
    char *meta_path CLEANUP(mem_cleanup) = path_join(path, "Chart.yaml");
    char *values_path CLEANUP(mem_cleanup) = path_join(path, "values.yaml");
    struct span meta, values;

    if (!git_find(git->store, &git->commit, meta_path, &meta))
        return err_set(err, ERR_SOURCE, "git %s at %s has no chart %s", git->url, git->ref,
                       meta_path);
    if (!git_find(git->store, &git->commit, values_path, &values))
        values = SPAN_EMPTY;
    return read_chart(w, meta, values, arena_printf(w->arena, "%s//%s", git->url, path), chart,
                      err);
}

// "podinfo/Chart.yaml" in the archive, but not "podinfo/charts/x/Chart.yaml".
static bool is_top_file(const char *path, const char *name)
{
    const char *slash = strchr(path, '/');

    return slash && strcmp(slash + 1, name) == 0;
}

static int read_archive(struct walk *w, struct span tgz, const char *what, struct chart *chart,
                        struct err **err)
{
    struct stream *plain = tar_decompress(stream_from_span(tgz), CHART_MAX_BYTES, what);
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) = tar_reader_new(plain, what, err);
    struct buf meta CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct buf values CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct tar_entry entry;
    int more;

    if (!reader)
        return -1;
    while ((more = tar_next(reader, &entry, err)) > 0) {
        if (entry.type != TAR_FILE)
            continue;
        if (is_top_file(entry.path, "Chart.yaml") && tar_read(reader, &meta, err) < 0)
            return -1;
        if (is_top_file(entry.path, "values.yaml") && tar_read(reader, &values, err) < 0)
            return -1;
    }
    return more < 0 ? -1 : read_chart(w, buf_span(&meta), buf_span(&values), what, chart, err);
}

static int pull_layer(struct walk *w, const struct oci_ref *ref, const struct oci_blob *layer,
                      const char *what, struct buf *out, struct err **err)
{
    struct span hex = span_tail(layer->digest, strlen("sha256:"));
    unsigned char expected[CRYPTO_SHA256_BYTES];
    struct http_request request;
    struct stream *s CLEANUP(stream_cleanup) = NULL;

    if (cache_get("sha256", hex, out)) {
        char found[2 * CRYPTO_SHA256_BYTES + 1];

        crypto_sha256_hex(buf_span(out), found);
        if (span_is(hex, found))
            return 0;
        buf_truncate(out, 0);
    }
    if (!span_unhex(hex, expected, sizeof(expected)) ||
        oci_blob_request(w->oci, w->arena, ref, layer->digest, &request, err) < 0)
        return -1;
    s = http_open(w->http, &request, err);
    if (!s)
        return -1;
    s = crypto_sha256_stream(s, expected, NULL, what);
    if (stream_read_all(s, out, ERR_SOURCE, what, err) < 0)
        return -1;
    cache_put("sha256", hex, buf_span(out));
    return 0;
}

static int pull_chart(struct walk *w, const struct oci_ref *ref, const char *what,
                      struct lock_entry *entry, struct chart *chart, struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct oci_resolved resolved;
    const struct oci_manifest *m;

    if (manifest_resolve(w->http, w->oci, w->arena, ref, OCI_CHART, w->lock, &resolved, err) < 0)
        return -1;
    manifest_pin(w->arena, &resolved, w->lock, entry);
    m = &resolved.manifests[0];
    if (!m->layer_count || !span_is(m->config.media_type, OCI_CHART_CONFIG))
        return err_set(err, ERR_SOURCE, "%s is no Helm chart", what);
    if (pull_layer(w, ref, &m->layers[0], what, &tgz, err) < 0)
        return -1;
    return read_archive(w, buf_span(&tgz), what, chart, err);
}

int chart_from_oci(struct walk *w, struct span reference, const char *user, struct chart *chart,
                   struct err **err)
{
    struct oci_ref ref;
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct lock_entry entry = {.kind = LOCK_CHART, .used_by = &user, .used_by_count = 1};
    const struct lock_entry *known;

    if (oci_ref_parse(w->arena, reference, &ref, err) < 0)
        return err_wrap(err, "%s", user);
    oci_ref_format(&ref, &name);
    entry.name = buf_span(&name);
    known = lock_find(w->lock, LOCK_CHART, entry.name, SPAN_EMPTY);
    if (!known && w->frozen)
        return walk_not_locked("chart", entry.name, user, err);
    if (known)
        ref.digest = known->digest;
    if (pull_chart(w, &ref, buf_str(&name), &entry, chart, err) < 0)
        return err_wrap(err, "%s", user);
    lock_add(w->lock, &entry);
    return 0;
}

static void merge_into(struct doc *d, struct node *under, const struct node *over)
{
    NODE_FOREACH_PAIR (pair, over) {
        struct node *below = node_get_span(under, pair->key);

        if (node_is(pair->value, NODE_NULL))
            node_remove(under, pair->key);
        else if (node_is(pair->value, NODE_MAP) && node_is(below, NODE_MAP))
            merge_into(d, below, pair->value);
        else
            node_set(d, under, pair->key, node_copy(d, pair->value));
    }
}

struct node *chart_merge(struct walk *w, const struct node *under, const struct node *over)
{
    struct doc *d = walk_doc(w);
    struct node *result = node_is(under, NODE_MAP) ? node_copy(d, under) : node_new_map(d);

    merge_into(d, result, over);
    return result;
}

// "upstream.alertmanager.enabled": false only when it is there and false.
static bool condition_holds(const struct node *values, struct span path)
{
    struct span part;

    while (span_next(&path, '.', &part))
        values = node_get_span(values, part);
    return node_bool(values, true);
}

static int annotated_images(struct walk *w, const struct chart *chart, struct span text,
                            const struct node *values, const char *user, struct err **err)
{
    struct node *list = doc_read_yaml_one(walk_doc(w), text, "helm.sh/images", err);

    if (!list)
        return err_wrap(err, "%s: chart %s", user, node_get_str(chart->meta, "name"));
    NODE_FOREACH_ITEM (item, list) {
        struct span image = node_get_text(item, "image");
        struct span condition = node_get_text(item, "condition");

        if (!image.len || !condition_holds(values, condition))
            continue;
        if (walk_image(w, image, user, true, err) < 0)
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
    return walk_image(w, span_str(image), user, true, err);
}

static int value_images(struct walk *w, const struct node *values, const struct node *meta,
                        const char *user, struct err **err)
{
    if (!node_bool(node_get(values, "enabled"), true))
        return 0;
    if (node_get_text(values, "repository").len && node_get(values, "tag"))
        return image_map(w, values, meta, user, err);
    NODE_FOREACH_PAIR (pair, values)
        if (node_is(pair->value, NODE_MAP) && value_images(w, pair->value, meta, user, err) < 0)
            return -1;
    return 0;
}

int chart_images(struct walk *w, const struct chart *chart, const struct node *values,
                 const char *user, struct err **err)
{
    struct span annotated = node_get_text(node_get(chart->meta, "annotations"), "helm.sh/images");

    if (annotated.len)
        return annotated_images(w, chart, annotated, values, user, err);
    return value_images(w, values, chart->meta, user, err);
}
