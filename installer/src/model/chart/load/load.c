// SPDX-License-Identifier: Apache-2.0
// A chart from its files, in a folder or an archive, with the charts in charts/: a folder or a .tgz
// each (Helm's LoadFiles).
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/chart/load/again.h"
#include "model/chart/load/ahead.h"
#include "model/chart/load/meta.h"

// Owns a chart with its subcharts.
struct chart_store {
    struct chart_memory memory;
    VEC(struct doc *) docs; // of one file each: their limits are those of one file
    size_t charts;          // loaded so far
    // Of templates, parsed or on their way to it; or NULL.
    _Atomic(struct template_texts *) texts;
};

// One chart while it is loaded.
struct loader {
    struct chart *outermost;
    struct chart_ahead *ahead; // or NULL
    bool may_give_up;          // what is not needed of an archive in charts/
    unsigned depth;            // charts around this one
    struct err **err;
};

static struct arena *arena_of(const struct loader *l)
{
    return l->outermost->store->memory.arena;
}

static int read_documents(struct loader *l, struct span text, const char *what, struct doc **d,
                          struct node_list *list)
{
    *d = doc_new();
    vec_push(&l->outermost->store->docs, *d);
    return doc_read_helm(*d, text, what, list, l->err);
}

// values.yaml: its documents as one map.
static int read_values(struct loader *l, const struct chart_file *file, const char *what,
                       struct chart *chart)
{
    struct chart_store *store = l->outermost->store;
    const char *name = arena_printf(arena_of(l), "%s/%s", what, file->path);
    struct node *values;
    struct doc *d;
    int status = 0;

    if (!ahead_take_values(l->ahead, file->content, name, &store->memory, &d, &values)) {
        d = doc_new();
        values = node_new_map(d);
        status = chart_values_read(d, values, file->content, name, l->err);
    }
    vec_push(&store->docs, d);
    chart->values = values;
    chart->values_doc = d;
    return status;
}

// The first document of a file, or NULL.
static int read_first(struct loader *l, const struct chart_file *file, const char *what,
                      const char **name, const struct node **out)
{
    struct node_list list = {0};
    struct doc *d;

    *name = arena_printf(arena_of(l), "%s/%s", what, file->path);
    if (read_documents(l, file->content, *name, &d, &list) < 0)
        return -1;
    *out = list.len ? list.items[0] : NULL;
    return 0;
}

static int read_lock(struct loader *l, const struct chart_file *file, const char *what,
                     struct chart *chart)
{
    const char *name;

    return read_first(l, file, what, &name, &chart->lock);
}

// Adds what a file says of the chart to `meta`, which is of `d`.
static int read_meta(struct loader *l, const struct chart_file *file, const char *what,
                     struct doc *d, struct node *meta)
{
    struct node_list list = {0};
    const char *name = arena_printf(arena_of(l), "%s/%s", what, file->path);

    if (doc_read_helm(d, file->content, name, &list, l->err) < 0)
        return -1;
    return list.len ? meta_read(d, list.items[0], name, meta, l->err) : 0;
}

static bool is_old(const struct node *meta)
{
    struct span version = node_get_text(meta, "apiVersion");

    return !version.len || span_is(version, "v1");
}

static void add_file(struct loader *l, chart_files *to, const struct chart_file *file)
{
    vec_push_arena(arena_of(l), to, *file);
}

// requirements.yaml and requirements.lock are files like others to a chart of apiVersion v1.
static int read_requirements(struct loader *l, const struct chart_file *file, const char *what,
                             struct doc *d, struct node *meta, struct chart *chart)
{
    bool is_lock = span_ends(span_str(file->path), ".lock");

    if (!is_old(meta))
        vec_push_arena(arena_of(l), &l->outermost->warnings,
                       is_lock ? "Warning: Dependency locking is handled in Chart.lock since "
                                 "apiVersion \"v2\". We recommend migrating to Chart.lock."
                               : "Warning: Dependencies are handled in Chart.yaml since apiVersion "
                                 "\"v2\". We recommend migrating dependencies to Chart.yaml.");
    if ((is_lock ? read_lock(l, file, what, chart) : read_meta(l, file, what, d, meta)) < 0)
        return -1;
    if (is_old(meta))
        add_file(l, &chart->files, file);
    return 0;
}

