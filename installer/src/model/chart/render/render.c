// SPDX-License-Identifier: Apache-2.0
// A chart rendered: values, templates, documents (Helm 4.2, pkg/action: install.go, action.go).
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/chart/convert/convert.h"
#include "model/chart/load/ahead.h"
#include "model/chart/render/documents.h"
#include "model/chart/render/expect.h"
#include "model/chart/render/explain.h"
#include "model/chart/render/functions.h"
#include "model/chart/render/objects.h"
#include "model/chart/render/render.h"
#include "model/chart/schema/schema.h"
#include "model/chart/track/track.h"

// --- values ---

static void warn(struct chart_rendering *out, const char *text)
{
    struct chart_note note = {.text = arena_str(out->arena, text)};

    vec_push(&out->warnings, note);
}

static struct chart_instance *instantiate(struct rendering *r, const struct chart *chart,
                                          const struct node *given,
                                          const struct kube_version *version, struct err **err)
{
    chart_warnings warnings = {0}; // in the arena of the doc
    struct chart_instance *instance = chart_instantiate(r->doc, chart, given, r->target->given_doc,
                                                        version->plain, &warnings, err);

    VEC_FOREACH (char **, it, &warnings)
        warn(r->out, *it);
    if (!instance)
        return NULL;
    if (node_get_bool(chart->meta, "deprecated", false))
        warn(r->out, "this chart is deprecated");
    return instance;
}

static struct value release(struct arena *a, const struct chart_target *target)
{
    struct value map = value_new_map(a, VALUE_MAP);

    value_set(a, map.map, SPAN("Name"), value_string(target->release));
    value_set(a, map.map, SPAN("Namespace"), value_string(target->space));
    value_set(a, map.map, SPAN("IsUpgrade"), value_bool(target->is_upgrade));
    value_set(a, map.map, SPAN("IsInstall"), value_bool(!target->is_upgrade));
    value_set(a, map.map, SPAN("Revision"), value_int(target->revision ? target->revision : 1));
    value_set(a, map.map, SPAN("Service"), value_string(SPAN("Helm")));
    return map;
}

// --- templates ---

// Other threads begin while the values are made.
static struct template_parsing *begin_to_parse(const struct rendering *r, const struct chart *chart)
{
    expected_files expected = {0};
    struct template_parsing *parsing;

    expect_templates(r->arena, chart, &expected);
    parsing = template_parse_begin(r->set, chart_take_texts(chart), expected.items, expected.len);
    vec_free(&expected);
    return parsing;
}

static int end_to_parse(struct rendering *r, struct template_parsing **parsing,
                        const context_templates *templates, struct err **err)
{
    struct template_file *files = arena_array(r->arena, templates->len, sizeof(*files));
    size_t failed;

    for (size_t i = 0; i < templates->len; i++)
        files[i] = (struct template_file){templates->items[i].path, templates->items[i].text};
    if (template_parse_end(STEAL(*parsing), files, templates->len, &failed, err) == 0)
        return 0;
    r->current = &templates->items[failed];
    return explain_parse(r, err);
}

// What a file writes, in the rendering's arena.
static int execute(struct rendering *r, const struct context_template *template,
                   struct span *output, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(TEMPLATE_LIMITS.output_bytes);
    struct value dot = object_values(template->dot);
    int status;

    r->current = template;
    context_enter(r->arena, template);
    status = template_execute(r->run, template->path, &dot, &out, err);
    if (r->trouble) {
        err_clear(err);
        return err_move(err, &r->trouble);
    }
    if (status < 0)
        return explain_execution(r, err);
    *output = documents_clean(r->out->arena, arena_span(r->out->arena, buf_span(&out)));
    return 0;
}

static int compare_outputs(const void *a, const void *b)
{
    return span_cmp(((const struct chart_output *)a)->path, ((const struct chart_output *)b)->path);
}

