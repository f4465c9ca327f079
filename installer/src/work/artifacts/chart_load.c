// SPDX-License-Identifier: Apache-2.0
// A chart from its files, in a folder or an archive, with the charts in charts/ (Helm's loader: a
// folder or a .tgz each; names that start with '_' or '.' do not count). Of the files only those
// are kept that say what the chart is made of; templates are not.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/archive.h"
#include "work/artifacts/chart.h"

#define NESTED_MAX 16 // charts in charts

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct chart_file *)a)->path, ((const struct chart_file *)b)->path);
}

// The file of that name directly in the chart; `files` are its own, paths start behind `prefix`.
static bool find_file(const struct chart_files *files, size_t prefix, const char *name,
                      struct span *content)
{
    VEC_FOREACH (const struct chart_file *, file, files)
        if (strcmp(file->path + prefix, name) == 0) {
            *content = file->content;
            return true;
        }
    return false;
}

// The documents of a file as one map: of equal keys the last one counts, maps are merged.
static int read_merged(struct walk *w, struct span text, const char *what, const struct node **out,
                       struct err **err)
{
    struct node_list list = {0};

    if (doc_read_helm(walk_doc(w), text, what, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.len; i++) {
        if (!node_is(list.items[i], NODE_MAP))
            return err_set(err, ERR_CONFIG, "%s:%u: is a %s instead of a map", what,
                           list.items[i]->line, node_type_name(list.items[i]));
        *out = *out ? chart_merge(w, *out, list.items[i]) : list.items[i];
    }
    return 0;
}

static int read_meta(struct walk *w, const struct chart_files *files, size_t prefix,
                     const char *what, struct chart *chart, struct err **err)
{
    struct span meta, values = SPAN_EMPTY, requirements = SPAN_EMPTY;
    const struct node *more = NULL;

    if (!find_file(files, prefix, "Chart.yaml", &meta))
        return err_set(err, ERR_SOURCE, "%s has no Chart.yaml", what);
    (void)find_file(files, prefix, "values.yaml", &values);
    (void)find_file(files, prefix, "requirements.yaml", &requirements);
    if (read_merged(w, meta, arena_printf(w->arena, "%s/Chart.yaml", what), &chart->meta, err) <
            0 ||
        read_merged(w, values, arena_printf(w->arena, "%s/values.yaml", what), &chart->values,
                    err) < 0 ||
        read_merged(w, requirements, arena_printf(w->arena, "%s/requirements.yaml", what), &more,
                    err) < 0)
        return -1;
    if (!chart->meta)
        return err_set(err, ERR_SOURCE, "%s/Chart.yaml is empty", what);
    chart->dependencies[0] = node_get(chart->meta, "dependencies");
    chart->dependencies[1] = node_get(more, "dependencies");
    return 0;
}

static int load(struct walk *w, struct chart_files *files, size_t prefix, const char *what,
                struct chart_limits *limits, struct chart *chart, struct err **err);

static int load_folder(struct walk *w, const struct chart_file *first, size_t count, size_t prefix,
                       const char *what, struct chart_limits *limits, struct chart *chart,
                       struct err **err)
{
    struct chart_files below CLEANUP(chart_files_free) = {0};

    for (size_t i = 0; i < count; i++)
        vec_push(&below, first[i]);
    return load(w, &below, prefix, what, limits, chart, err);
}

// One entry of charts/, the files from `first` on that share its name; `prefix` ends with
// "charts/".
static int load_subchart(struct walk *w, const struct chart_file *first, size_t count,
                         size_t prefix, struct span name, const char *what,
                         struct chart_limits *limits, struct chart *parent, struct err **err)
{
    char *below = arena_printf(w->arena, "%s/charts/%.*s", what, SPAN_ARG(name));
    bool is_file = first->path[prefix + name.len] == '\0';
    struct chart *chart;
    int status;

    if (name.ptr[0] == '_' || name.ptr[0] == '.' || (is_file && !span_ends(name, ".tgz")))
        return 0;
    chart = ARENA_NEW(w->arena, struct chart);
    if (is_file)
        status = chart_load_archive(w, first->content, below, limits, chart, err);
    else
        status = load_folder(w, first, count, prefix + name.len + 1, below, limits, chart, err);
    if (status == 0)
        vec_push_arena(w->arena, &parent->subcharts, chart);
    return status;
}

static int load_subcharts(struct walk *w, const struct chart_files *files, size_t prefix,
                          const char *what, struct chart_limits *limits, struct chart *chart,
                          struct err **err)
{
    static const char folder[] = "charts/";
    size_t start = prefix + sizeof(folder) - 1;