static bool is_in(const char *path, const char *folder)
{
    return strncmp(path, folder, strlen(folder)) == 0;
}

// A file that is neither Chart.yaml nor part of a chart in charts/.
static int take_file(struct loader *l, const struct chart_file *file, const char *what,
                     struct doc *d, struct node *meta, struct chart *chart)
{
    struct span path = span_str(file->path);

    if (span_is(path, "values.yaml"))
        return read_values(l, file, what, chart);
    if (span_is(path, "Chart.lock"))
        return read_lock(l, file, what, chart);
    if (span_is(path, "requirements.yaml") || span_is(path, "requirements.lock"))
        return read_requirements(l, file, what, d, meta, chart);
    if (span_is(path, "values.schema.json"))
        chart->schema = file->content;
    else
        add_file(l, is_in(file->path, "templates/") ? &chart->templates : &chart->files, file);
    return 0;
}

static bool is_of_subchart(const struct chart_file *file)
{
    return is_in(file->path, "charts/") && !span_ends(span_str(file->path), ".prov");
}

static int read_own_files(struct loader *l, const chart_files *files, const char *what,
                          struct chart *chart)
{
    struct doc *d = doc_new();
    struct node *meta = node_new_map(d);
    bool found = false;

    vec_push(&l->outermost->store->docs, d);
    VEC_FOREACH (const struct chart_file *, file, files) {
        if (strcmp(file->path, "Chart.yaml") != 0)
            continue;
        found = true;
        if (read_meta(l, file, what, d, meta) < 0)
            return -1;
    }
    VEC_FOREACH (const struct chart_file *, file, files)
        if (strcmp(file->path, "Chart.yaml") != 0 && !is_of_subchart(file) &&
            take_file(l, file, what, d, meta, chart) < 0)
            return -1;
    if (!found)
        return err_set(l->err, ERR_SOURCE, "%s has no Chart.yaml", what);
    chart->meta = meta;
    if (meta_check(d, meta, what, l->err) < 0)
        return -1;
    chart->dependencies = node_get(meta, "dependencies");
    return 0;
}

static int load(struct loader *l, const chart_files *files, const char *what, struct chart *chart);

// `tgz` may be a file of the chart around: templates do not see it, so that nobody needs it any
// more, but for what is given up of it.
static int load_archive(struct loader *l, struct span tgz, const char *what, struct chart *chart)
{
    struct chart_memory *memory = &l->outermost->store->memory;
    chart_files files CLEANUP(chart_files_free) = {0};

    if (!ahead_take_archive(l->ahead, tgz, what, memory, &files) &&
        chart_archive_read(tgz, what, memory, &files, l->err) < 0)
        return -1;
    if (!l->may_give_up || !again_give_up(tgz, what, memory, &files))
        arena_drop(arena_of(l), tgz);
    return load(l, &files, what, chart);
}

// One entry of charts/: the files that share its name, with paths from there on.
static int load_subchart(struct loader *l, const chart_files *files, struct span name,
                         const char *what, struct chart *parent)
{
    char *below = arena_printf(arena_of(l), "%s/charts/%.*s", what, SPAN_ARG(name));
    const struct chart_file *first = files->items;
    struct chart *chart;
    int status;

    if (!first || name.ptr[0] == '_' || name.ptr[0] == '.')
        return 0;
    chart = ARENA_NEW(arena_of(l), struct chart);
    if (!span_ends(name, ".tgz"))
        status = load(l, files, below, chart);
    else if (first->path[0])
        status = err_set(l->err, ERR_CONFIG, "%s is a folder instead of an archive", below);
    else
        status = load_archive(l, first->content, below, chart);
    if (status == 0)
        vec_push_arena(arena_of(l), &parent->subcharts, chart);
    return status;
}