// Notes for people are rendered as well, and left out then.
static int execute_all(struct rendering *r, const context_templates *templates,
                       chart_outputs *outputs, struct documents_ahead *documents, struct err **err)
{
    VEC_FOREACH (const struct context_template *, template, templates) {
        struct chart_output output;

        if (template->is_partial)
            continue;
        if (execute(r, template, &output.text, err) < 0)
            return -1;
        // The path goes with the rendering, the templates do not.
        output.path = arena_span(r->out->arena, template->path);
        if (span_ends(template->path, "NOTES.txt"))
            continue;
        vec_push(outputs, output);
        if (documents)
            documents_ahead_add(documents, &output);
    }
    if (outputs->len)
        qsort(outputs->items, outputs->len, sizeof(*outputs->items), compare_outputs);
    return 0;
}

// --- definitions of crds/ ---

static bool is_manifest(const char *path)
{
    static const char *const endings[] = {".yaml", ".yml", ".json"};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < ARRAY_LEN(endings); i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

// Their texts stay the chart's: they are megabytes, and most who render do not look at them.
static void add_crds(struct chart_rendering *out, const struct chart_instance *instance)
{
    VEC_FOREACH (const struct chart_file *, file, &instance->chart->files) {
        struct chart_definition definition = {.file = file};

        if (!span_starts(span_str(file->path), "crds/") || !is_manifest(file->path))
            continue;
        definition.path =
            span_str(arena_printf(out->arena, "%.*s/%s", SPAN_ARG(instance->path), file->path));
        vec_push(&out->crds, definition);
    }
    for (size_t i = 0; i < instance->subcharts.len; i++)
        add_crds(out, instance->subcharts.items[i]);
}

// --- which values are read ---

// By the templates' text; those that are executed from now on are watched.
static void find_reads(struct rendering *r, const struct chart_instance *instance,
                       const struct value *values, const context_templates *templates)
{
    if (!r->target->track_reads)
        return;
    r->track = track_new(r->out, instance, r->doc);
    track_explore_begin(r->track, r->set);
    VEC_FOREACH (const struct context_template *, template, templates)
        if (!template->is_partial)
            track_explore(r->track, template->path, template->instance);
    track_explore_values(r->track);
    track_of_charts(r->track);
    track_of_schemas(r->track);
    track_watch(r->track, r->run, values);
}

// --- the whole ---

// What is there before anything is executed.
struct prepared {
    struct kube_version version;
    struct capabilities_listener listener;
    struct chart_instance *instance;
    struct value values;
    context_templates templates;
    struct schema_checking *checking; // or NULL
};

static void parsing_cleanup(struct template_parsing **parsing)
{
    template_parse_abandon(*parsing);
}

static void rendering_end(struct rendering *r)
{
    track_free(r->track);
    template_run_free(r->run);
    template_set_free(r->set);
    map_free(&r->included);
    map_free(&r->noted);
    render_outputs_free(r);
    err_free(r->trouble);
    arena_free(r->arena);
    doc_free(r->doc);
}

static void rendering_begin(struct rendering *r, struct chart_rendering *out,
                            const struct chart_target *target)
{
    const struct template_function *functions;
    size_t count;

    *r = (struct rendering){.env = {.on_random = render_note_random},
                            .out = out,
                            .target = target,
                            .arena = arena_new(),
                            .doc = doc_new()};
    functions = render_functions(&count);
    r->set = template_set_new(functions, count, r);
    r->run = template_run_new(r->set, r->arena, &TEMPLATE_LIMITS);
}

// Another core does it while templates are parsed and executed, which nobody sees when it fails.
// But a cluster that is asked would, and reads are added to the values' doc.
static int begin_to_check(const struct rendering *r, struct prepared *p, struct err **err)
{
    enum chart_user user = r->target->user;

    if (r->target->skip_schema)
        return 0;
    if (r->target->lookup || r->target->track_reads)
        return schema_check(p->instance, r->doc, user, err);
    p->checking = schema_check_begin(p->instance, r->doc, user);
    return 0;
}

// What it says comes before all that was done meanwhile.
static int end_to_check(struct prepared *p, int status, struct err **err)
{
    struct err *refused = NULL;

    if (!p->checking || schema_check_end(STEAL(p->checking), &refused) == 0)
        return status;
    err_clear(err);
    return err_move(err, &refused);
}

// The values that templates see, and the templates of the charts that are on, all parsed. Helm
// judges the values before it parses any, which is what counts for errors.
static int prepare(struct rendering *r, const struct chart *chart, const struct node *given,
                   struct prepared *p, struct err **err)
{
    struct template_parsing *parsing CLEANUP(parsing_cleanup) = begin_to_parse(r, chart);
    struct context_common common = {.release = release(r->arena, r->target),
                                    .trouble = &r->trouble};

    p->listener = (struct capabilities_listener){render_note_question, r};
    if (object_kube_version(r->arena, r->target->kube_version, &p->version, err) < 0)
        return -1;
    p->instance = instantiate(r, chart, given, &p->version, err);
    if (!p->instance)
        return -1;
    add_crds(r->out, p->instance);
    common.values = p->values = convert_to_value(r->arena, p->instance->values);
    common.capabilities = object_capabilities(r->arena, &p->version, r->target, &p->listener);
    context_collect(r->arena, p->instance, &common, &p->templates);
    r->templates = &p->templates;
    if (begin_to_check(r, p, err) < 0)
        return -1;
    return end_to_parse(r, &parsing, &p->templates, err);
}

// `outputs` NULL: nothing is executed.
static int render(struct rendering *r, const struct chart *chart, const struct node *given,
                  chart_outputs *outputs, struct documents_ahead *documents, struct err **err)
{
    struct prepared p = {0};
    int status = prepare(r, chart, given, &p, err);

    if (status == 0)
        find_reads(r, p.instance, &p.values, &p.templates);
    if (status == 0 && outputs)
        status = execute_all(r, &p.templates, outputs, documents, err);
    status = end_to_check(&p, status, err);
    if (r->track)
        track_end(r->track);
    r->templates = NULL;
    vec_free(&p.templates);
    return status;
}

int render_files(const struct chart *chart, const struct node *given,
                 const struct chart_target *target, struct chart_rendering *rendering,
                 chart_outputs *outputs, struct documents_ahead *documents, struct err **err)
{
    struct rendering r CLEANUP(rendering_end);

    rendering_begin(&r, rendering, target);
    return render(&r, chart, given, outputs, documents, err);
}

// --- in steps ---

struct chart_rendering *chart_render_outputs(const struct chart *chart, const struct node *given,
                                             const struct chart_target *target,
                                             chart_outputs *outputs, struct err **err)
{
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = chart_rendering_new();

    if (render_files(chart, given, target, rendering, outputs, NULL, err) < 0)
        return NULL;
    return STEAL(rendering);
}

struct chart_rendering *chart_render(const struct chart *chart, const struct node *given,
                                     const struct chart_target *target, struct err **err)
{
    chart_outputs outputs = {0};
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = chart_rendering_new();
    // Freed first: it reads the rendering's texts.
    struct documents_ahead *documents CLEANUP(documents_ahead_cleanup) = documents_ahead_new();
    int status = render_files(chart, given, target, rendering, &outputs, documents, err);

    if (status == 0)
        status = documents_ahead_end(documents, rendering, &outputs, err);
    vec_free(&outputs);
    return status < 0 ? NULL : STEAL(rendering);
}

struct chart_rendering *chart_find_reads(const struct chart *chart, const struct node *given,
                                         const struct chart_target *target, struct err **err)
{
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = chart_rendering_new();
    struct chart_target tracked = *target;

    tracked.track_reads = true;
    return render_files(chart, given, &tracked, rendering, NULL, NULL, err) < 0 ? NULL
                                                                                : STEAL(rendering);
}
