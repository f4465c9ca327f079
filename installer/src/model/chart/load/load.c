// SPDX-License-Identifier: Apache-2.0
// A chart from its files, in a folder or an archive, with the charts in charts/ (Helm's loader: a
// folder or a .tgz each; names that start with '_' or '.' do not count). Of the files only those
// are kept that say what the chart is made of; templates are not.
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/chart/load/files.h"

// Owns a chart with its subcharts.
struct chart_store {
    struct arena *arena;
    VEC(struct doc *) docs; // of one file each: their limits are those of one file
};

// One chart with all that is in it.
struct loader {
    struct chart_store *store;
    uint64_t room;  // what may still come out of archives
    unsigned depth; // charts around this one
    size_t charts;  // loaded so far
};

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct chart_file *)a)->path, ((const struct chart_file *)b)->path);
}

static void sort_files(chart_files *files)
{
    if (files->len)
        qsort(files->items, files->len, sizeof(*files->items), compare_files);
}

// The file of that name directly in the chart; `files` are its own, paths start behind `prefix`.
static const struct chart_file *find_file(const chart_files *files, size_t prefix, const char *name)
{
    VEC_FOREACH (const struct chart_file *, file, files)
        if (strcmp(file->path + prefix, name) == 0)
            return file;
    return NULL;
}

// The documents of a file as one map: of equal keys the last one counts, maps are merged. *out
// stays as it is without any.
static int read_merged(struct loader *l, struct span text, const char *what, struct node **out,
                       struct err **err)
{
    struct doc *d = doc_new();
    struct node_list list = {0};

    vec_push(&l->store->docs, d);
    if (doc_read_helm(d, text, what, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.len; i++) {
        if (!node_is(list.items[i], NODE_MAP))
            return err_set(err, ERR_CONFIG, "%s:%u: is a %s instead of a map", what,
                           list.items[i]->line, node_type_name(list.items[i]));
        if (*out)
            chart_merge(d, *out, list.items[i]);
        else
            *out = list.items[i];
    }
    return 0;
}

// Reads one of the files that say what a chart is; one that is not there is empty.
static int read_file(struct loader *l, const chart_files *files, size_t prefix, const char *name,
                     const char *what, struct node **out, struct err **err)
{
    const struct chart_file *file = find_file(files, prefix, name);

    *out = NULL;
    if (!file)
        return 0;
    return read_merged(l, file->content, arena_printf(l->store->arena, "%s/%s", what, name), out,
                       err);
}

static int read_meta(struct loader *l, const chart_files *files, size_t prefix, const char *what,
                     struct chart *chart, struct err **err)
{
    struct node *meta, *values, *requirements;

    if (!find_file(files, prefix, "Chart.yaml"))
        return err_set(err, ERR_SOURCE, "%s has no Chart.yaml", what);
    if (read_file(l, files, prefix, "Chart.yaml", what, &meta, err) < 0 ||
        read_file(l, files, prefix, "values.yaml", what, &values, err) < 0 ||
        read_file(l, files, prefix, "requirements.yaml", what, &requirements, err) < 0)
        return -1;
    if (!meta)
        return err_set(err, ERR_SOURCE, "%s/Chart.yaml is empty", what);
    chart->meta = meta;
    chart->values = values;
    chart->dependencies[0] = node_get(meta, "dependencies");
    chart->dependencies[1] = node_get(requirements, "dependencies");
    return 0;
}

static int load(struct loader *l, const chart_files *files, size_t prefix, const char *what,
                struct chart *chart, struct err **err);

static int load_folder(struct loader *l, const struct chart_file *first, size_t count,
                       size_t prefix, const char *what, struct chart *chart, struct err **err)
{
    chart_files below CLEANUP(chart_files_free) = {0};

    for (size_t i = 0; i < count; i++)
        vec_push(&below, first[i]);
    return load(l, &below, prefix, what, chart, err);
}

static int load_archive(struct loader *l, struct span tgz, const char *what, struct chart *chart,
                        struct err **err)
{
    chart_files files CLEANUP(chart_files_free) = {0};
    struct arena *contents CLEANUP(arena_cleanup) = arena_new();

    if (chart_archive_read(tgz, what, contents, &l->room, &files, err) < 0)
        return -1;
    sort_files(&files);
    return load(l, &files, 0, what, chart, err);
}

// One entry of charts/, the files from `first` on that share its name; `prefix` ends with
// "charts/".
static int load_subchart(struct loader *l, const struct chart_file *first, size_t count,
                         size_t prefix, struct span name, const char *what, struct chart *parent,
                         struct err **err)
{
    char *below = arena_printf(l->store->arena, "%s/charts/%.*s", what, SPAN_ARG(name));
    bool is_file = first->path[prefix + name.len] == '\0';
    struct chart *chart;
    int status;

    if (name.ptr[0] == '_' || name.ptr[0] == '.' || (is_file && !span_ends(name, ".tgz")))
        return 0;
    chart = ARENA_NEW(l->store->arena, struct chart);
    if (is_file)
        status = load_archive(l, first->content, below, chart, err);
    else
        status = load_folder(l, first, count, prefix + name.len + 1, below, chart, err);
    if (status == 0)
        vec_push_arena(l->store->arena, &parent->subcharts, chart);
    return status;
}

static int load_subcharts(struct loader *l, const chart_files *files, size_t prefix,
                          const char *what, struct chart *chart, struct err **err)
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
        if (load_subchart(l, &files->items[i], end - i, start, name, what, chart, err) < 0)
            return -1;
    }
    return 0;
}

static int load(struct loader *l, const chart_files *files, size_t prefix, const char *what,
                struct chart *chart, struct err **err)
{
    int status;

    if (l->depth == CHART_DEPTH_MAX)
        return err_set(err, ERR_CONFIG, "%s: charts are nested more than %d levels deep", what,
                       CHART_DEPTH_MAX);
    if (++l->charts > CHART_SUBCHARTS_MAX)
        return err_set(err, ERR_CONFIG, "%s: more than %d subcharts", what, CHART_SUBCHARTS_MAX);
    if (read_meta(l, files, prefix, what, chart, err) < 0)
        return -1;
    l->depth++;
    status = load_subcharts(l, files, prefix, what, chart, err);
    l->depth--;
    return status;
}

static struct chart *new_chart(void)
{
    struct chart_store *store = MEM_NEW(struct chart_store);
    struct chart *chart;

    store->arena = arena_new();
    chart = ARENA_NEW(store->arena, struct chart);
    chart->store = store;
    return chart;
}

struct chart *chart_load_files(chart_files *files, const char *what, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = new_chart();
    struct loader l = {.store = chart->store, .room = CHART_MAX_BYTES};

    sort_files(files);
    return load(&l, files, 0, what, chart, err) < 0 ? NULL : STEAL(chart);
}

struct chart *chart_load_archive(struct span tgz, const char *what, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = new_chart();
    struct loader l = {.store = chart->store, .room = CHART_MAX_BYTES};

    return load_archive(&l, tgz, what, chart, err) < 0 ? NULL : STEAL(chart);
}

void chart_free(struct chart *chart)
{
    struct chart_store *store = chart ? chart->store : NULL;

    if (!store)
        return;
    VEC_FOREACH (struct doc **, it, &store->docs)
        doc_free(*it);
    vec_free(&store->docs);
    arena_free(store->arena);
    free(store);
}