// Moves the files from *at on that are of the same entry of charts/ to `out`, with their paths from
// there on: an archive has an empty one.
static struct span next_subchart(const chart_files *files, size_t *at, chart_files *out)
{
    const char *path = files->items[*at].path + strlen("charts/");
    struct span name = span_of(path, strcspn(path, "/"));

    for (; *at < files->len; ++*at) {
        struct chart_file file = files->items[*at];

        file.path += strlen("charts/");
        if (strncmp(file.path, name.ptr, name.len) != 0 ||
            (file.path[name.len] != '/' && file.path[name.len] != '\0'))
            break;
        file.path += name.len;
        if (file.path[0])
            file.path++;
        vec_push(out, file);
    }
    return name;
}

static int load_subcharts(struct loader *l, const chart_files *files, const char *what,
                          struct chart *chart)
{
    chart_files below CLEANUP(chart_files_free) = {0};

    VEC_FOREACH (const struct chart_file *, file, files)
        if (is_of_subchart(file))
            vec_push(&below, *file);
    chart_files_sort(&below);
    for (size_t at = 0; at < below.len;) {
        chart_files of_one CLEANUP(chart_files_free) = {0};
        struct span name = next_subchart(&below, &at, &of_one);

        if (load_subchart(l, &of_one, name, what, chart) < 0)
            return -1;
    }
    return 0;
}

static int load(struct loader *l, const chart_files *files, const char *what, struct chart *chart)
{
    int status;

    if (l->depth == CHART_DEPTH_MAX)
        return err_set(l->err, ERR_CONFIG, "%s: charts are nested more than %d levels deep", what,
                       CHART_DEPTH_MAX);
    if (++l->outermost->store->charts > CHART_SUBCHARTS_MAX)
        return err_set(l->err, ERR_CONFIG, "%s: more than %d subcharts", what, CHART_SUBCHARTS_MAX);
    if (read_own_files(l, files, what, chart) < 0)
        return -1;
    l->depth++;
    status = load_subcharts(l, files, what, chart);
    l->depth--;
    return status;
}

static struct chart *new_chart(struct arena *arena)
{
    struct chart_store *store = MEM_NEW(struct chart_store);
    struct chart *chart;

    store->memory = (struct chart_memory){.arena = arena, .room = CHART_MAX_BYTES};
    chart = ARENA_NEW(arena, struct chart);
    chart->store = store;
    return chart;
}

// Helm has another loader for charts of apiVersion v3, which nobody makes yet.
static int check_api(const struct chart *chart, const char *what, struct err **err)
{
    struct span version = node_get_text(chart->meta, "apiVersion");
    char *shown CLEANUP(mem_cleanup) = text_plain(version, false);

    if (span_is(version, "v1") || span_is(version, "v2"))
        return 0;
    return err_set(err, ERR_UNSUPPORTED,
                   "%s/Chart.yaml: the apiVersion is \"%s\", neither v1 nor v2", what, shown);
}

struct chart *chart_load_taken(chart_files *files, struct arena **arena,
                               struct chart_ahead **ahead_take, const char *what, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = new_chart(STEAL(*arena));
    // Freed first: it may still be at work on the chart's files.
    struct chart_ahead *ahead CLEANUP(chart_ahead_cleanup) = STEAL(*ahead_take);
    struct loader l = {.outermost = chart, .ahead = ahead, .may_give_up = true, .err = err};

    if (chart_files_prepare(files, what, err) < 0)
        return NULL;
    if (load(&l, files, what, chart) < 0 || check_api(chart, what, err) < 0)
        return NULL;
    chart->store->texts = ahead_take_texts(ahead);
    return STEAL(chart);
}

static void copy_files(struct arena *arena, const chart_files *files, chart_files *copies)
{
    VEC_FOREACH (const struct chart_file *, file, files) {
        assert(!file->later);
        vec_push(copies, (struct chart_file){.path = arena_str(arena, file->path),
                                             .content = arena_span(arena, file->content)});
    }
}

