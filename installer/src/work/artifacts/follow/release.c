// SPDX-License-Identifier: Apache-2.0
// HelmReleases: what helm-controller would install.
#include "work/artifacts/follow/release.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "work/artifacts/source/packaged.h"
#include "work/artifacts/walk/definitions.h"
#include "work/artifacts/walk/finished.h"
#include "work/artifacts/walk/holders.h"

// --- charts ---

static const struct node *chart_spec(const struct deep_object *object)
{
    const struct node *spec = node_get(object->node, "spec");
    const struct node *named = node_get(spec, "chartRef");

    if (flux_kind(&object->id) == FLUX_HELM_CHART)
        return spec;
    return named ? named : node_path(spec, "chart", "spec");
}

// All that decides which chart it is, apart from what the world has.
static struct span chart_key(struct walk *w, const struct deep_object *object,
                             const struct deep_object *source)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    doc_write_json(chart_spec(object), true, &text);
    while (source) {
        struct identity ref;

        doc_write_json(node_get(source->node, "spec"), true, &text);
        buf_add_str(&text, source->label);
        // One that stands between has a source of its own.
        source = flux_source(source->node, &ref) ? walk_find(w, &ref) : NULL;
    }
    return arena_span(w->arena, buf_span(&text));
}

// One at a time is enough for those of one chart that follow each other, and charts are large.
static void drop_charts(struct map *charts)
{
    MAP_FOREACH (e, charts)
        chart_free(e->value);
    map_free(charts);
    *charts = (struct map)MAP_INIT;
}

static const struct chart *find_chart(struct walk *w, const struct deep_object *object,
                                      struct err **err)
{
    const struct deep_object *source = walk_find_source(w, object, err);
    struct map *charts = &w->deep->store->charts;
    struct chart *chart;
    struct span key;

    if (!source)
        return NULL;
    key = chart_key(w, object, source);
    chart = map_get(charts, key);
    if (chart)
        return chart;
    chart = chart_of_source(w, object, err);
    if (!w->keep)
        drop_charts(charts);
    if (chart)
        (void)map_put(charts, key, chart);
    return chart;
}

// --- what was found out ---

static void add_notes(struct walk *w, const char *user, const struct chart_rendering *rendering,
                      bool is_random)
{
    VEC_FOREACH (const struct chart_note *, note, &rendering->lookups) {
        if (!is_random)
            walk_decide(w, LOCK_LOOKUP, user, note->where ? note->where : "", note->text,
                        "not there");
    }
    VEC_FOREACH (const struct chart_note *, note, &rendering->random) {
        struct span name = span_head(span_str(note->text), span_find(span_str(note->text), ' '));

        if (is_random)
            walk_decide(w, LOCK_RANDOM, user, note->where ? note->where : "",
                        arena_span(w->arena, name).ptr, "any value");
    }
}

static void add_questions(struct walk *w, const char *user, const struct chart_rendering *rendering)
{
    VEC_FOREACH (const struct chart_question *, q, &rendering->questions) {
        bool is_api = q->of == CHART_ASKED_API_VERSION;

        walk_decide(w, is_api ? LOCK_API_VERSION_SERVED : LOCK_KUBE_VERSION_READ, user,
                    q->where ? q->where : "", q->asked[0] ? q->asked : "all",
                    is_api && q->asked[0] ? (q->answer[0] == 't' ? "served" : "not served")
                    : is_api              ? "those of the version, and of the tree's definitions"
                                          : q->answer);
    }
}

static void add_decisions(struct walk *w, const char *user, const struct release_values *values,
                          const struct release_result *result)
{
    w->deep->is_random = w->deep->is_random || result->rendering->random.len;
    add_notes(w, user, result->rendering, false);
    add_notes(w, user, result->rendering, true);
    add_questions(w, user, result->rendering);
    VEC_FOREACH (const struct release_note *, note, &values->notes)
        walk_decide(w, LOCK_CLUSTER, user, "", note->field, note->text);
    VEC_FOREACH (const struct release_note *, note, &result->notes)
        walk_decide(w, LOCK_CLUSTER, user, "", note->field, note->text);
}

// --- objects ---

// Whether a value that is another one each time is its own: made in its template, or in one that
// others include.
static bool is_random(const struct release_result *result, const char *path)
{
    VEC_FOREACH (const struct chart_note *, note, &result->rendering->random) {
        struct span where = span_str(note->where), file = span_head(where, span_rfind(where, ':'));

        if (span_is(file, path) || span_starts(span_tail(file, span_rfind(file, '/')), "/_"))
            return true;
    }
    return false;
}

