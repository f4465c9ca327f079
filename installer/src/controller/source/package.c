// SPDX-License-Identifier: Apache-2.0
// What source-controller changes in a chart when it packages it (internal/helm/chart): its default
// values by valuesFiles, its version by build metadata.
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/semver.h"
#include "controller/source.h"

#define VALUES_FILE "values.yaml"
#define FIRST_GENERATION "1" // of the HelmChart that helm-controller makes of a release's template
enum { REVISION_CHARACTERS = 12 };

struct packaging {
    struct chart *chart;
    const struct node *spec;
    struct kustomize_tree *artifact; // or NULL
    const char *what;
    struct doc *doc;     // of the merged values
    struct node *values; // a map in it
    struct err **err;
};

// A list of nothing but the chart's own values.yaml changes nothing.
static const struct node *values_files(const struct node *spec)
{
    const struct node *list = node_get(spec, "valuesFiles");
    char *only CLEANUP(mem_cleanup) = NULL;

    if (node_len(list) != 1)
        return node_len(list) ? list : NULL;
    only = path_clean(node_str(node_item(list, 0)));
    return strcmp(only, VALUES_FILE) == 0 ? NULL : list;
}

static int not_there(const struct packaging *p, const char *path)
{
    err_set(p->err, ERR_CONFIG, "%s: valuesFiles: no values file found at '%s'", p->what, path);
    return err_hint(p->err, "%s; ignoreMissingValuesFiles passes over those that are not there",
                    p->artifact ? "paths are seen from the root of the source"
                                : "paths are seen from the root of the chart");
}

// Copied nodes that are of one file, and keep their lines in it.
static void set_file(struct node *n, uint16_t file)
{
    n->file = file;
    NODE_FOREACH_ITEM (item, n)
        set_file(item, file);
    NODE_FOREACH_PAIR (pair, n)
        set_file(pair->value, file);
}

static void merge_own(struct packaging *p)
{
    const struct chart *chart = p->chart;
    struct node *copy;

    if (!chart->values)
        return;
    copy = node_copy(p->doc, chart->values);
    if (chart->values_doc)
        set_file(copy, doc_add_file(p->doc, doc_file_name(chart->values_doc, chart->values->file)));
    chart_merge(p->doc, p->values, copy);
}

// Its first document counts (sigs.k8s.io/yaml).
static int merge_text(struct packaging *p, struct span text, const char *file)
{
    struct node_list list = {0};

    if (doc_read_helm(p->doc, text, file, &list, p->err) < 0)
        return err_wrap(p->err, "%s: valuesFiles", p->what);
    if (list.len && !node_is(list.items[0], NODE_MAP))
        return err_set(p->err, ERR_CONFIG, "%s: valuesFiles: %s:%u: is a %s instead of a map",
                       p->what, file, list.items[0]->line, node_type_name(list.items[0]));
    if (list.len)
        chart_merge(p->doc, p->values, list.items[0]);
    return 0;
}

static int merge_from_artifact(struct packaging *p, const char *path, bool may_miss)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    char *joined CLEANUP(mem_cleanup) = mem_printf("/%s", path);
    char *clean CLEANUP(mem_cleanup) = path_clean(joined);
    char *real CLEANUP(mem_cleanup) = NULL;
    enum kustomize_entry entry;

    if (p->artifact->ops->lookup(p->artifact, clean, &entry, &real, p->err) < 0)
        return -1;
    if (entry == KUSTOMIZE_NONE && may_miss)
        return 0;
    if (entry != KUSTOMIZE_FILE)
        return not_there(p, path);
    if (p->artifact->ops->read(p->artifact, real, &text, p->err) < 0)
        return -1;
    return merge_text(p, buf_span(&text), clean + 1);
}

static int merge_from_chart(struct packaging *p, const char *path, bool may_miss)
{
    char *clean CLEANUP(mem_cleanup) = path_clean(path);
    struct span text;

    if (strcmp(clean, VALUES_FILE) == 0) {
        merge_own(p);
        return 0;
    }
    VEC_FOREACH (const struct chart_file *, file, &p->chart->files)
        if (strcmp(file->path, clean) == 0)
            return chart_file_text(file, &text, p->err) < 0 ? -1 : merge_text(p, text, clean);
    return may_miss ? 0 : not_there(p, path);
}

static int merge_all(struct packaging *p, const struct node *files)
{
    bool may_miss = node_get_bool(p->spec, "ignoreMissingValuesFiles", false);

    NODE_FOREACH_ITEM (item, files) {
        const char *path = node_str(item);

        if ((p->artifact ? merge_from_artifact(p, path, may_miss)
                         : merge_from_chart(p, path, may_miss)) < 0)
            return -1;
    }
    return 0;
}

// The commit of "main@sha1:<hex>" or "<hex>"; of it the first characters.
static struct span short_revision(struct span revision)
{
    size_t colon = span_rfind(revision, ':');

    if (colon < revision.len)
        revision = span_tail(revision, colon + 1);
    return span_head(revision, REVISION_CHARACTERS);
}

static int set_version(struct packaging *p, struct span revision, bool has_files)
{
    const struct node *strategy = node_get(p->spec, "reconcileStrategy");
    bool by_revision = p->artifact && span_is(node_text(strategy), "Revision") && revision.len;
    struct span is = node_scalar(node_get(p->chart->meta, "version"));
    struct buf version CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct semver v;

    if (!by_revision && !has_files)
        return 0;
    if (!semver_parse(is, &v))
        return err_set(p->err, ERR_CONFIG, "%s: the chart's version '%.*s' is none", p->what,
                       SPAN_ARG(is));
    buf_printf(&version, "%llu.%llu.%llu%s%.*s+", (unsigned long long)v.number[0],
               (unsigned long long)v.number[1], (unsigned long long)v.number[2],
               v.pre.len ? "-" : "", SPAN_ARG(v.pre));
    if (by_revision)
        buf_add_span(&version, short_revision(revision));
    if (has_files)
        buf_printf(&version, "%s" FIRST_GENERATION, by_revision ? "." : "");
    chart_set_version(p->chart, buf_span(&version));
    return 0;
}

int source_package_chart(struct chart *chart, const struct node *chart_spec,
                         struct kustomize_tree *artifact, struct span revision, const char *what,
                         struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *files = values_files(chart_spec);
    struct packaging p = {.chart = chart,
                          .spec = chart_spec,
                          .artifact = artifact,
                          .what = what,
                          .doc = d,
                          .values = node_new_map(d),
                          .err = err};

    if (set_version(&p, revision, files != NULL) < 0)
        return -1;
    if (!files)
        return 0;
    if (merge_all(&p, files) < 0)
        return -1;
    if (!chart->values)
        return err_set(err, ERR_CONFIG,
                       "%s: valuesFiles: the chart has no " VALUES_FILE " that they could replace",
                       what);
    chart_set_values(chart, STEAL(d), p.values);
    return 0;
}
