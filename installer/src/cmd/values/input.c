// SPDX-License-Identifier: Apache-2.0
// A chart with files of values, rendered with its reads watched.
#include "cmd/values/input.h"

#include "base/file.h"
#include "work/artifacts.h"

enum { VALUES_MAX_BYTES = 64 << 20 };

void input_defaults(struct input_options *o)
{
    o->name = "release-name";
    o->ns = "default";
}

static struct values_layer *add_layer(struct input *input, const char *label)
{
    struct values_layer layer = {label, node_new_map(input->doc), input->doc, false};

    vec_push(&input->layers, layer);
    return &input->layers.items[input->layers.len - 1];
}

// Reads it twice: into a layer of its own, and over what is given already.
static int add_file(struct input *input, const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(VALUES_MAX_BYTES);
    struct node *own = node_new_map(input->doc);

    if (file_read(AT_FDCWD, path, &text, err) < 0 || buf_check(&text, ERR_CONFIG, path, err) < 0 ||
        chart_values_read(input->doc, own, buf_span(&text), path, err) < 0 ||
        chart_values_read(input->doc, input->given, buf_span(&text), path, err) < 0)
        return -1;
    add_layer(input, arena_printf(doc_arena(input->doc), "-f %s", path))->values = own;
    return 0;
}

static int add_files(struct input *input, const struct opt_list *files, struct err **err)
{
    for (size_t i = 0; i < files->len; i++) {
        struct span rest = span_str(files->items[i]), path;

        while (span_next(&rest, ',', &path))
            if (add_file(input, arena_span(doc_arena(input->doc), path).ptr, err) < 0)
                return -1;
    }
    return 0;
}

static int add_sets(struct input *input, const struct opt_list *list, enum chart_set_kind kind,
                    const char *label, struct err **err)
{
    struct node *own;

    if (!list->len)
        return 0;
    own = node_new_map(input->doc);
    for (size_t i = 0; i < list->len; i++) {
        struct span text = span_str(list->items[i]);

        if (chart_set(input->doc, own, text, kind, NULL, NULL, err) < 0 ||
            chart_set(input->doc, input->given, text, kind, NULL, NULL, err) < 0)
            return err_wrap(err, "%s %s", label, list->items[i]);
    }
    add_layer(input, label)->values = own;
    return 0;
}

static int read_values(const struct input_options *o, struct input *input, struct err **err)
{
    if (add_files(input, &o->files, err) < 0 ||
        add_sets(input, &o->set, CHART_SET, "--set", err) < 0)
        return -1;
    return add_sets(input, &o->set_string, CHART_SET_STRING, "--set-string", err);
}

static void set_target(const struct input_options *o, struct input *input)
{
    for (size_t i = 0; i < o->api_versions.len; i++) {
        struct span rest = span_str(o->api_versions.items[i]), item;

        while (span_next(&rest, ',', &item))
            vec_push(&input->api_versions, item);
    }
    input->target = (struct chart_target){.release = span_str(o->name),
                                          .space = span_str(o->ns),
                                          .kube_version = span_str(o->kube_version),
                                          .api_versions = input->api_versions.items,
                                          .api_version_count = input->api_versions.len,
                                          .given_doc = input->doc,
                                          .track_reads = true};
}

static int load(struct command_env *env, const struct input_options *o, struct input *input,
                struct err **err)
{
    struct artifacts_named_chart named = {o->chart, o->bundle, o->lock,    o->ca_file,
                                          o->lab,   env->loop, env->report};

    if (!o->chart) {
        err_set(err, ERR_USAGE, "which chart is meant is not said");
        return err_hint(err, "--chart CHART, with its values: -f FILE");
    }
    input->chart = artifacts_load_chart(&named, err);
    return input->chart ? 0 : -1;
}

int input_open(struct command_env *env, const struct input_options *o, struct input *input,
               struct err **err)
{
    input->doc = doc_new();
    input->given = node_new_map(input->doc);
    if (load(env, o, input, err) < 0 || read_values(o, input, err) < 0)
        return -1;
    set_target(o, input);
    // One that does not render has values all the same; check tells why it does not.
    input->rendering = chart_render(input->chart, input->given, &input->target, &input->failure);
    struct values_input view = {input->chart,  input->layers.items, input->layers.len,
                                input->given,  &input->target,      input->rendering,
                                input->failure};
    input->view = values_view_new(&view, err);
    return input->view ? 0 : -1;
}

void input_close(struct input *input)
{
    values_view_free(input->view);
    chart_rendering_free(input->rendering);
    err_free(input->failure);
    vec_free(&input->layers);
    vec_free(&input->api_versions);
    doc_free(input->doc);
    chart_free(input->chart);
}
