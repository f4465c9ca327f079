// SPDX-License-Identifier: Apache-2.0
// What `helm template` prints of a rendering (Helm 4.2, pkg/cmd/template.go).
#include "base/glob.h"
#include "base/rune.h"
#include "model/chart/render/documents.h"

#define START "---\n# Source: "

static void add(struct buf *out, struct span path, struct span text)
{
    buf_add_str(out, START);
    buf_add_span(out, path);
    buf_add_char(out, '\n');
    buf_add_span(out, text);
    buf_add_char(out, '\n');
}

static int print_crds(const struct chart_rendering *rendering, struct buf *out, struct err **err)
{
    VEC_FOREACH (const struct chart_definition *, definition, &rendering->crds) {
        struct span text;

        if (chart_file_text(definition->file, &text, err) < 0)
            return -1;
        add(out, definition->path, text);
    }
    return 0;
}

// White space is trimmed off both ends of what is no hook, as a whole.
static int print_manifests(const struct chart_rendering *rendering, bool crds, struct buf *out,
                           struct err **err)
{
    size_t start = out->len;
    struct span all;

    if (crds && print_crds(rendering, out, err) < 0)
        return -1;
    VEC_FOREACH (const struct chart_manifest *, manifest, &rendering->manifests)
        add(out, manifest->path, manifest->text);
    // It starts with "---", so that there is something to trim at its end only.
    all = rune_trim(span_tail(buf_span(out), start));
    buf_truncate(out, start + all.len);
    buf_add_char(out, '\n');
    return 0;
}

static size_t length(const struct chart_manifest *manifest)
{
    return sizeof(START) + 1 + manifest->path.len + manifest->text.len;
}

// Of all that may be printed, for a buffer that need not grow: it would leave half of its pages
// behind.
static size_t length_of_all(const struct chart_rendering *rendering)
{
    size_t sum = 1;

    VEC_FOREACH (const struct chart_manifest *, manifest, &rendering->manifests)
        sum += length(manifest);
    VEC_FOREACH (const struct chart_manifest *, hook, &rendering->hooks)
        sum += length(hook);
    return sum;
}

static int print_all(const struct chart_rendering *rendering, const struct chart_print *options,
                     struct buf *out, struct err **err)
{
    size_t most = length_of_all(rendering);

    if (most < out->max - out->len)
        (void)!buf_reserve(out, most);
    if (print_manifests(rendering, options->crds, out, err) < 0)
        return -1;
    if (!options->no_hooks)
        VEC_FOREACH (const struct chart_manifest *, hook, &rendering->hooks)
            if (!options->skip_tests || !(hook->hooks & CHART_HOOK_TEST))
                add(out, hook->path, hook->text);
    return buf_check(out, ERR_CONFIG, "what the chart renders to", err);
}

// What --show-only compares with: the path behind the chart's name, where a comment says it.
static struct span source_of(struct span document)
{
    static const struct span mark = {"# Source: ", sizeof("# Source: ") - 1};
    struct span rest = document;

    for (;;) {
        size_t at = span_search(rest, mark), slash;
        struct span path;

        if (at == rest.len)
            return SPAN_EMPTY;
        rest = span_tail(rest, at + mark.len);
        slash = span_find(rest, '/');
        path = span_tail(rest, slash + 1);
        path = span_head(path, span_find(path, '\n'));
        if (slash > 0 && path.len)
            return path;
    }
}

// Prints the documents whose template the pattern names.
static int print_matching(struct span all, struct span pattern, struct buf *out, struct err **err)
{
    struct span document;
    bool found = false;

    while (chart_documents_next(&all, &document)) {
        struct span source = source_of(document);

        if (!source.len || !glob_match(pattern, source, GLOB_PATH))
            continue;
        buf_add_str(out, "---\n");
        buf_add_span(out, document);
        buf_add_char(out, '\n');
        found = true;
    }
    if (found)
        return 0;
    err_set(err, ERR_CONFIG, "no template %.*s of the chart renders to anything",
            SPAN_ARG(pattern));
    return err_hint(err, "its path starts below the chart: templates/deployment.yaml, or with "
                         "wildcards 'templates/*.yaml'; without --show-only all of them are "
                         "printed with their paths");
}

int chart_print(const struct chart_rendering *rendering, const struct chart_print *options,
                struct buf *out, struct err **err)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!options->show_only_count)
        return print_all(rendering, options, out, err);
    if (print_all(rendering, options, &all, err) < 0)
        return -1;
    for (size_t i = 0; i < options->show_only_count; i++)
        if (print_matching(chart_documents_start(buf_span(&all)), options->show_only[i], out, err) <
            0)
            return -1;
    return buf_check(out, ERR_CONFIG, "what the chart renders to", err);
}