struct chart *chart_load_files(chart_files *files, const char *what, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    chart_files copies CLEANUP(chart_files_free) = {0};
    struct chart_ahead *ahead CLEANUP(chart_ahead_cleanup) = chart_ahead_new(what);

    copy_files(arena, files, &copies);
    if (chart_files_ignore(&copies, what, err) < 0)
        return NULL;
    VEC_FOREACH (const struct chart_file *, file, &copies)
        chart_ahead_add(ahead, file);
    return chart_load_taken(&copies, &arena, &ahead, what, err);
}

struct chart *chart_load_archive(struct span tgz, const char *what, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = new_chart(arena_new());
    struct chart_ahead *ahead CLEANUP(chart_ahead_cleanup) = chart_ahead_new(what);
    struct loader l = {.outermost = chart, .ahead = ahead, .err = err};

    ahead_archive(ahead, tgz, what);
    return load_archive(&l, tgz, what, chart) < 0 || check_api(chart, what, err) < 0 ? NULL
                                                                                     : STEAL(chart);
}

// A copy of what Chart.yaml says with another text.
static void set_meta(struct chart_store *store, struct chart *chart, const char *key,
                     struct span text)
{
    struct doc *d = doc_new();
    struct node *meta = node_copy(d, chart->meta);

    vec_push(&store->docs, d);
    node_set_str(d, meta, key, text);
    chart->meta = meta;
    chart->dependencies = node_get(meta, "dependencies");
}

static void add_subchart(struct chart *chart, struct chart *subchart, struct span use)
{
    if (use.len)
        set_meta(chart->store, subchart, "name", use);
    vec_push_arena(chart->store->memory.arena, &chart->subcharts, subchart);
}

int chart_add_subchart_as(struct chart *chart, struct span tgz, const char *what, struct span use,
                          struct err **err)
{
    struct loader l = {.outermost = chart, .depth = 1, .err = err};
    struct chart *subchart = ARENA_NEW(chart->store->memory.arena, struct chart);

    if (load_archive(&l, tgz, what, subchart) < 0)
        return -1;
    add_subchart(chart, subchart, use);
    return 0;
}

int chart_add_subchart(struct chart *chart, struct span tgz, const char *what, struct err **err)
{
    return chart_add_subchart_as(chart, tgz, what, SPAN_EMPTY, err);
}

int chart_add_subchart_files(struct chart *chart, chart_files *files, const char *what,
                             struct span use, struct err **err)
{
    struct loader l = {.outermost = chart, .depth = 1, .err = err};
    struct arena *arena = chart->store->memory.arena;
    struct chart *subchart = ARENA_NEW(arena, struct chart);
    chart_files kept CLEANUP(chart_files_free) = {0};

    if (chart_files_ignore(files, what, err) < 0 || chart_files_prepare(files, what, err) < 0)
        return -1;
    copy_files(arena, files, &kept);
    if (load(&l, &kept, what, subchart) < 0)
        return -1;
    add_subchart(chart, subchart, use);
    return 0;
}

void chart_set_values(struct chart *chart, struct doc *d_take, const struct node *values)
{
    vec_push(&chart->store->docs, d_take);
    chart->values = values;
    chart->values_doc = d_take;
}

void chart_set_version(struct chart *chart, struct span version)
{
    set_meta(chart->store, chart, "version", version);
}

struct template_texts *chart_take_texts(const struct chart *chart)
{
    return chart->store ? atomic_exchange(&chart->store->texts, NULL) : NULL;
}

void chart_free(struct chart *chart)
{
    struct chart_store *store = chart ? chart->store : NULL;

    if (!store)
        return;
    VEC_FOREACH (struct doc **, it, &store->docs)
        doc_free(*it);
    vec_free(&store->docs);
    template_texts_free(store->texts); // which lie in the memory
    chart_memory_free(&store->memory);
    free(store);
}