// A chart may leave to Helm in which namespace an object is: in the cluster it says so.
static const struct node *with_namespace(struct walk *w, struct doc **d,
                                         const struct release_object *object)
{
    struct node *copy, *meta;

    if (!object->id.ns.len || node_get_text(node_get(object->node, "metadata"), "namespace").len)
        return object->node;
    if (!*d) {
        *d = doc_new();
        vec_push(&w->deep->store->docs, *d);
    }
    copy = node_copy_from(*d, object->doc, object->node);
    meta = node_get(copy, "metadata");
    if (node_is(meta, NODE_MAP))
        node_set_str(*d, meta, "namespace", object->id.ns);
    return copy;
}

static void add_objects(struct walk *w, const struct deep_object *release, const struct deep_by *by,
                        const struct release_result *result)
{
    struct doc *d = NULL;

    VEC_FOREACH (const struct release_object *, it, &result->objects) {
        const struct node *node;

        if (!it->runs)
            continue; // a test that nobody asks for is never in the cluster
        node = with_namespace(w, &d, it);
        walk_add(w, &(struct deep_object){.node = node,
                                          .doc = node == it->node ? it->doc : d,
                                          .id = it->id,
                                          .layer = release->layer,
                                          .by = by,
                                          .file = it->path ? it->path : "",
                                          .hooks = it->hooks,
                                          .is_crd = it->is_crd || it->is_crd_too,
                                          .is_random = it->path && is_random(result, it->path)});
    }
}

// --- rendering ---

// All that a result depends on, but for what the world has, and definitions.
static struct digest digest_of(struct walk *w, const struct deep_object *object,
                               const struct deep_object *source,
                               const struct release_values *values)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    buf_add_span(&text, chart_key(w, object, source));
    doc_write_json(object->node, true, &text);
    doc_write_json(values->values, true, &text);
    return crypto_sha256(buf_span(&text));
}

static struct release_result *render(struct walk *w, const struct deep_object *object,
                                     const struct chart *chart, const struct release_values *values,
                                     struct err **err)
{
    struct release_result *result = MEM_NEW(struct release_result);
    release_api_versions versions = {0};
    struct release_options options = {
        .release = object->node,
        .release_doc = object->doc,
        .chart = chart,
        .values = values,
        .kube_version = w->deep->kube_version,
        .resolver = &w->sources->resolver,
        .report = w->report,
        .is_cluster_scoped = definitions_are_cluster_scoped,
        .data = w,
        .track_reads = w->track_reads,
    };
    int status;

    definitions_for(w, object->label, &versions);
    options.api_versions = versions.items;
    options.api_version_count = w->api_version_count = versions.len;
    w->unknown_scopes.len = 0;
    status = release_render(&options, result, err);
    vec_free(&versions);
    if (status == 0)
        return result;
    free(result);
    return NULL;
}

// Of this pass, or of the one before when it would be the same again.
static const struct release_result *result_of(struct walk *w, const struct deep_object *object,
                                              const struct release_values *values, struct err **err)
{
    const struct deep_object *source = walk_find_source(w, object, err);
    struct digest of;
    const struct release_result *known;
    const struct chart *chart;
    struct release_result *result;

    if (!source)
        return NULL;
    of = digest_of(w, object, source, values);
    known = finished_find(w, object, &of);
    chart = known ? NULL : find_chart(w, object, err);
    result = chart ? render(w, object, chart, values, err) : NULL;
    if (!result)
        return known;
    if (!w->keep)
        release_result_trim(result);
    finished_add(w, object, &of, result);
    return result;
}

static int install(struct walk *w, const struct deep_object *object,
                   const struct release_values *values, struct err **err)
{
    const struct release_result *result = result_of(w, object, values, err);
    struct deep_by *by;

    if (!result)
        return -1;
    add_decisions(w, object->label, values, result);
    by = walk_applier(w, DEEP_RELEASE, object, walk_chart_text(w, object));
    if (w->keep) {
        by->result = result;
        by->chart = find_chart(w, object, err);
        by->values = values;
    }
    add_objects(w, object, by, result);
    return 0;
}

// WALK_LATER when something that it reads may still come.
static int compose(struct walk *w, const struct deep_object *object, struct release_values *values,
                   struct err **err)
{
    int status;

    holders_begin(w, object);
    status = release_compose(object->node, object->doc, holders_find, w, values, err);
    if (!holders_wait(w))
        return status;
    err_clear(err);
    if (status == 0)
        release_values_free(values);
    return WALK_LATER;
}

int release_follow(struct walk *w, const struct deep_object *object, struct err **err)
{
    struct release_values *values = MEM_NEW(struct release_values);
    int status = compose(w, object, values, err);

    if (status == 0) {
        status = install(w, object, values, err);
        if (w->keep) {
            vec_push(&w->deep->store->values, values);
            return status;
        }
        release_values_free(values);
    }
    free(values);
    return status;
}

int release_see_chart(struct walk *w, const struct deep_object *object, struct err **err)
{
    return find_chart(w, object, err) ? 0 : -1;
}