    for (size_t i = 0, end; i < files->len; i = end) {
        const char *path = files->items[i].path;
        struct span name;

        end = i + 1;
        if (strncmp(path + prefix, folder, sizeof(folder) - 1) != 0)
            continue;
        name = span_of(path + start, strcspn(path + start, "/"));
        // Sorted, the files of one folder stand together.
        while (path[start + name.len] == '/' && end < files->len &&
               strncmp(files->items[end].path, path, start + name.len + 1) == 0)
            end++;
        if (load_subchart(w, &files->items[i], end - i, start, name, what, limits, chart, err) < 0)
            return -1;
    }
    return 0;
}

static int load(struct walk *w, struct chart_files *files, size_t prefix, const char *what,
                struct chart_limits *limits, struct chart *chart, struct err **err)
{
    int status;

    if (limits->depth == NESTED_MAX)
        return err_set(err, ERR_CONFIG, "%s: charts are nested more than %d levels deep", what,
                       NESTED_MAX);
    if (++limits->charts > CHART_SUBCHARTS_MAX)
        return err_set(err, ERR_CONFIG, "%s: more than %d subcharts", what, CHART_SUBCHARTS_MAX);
    if (read_meta(w, files, prefix, what, chart, err) < 0)
        return -1;
    limits->depth++;
    status = load_subcharts(w, files, prefix, what, limits, chart, err);
    limits->depth--;
    return status;
}

void chart_files_free(struct chart_files *files)
{
    vec_free(files);
}

bool chart_needs_file(const char *path)
{
    static const char *const names[] = {"Chart.yaml", "values.yaml", "requirements.yaml"};
    const char *base = path_base(path);

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    return span_ends(span_str(path), ".tgz") && strstr(path, "charts/");
}

int chart_load_files(struct walk *w, struct chart_files *files, const char *what,
                     struct chart *chart, struct err **err)
{
    struct chart_limits limits = {.bytes = CHART_MAX_BYTES};

    qsort(files->items, files->len, sizeof(*files->items), compare_files);
    return load(w, files, 0, what, &limits, chart, err);
}

// Counts what comes out of all archives of a chart together.
static int count_entry(struct chart_limits *limits, const struct tar_entry *entry, const char *what,
                       struct err **err)
{
    static const uint64_t header = 512;

    if (entry->size > limits->bytes || header > limits->bytes - entry->size)
        return err_set(err, ERR_INTEGRITY, "%s: more than %u MiB in a chart and its subcharts",
                       what, (unsigned)(CHART_MAX_BYTES >> 20));
    limits->bytes -= entry->size + header;
    return 0;
}

// `content` holds what is read until the files are no longer needed.
static int read_archive(struct tar_reader *reader, const char *what, struct arena *content,
                        struct chart_limits *limits, struct chart_files *files, struct err **err)
{
    struct tar_entry entry;
    int more;

    while ((more = tar_next(reader, &entry, err)) > 0) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
        const char *slash = strchr(entry.path, '/'); // the chart's own folder comes first
        struct chart_file file = {0};

        if (count_entry(limits, &entry, what, err) < 0)
            return -1;
        if (entry.type != TAR_FILE || !slash || !chart_needs_file(slash + 1))
            continue;
        file.path = arena_str(content, slash + 1);
        if (tar_read(reader, &text, err) < 0)
            return -1;
        file.content = arena_span(content, buf_span(&text));
        vec_push(files, file);
    }
    return more;
}

int chart_load_archive(struct walk *w, struct span tgz, const char *what,
                       struct chart_limits *limits, struct chart *chart, struct err **err)
{
    struct stream *plain = stream_decompress(stream_from_span(tgz), CHART_MAX_BYTES, what);
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) = tar_reader_new(plain, what, err);
    struct chart_files files CLEANUP(chart_files_free) = {0};
    struct arena *content CLEANUP(arena_cleanup) = arena_new();

    if (!reader || read_archive(reader, what, content, limits, &files, err) < 0)
        return -1;
    if (files.len)
        qsort(files.items, files.len, sizeof(*files.items), compare_files);
    return load(w, &files, 0, what, limits, chart, err);
}
