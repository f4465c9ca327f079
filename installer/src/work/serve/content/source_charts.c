// SPDX-License-Identifier: Apache-2.0
// Charts of Helm repositories: archives are read once, for what the index says of them.
#include "base/mem.h"
#include "io/crypto.h"
#include "work/serve/content/source.h"

static struct content_charts *charts_of(struct serve_content *c, struct span repository,
                                        struct err **err)
{
    struct content_charts *charts;
    struct span key;

    if (content_key(c, repository, &key, err) < 0)
        return NULL;
    charts = map_get(&c->charts, key);
    if (charts)
        return charts;
    charts = ARENA_NEW(c->arena, struct content_charts);
    charts->url = arena_span(c->arena, repository);
    charts->list = chart_index_new();
    map_put(&c->charts, key, charts);
    return charts;
}

static struct chart *load(const struct adding *a, const struct chart_name *name, struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct chart *chart CLEANUP(chart_cleanup) = NULL;

    if (content_read(a->source, &source_blob(a, 0)->digest, &tgz, err) < 0)
        return NULL;
    chart = chart_load_archive(buf_span(&tgz), "its archive", err);
    return chart && chart_check_name(chart, name, err) == 0 ? STEAL(chart) : NULL;
}

// Two names may be one chart: "1.2.3" and "v1.2.3". The archive says how it is called.
int source_add_chart(struct adding *a, struct err **err)
{
    struct serve_content *c = a->content;
    struct content_chart *chart, *other;
    struct chart *loaded CLEANUP(chart_cleanup) = NULL;
    struct content_charts *charts;
    struct chart_name name;

    if (!chart_name_parse(a->artifact->name, &name))
        return err_set(err, ERR_INTEGRITY, "its name has no chart and version");
    loaded = load(a, &name, err);
    charts = loaded ? charts_of(c, name.repository, err) : NULL;
    if (!charts)
        return -1;
    chart = ARENA_NEW(c->arena, struct content_chart);
    chart->digest = source_blob(a, 0)->digest;
    chart->file = arena_printf(c->arena, "%s-%.*s.tgz", node_get_str(loaded->meta, "name"),
                               SPAN_ARG(node_scalar(node_get(loaded->meta, "version"))));
    other = map_get(&charts->files, span_str(chart->file));
    if (other && !digest_eq(&other->digest, &chart->digest))
        report_warn(c->report, "serve",
                    "%.*s of %s is not served: another bundle has that chart with %s",
                    SPAN_ARG(a->artifact->name), a->source->label, DIGEST_TEXT(&other->digest));
    if (!other && chart_index_add(charts->list, loaded, chart->file, &chart->digest))
        map_put(&charts->files, span_str(chart->file), chart);
    return 0;
}

int source_write_indexes(struct serve_content *c, struct err **err)
{
    MAP_FOREACH (e, &c->charts) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(CHART_INDEX_MAX_BYTES);
        struct content_charts *charts = e->value;

        chart_index_write(charts->list, &text);
        if (buf_check(&text, ERR_INTEGRITY, charts->url.ptr, err) < 0)
            return -1;
        if (span_eq(charts->index, buf_span(&text)))
            continue;
        charts->index = arena_span(c->arena, buf_span(&text));
        charts->index_digest = crypto_sha256(charts->index);
    }
    return 0;
}
