// SPDX-License-Identifier: Apache-2.0
// A release from values to objects (helm-controller 1.6, internal/action/install.go; Helm 4.2,
// pkg/action/install.go).
#include "controller/release/internal.h"

// --- what the reader has to know ---

static void note_all(struct release_result *result)
{
    VEC_FOREACH (const struct chart_note *, it, &result->rendering->random)
        vec_push(&result->notes, (struct release_note){it->where, it->text});
    VEC_FOREACH (const struct chart_note *, it, &result->rendering->lookups)
        vec_push(&result->notes, (struct release_note){it->where, it->text});
}

static void note_old_fields(struct release_result *result, const struct node *spec)
{
    static const char *const old[] = {"patchesStrategicMerge", "patchesJson6902"};
    size_t index = 0;

    NODE_FOREACH_ITEM (entry, node_get(spec, "postRenderers")) {
        for (size_t i = 0; i < ARRAY_LEN(old); i++)
            if (node_get(node_get(entry, "kustomize"), old[i]))
                vec_push(&result->notes,
                         (struct release_note){
                             arena_printf(result->arena, "spec.postRenderers[%zu].kustomize.%s",
                                          index, old[i]),
                             "is no field of v2, and dropped by the API server: use patches"});
        index++;
    }
}

// --- the record ---

static int write_manifest(struct release_result *result, struct err **err)
{
    VEC_FOREACH (const struct chart_manifest *, m, &result->rendering->manifests) {
        buf_add_str(&result->manifest, "---\n# Source: ");
        buf_add_span(&result->manifest, m->path);
        buf_add_char(&result->manifest, '\n');
        buf_add_span(&result->manifest, m->text);
        buf_add_char(&result->manifest, '\n');
    }
    return buf_check(&result->manifest, ERR_CONFIG, "what the chart renders to", err);
}

// --- rendering ---

static int list_apis(struct arena *arena, const struct release_options *options,
                     release_api_versions *all, struct err **err)
{
    if (release_builtin_apis(arena, options->kube_version, all, err) < 0)
        return -1;
    for (size_t i = 0; i < options->api_version_count; i++)
        vec_push(all, options->api_versions[i]);
    return 0;
}

static struct chart_rendering *render_chart(const struct release_options *options,
                                            struct release_result *result, chart_outputs *outputs,
                                            struct err **err)
{
    const struct node *install = node_get(node_get(options->release, "spec"), "install");
    release_api_versions all = {0};
    struct chart_rendering *rendering = NULL;
    struct chart_target target = {
        .release = release_name(result->arena, options->release),
        .space = release_namespace(options->release),
        .kube_version = options->kube_version,
        .only_api_versions = true,
        .skip_schema = node_get_bool(install, "disableSchemaValidation", false),
        .given_doc = options->values->doc,
        .track_reads = options->track_reads,
        .user = CHART_USER_RELEASE,
        .lookup = options->lookup,
        .data = options->data,
    };

    if (list_apis(result->arena, options, &all, err) == 0) {
        target.api_versions = all.items;
        target.api_version_count = all.len;
        rendering =
            chart_render_outputs(options->chart, options->values->values, &target, outputs, err);
    }
    vec_free(&all);
    return rendering;
}

static int render(const struct release_options *options, struct release_result *result,
                  chart_outputs *outputs, struct err **err)
{
    struct release_post post = {.options = options, .arena = result->arena, .docs = &result->docs};

    result->rendering = render_chart(options, result, outputs, err);
    if (!result->rendering || release_post_render(&post, outputs, err) < 0 ||
        chart_add_documents(result->rendering, outputs, err) < 0 || write_manifest(result, err) < 0)
        return -1;
    note_old_fields(result, node_get(options->release, "spec"));
    note_all(result);
    return release_collect(options, &post, result, err);
}

int release_render(const struct release_options *options, struct release_result *result,
                   struct err **err)
{
    char *label CLEANUP(mem_cleanup) = node_label(options->release);
    chart_outputs outputs = {0};
    int status;

    *result = (struct release_result){.arena = arena_new(), .manifest = BUF_INIT(BUF_DOC_MAX)};
    status = render(options, result, &outputs, err);
    vec_free(&outputs);
    if (status == 0)
        return 0;
    release_result_free(result);
    return err_wrap(err, "%s", label);
}

void release_result_free(struct release_result *result)
{
    VEC_FOREACH (struct doc **, it, &result->docs)
        doc_free(*it);
    vec_free(&result->docs);
    vec_free(&result->objects);
    vec_free(&result->notes);
    buf_free(&result->manifest);
    chart_rendering_free(result->rendering);
    arena_free(result->arena);
    *result = (struct release_result){0};
}
