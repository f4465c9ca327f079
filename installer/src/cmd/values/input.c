// SPDX-License-Identifier: Apache-2.0
// A chart with files of values, rendered with its reads watched.
#include "cmd/values/input.h"

#include <stdlib.h>

#include "base/file.h"

enum { VALUES_MAX_BYTES = 64 << 20 };

void input_defaults(struct input_options *o)
{
    o->name = "release-name";
    o->ns = "default";
}

// The values while they are read.
struct reading {
    struct input *input;
    struct doc *d;
    struct node *given;
};

static void add_layer(struct reading *r, const char *label, const struct node *values)
{
    struct values_layer layer = {label, values, r->d, false};

    vec_push(&r->input->layers, layer);
}

// Reads it twice: into a layer of its own, and over what is given already.
static int add_file(struct reading *r, const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(VALUES_MAX_BYTES);
    struct node *own = node_new_map(r->d);

    if (file_read(AT_FDCWD, path, &text, err) < 0 || buf_check(&text, ERR_CONFIG, path, err) < 0 ||
        chart_values_read(r->d, own, buf_span(&text), path, err) < 0 ||
        chart_values_read(r->d, r->given, buf_span(&text), path, err) < 0)
        return -1;
    add_layer(r, arena_printf(doc_arena(r->d), "-f %s", path), own);
    return 0;
}

static int add_files(struct reading *r, const struct opt_list *files, struct err **err)
{
    for (size_t i = 0; i < files->len; i++) {
        struct span rest = span_str(files->items[i]), path;

        while (span_next(&rest, ',', &path))
            if (add_file(r, arena_span(doc_arena(r->d), path).ptr, err) < 0)
                return -1;
    }
    return 0;
}

static int add_sets(struct reading *r, const struct opt_list *list, enum chart_set_kind kind,
                    const char *label, struct err **err)
{
    struct node *own = node_new_map(r->d);

    for (size_t i = 0; i < list->len; i++) {
        struct span text = span_str(list->items[i]);

        if (chart_set(r->d, own, text, kind, NULL, NULL, err) < 0 ||
            chart_set(r->d, r->given, text, kind, NULL, NULL, err) < 0)
            return err_wrap(err, "%s %s", label, list->items[i]);
    }
    if (list->len)
        add_layer(r, label, own);
    return 0;
}

static int read_values(const struct input_options *o, struct input *input, struct err **err)
{
    struct reading r = {input, doc_new(), NULL};

    r.given = node_new_map(r.d);
    input->own.doc = r.d;
    input->given_doc = r.d;
    input->given = r.given;
    if (add_files(&r, &o->files, err) < 0 || add_sets(&r, &o->set, CHART_SET, "--set", err) < 0)
        return -1;
    return add_sets(&r, &o->set_string, CHART_SET_STRING, "--set-string", err);
}

static void set_target(const struct input_options *o, struct input *input)
{
    VEC(struct span) versions = {0};

    for (size_t i = 0; i < o->api_versions.len; i++) {
        struct span rest = span_str(o->api_versions.items[i]), item;

        while (span_next(&rest, ',', &item))
            vec_push(&versions, item);
    }
    input->own.api_versions = versions.items;
    input->target = (struct chart_target){.release = span_str(o->name),
                                          .space = span_str(o->ns),
                                          .kube_version = span_str(o->kube_version),
                                          .api_versions = versions.items,
                                          .api_version_count = versions.len,
                                          .given_doc = input->given_doc,
                                          .track_reads = true};
}

struct artifacts_from input_from(const struct command_env *env, const struct input_options *o)
{
    return (struct artifacts_from){o->bundle, o->lock, o->ca_file, o->lab, env->loop, env->report};
}

int input_open(struct command_env *env, const struct input_options *o, struct input *input,
               struct err **err)
{
    struct artifacts_named_chart named = {o->chart, input_from(env, o)};

    input->own.chart = artifacts_load_chart(&named, err);
    if (!input->own.chart || read_values(o, input, err) < 0)
        return -1;
    input->chart = input->own.chart;
    set_target(o, input);
    // One that does not render has values all the same; check tells why it does not.
    input->own.rendering =
        chart_render(input->chart, input->given, &input->target, &input->failure);
    input->rendering = input->own.rendering;
    return 0;
}

int input_look(struct input *input, struct err **err)
{
    struct values_input view = {input->chart,  input->layers.items, input->layers.len,
                                input->given,  &input->target,      input->rendering,
                                input->failure};

    if (!input->view)
        input->view = values_view_new(&view, err);
    return input->view ? 0 : -1;
}

void input_close(struct input *input)
{
    values_view_free(input->view);
    chart_rendering_free(input->own.rendering);
    err_free(input->failure);
    vec_free(&input->layers);
    free(input->own.api_versions);
    doc_free(input->own.doc);
    chart_free(input->own.chart);
    arena_free(input->arena);
}
