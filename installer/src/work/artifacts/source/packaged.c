// SPDX-License-Identifier: Apache-2.0
// Charts of HelmReleases and HelmCharts (source-controller, internal/helm/chart): found in their
// source, completed and packaged.
#include "work/artifacts/source/packaged.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/semver_range.h"
#include "base/url.h"
#include "controller/source.h"
#include "work/artifacts/source/artifact.h"
#include "work/artifacts/source/chart.h"

// A chart in an artifact.
struct local {
    struct walk *w;
    struct kustomize_tree *artifact;
    const char *path;  // of its folder: "/chart"
    const char *where; // "git https://...", for messages
    const char *user;
};

static const char *rooted(struct walk *w, struct span path)
{
    char *joined CLEANUP(mem_cleanup) = mem_printf("/%.*s", SPAN_ARG(path));
    char *clean CLEANUP(mem_cleanup) = path_clean(joined);

    return arena_str(w->arena, clean);
}

// The files of a folder of the artifact, with their paths within it.
static void list_files(const struct local *l, const char *folder, chart_files *out)
{
    size_t count, skip = folder[1] ? strlen(folder) + 1 : 1;
    const char **paths = kustomize_tree_list(l->artifact, l->w->arena, &count);

    for (size_t i = 0; i < count; i++) {
        struct chart_file file = {.path = paths[i] + skip};

        if (path_within(folder, paths[i]) && strlen(paths[i]) > skip &&
            kustomize_tree_data(l->artifact, paths[i], &file.content))
            vec_push(out, file);
    }
}

// --- dependencies (internal/helm/chart DependencyManager) ---

static bool has_subchart(const struct chart *chart, struct span name)
{
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts)
        if (span_eq(node_get_text((*it)->meta, "name"), name))
            return true;
    return false;
}

static bool is_local(struct span repository)
{
    return !repository.len || span_starts(repository, "file://");
}

// "file://../lib" is seen from the chart's folder; without any it is in charts/.
static const char *local_path(const struct local *l, const struct node *dependency)
{
    struct span repository = node_get_text(dependency, "repository");
    const char *below = arena_printf(l->w->arena, "charts/%s", node_get_str(dependency, "name"));

    if (span_skip(&repository, "file://"))
        below = arena_printf(l->w->arena, "%.*s", SPAN_ARG(repository));
    return rooted(l->w, span_str(arena_printf(l->w->arena, "%s/%s", l->path, below)));
}

static int check_version(const struct local *l, const struct node *dependency, const char *path,
                         const chart_files *files, struct err **err)
{
    struct span range = node_scalar(node_get(dependency, "version"));
    struct semver_range *parsed CLEANUP(semver_range_cleanup) = semver_range_parse(range, err);
    chart_files copy CLEANUP(chart_files_free) = {0};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct span version;
    struct semver v;

    if (!parsed)
        return -1;
    VEC_FOREACH (const struct chart_file *, it, files)
        vec_push(&copy, *it);
    chart = chart_load_files(&copy, arena_printf(l->w->arena, "%s/%s", l->where, path + 1), err);
    if (!chart)
        return -1;
    version = node_scalar(node_get(chart->meta, "version"));
    if (semver_parse(version, &v) && semver_range_has(parsed, &v))
        return 0;
    return err_set(err, ERR_CONFIG, "the chart in %s is of version %.*s, which is not in '%.*s'",
                   path, SPAN_ARG(version), SPAN_ARG(range));
}

static int add_local(const struct local *l, struct chart *chart, const struct node *dependency,
                     struct err **err)
{
    const char *path = local_path(l, dependency), *name;
    struct span alias = node_get_text(dependency, "alias"), archive;
    chart_files files CLEANUP(chart_files_free) = {0};

    name = arena_printf(l->w->arena, "%s/%s", l->where, path + 1);
    if (kustomize_tree_data(l->artifact, path, &archive))
        return chart_add_subchart_as(chart, archive, name, alias, err);
    list_files(l, path, &files);
    if (!files.len) {
        err_set(err, ERR_CONFIG, "no chart found at '%s'", path + 1);
        return err_hint(err, "a dependency without a repository is in charts/, file:// is seen "
                             "from the chart's folder, and what .sourceignore or spec.ignore leave "
                             "out is not there");
    }
    if (check_version(l, dependency, path, &files, err) < 0)
        return -1;
    return chart_add_subchart_files(chart, &files, name, alias, err);
}

static int add_remote(const struct local *l, struct chart *chart, const struct node *dependency,
                      struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
    struct chart_wanted wanted = {.name = {node_get_text(dependency, "repository"),
                                           node_get_text(dependency, "name"),
                                           node_scalar(node_get(dependency, "version"))},
                                  .field = "the version in Chart.yaml"};
    const char *user =
        arena_printf(l->w->arena, "%s, dependency %s", l->user, node_get_str(dependency, "name"));
    struct url url;

    if (!url_parse(wanted.name.repository, &url)) {
        err_set(err, ERR_CONFIG, "'%.*s' is no repository that Flux could fetch it of",
                SPAN_ARG(wanted.name.repository));
        return err_hint(err, "'helm dependency build' puts dependencies into charts/; Flux knows "
                             "no names of repositories ('@name', 'alias:name')");
    }
    if (chart_archive(l->w, &wanted, user, &tgz, err) < 0)
        return -1;
    return chart_add_subchart_as(chart, buf_span(&tgz), user, node_get_text(dependency, "alias"),
                                 err);
}

// As many in charts/ as are declared are taken for all.
static int add_missing(const struct local *l, struct chart *chart, struct err **err)
{
    const struct node *wanted =
        chart->lock ? node_get(chart->lock, "dependencies") : chart->dependencies;

    if (chart->subcharts.len == node_len(wanted))
        return 0;
    NODE_FOREACH_ITEM (item, wanted) {
        struct span name = node_get_text(item, "name"), alias = node_get_text(item, "alias");

        if (has_subchart(chart, alias.len ? alias : name))
            continue;
        if ((is_local(node_get_text(item, "repository")) ? add_local(l, chart, item, err)
                                                         : add_remote(l, chart, item, err)) < 0)
            return err_wrap(err, "%s: dependency %.*s of %s, which is not in charts/", l->user,
                            SPAN_ARG(name), l->where);
    }
    return 0;
}

// --- charts of artifacts ---

static struct chart *load_folder(const struct local *l, struct err **err)
{
    const char *what = arena_printf(l->w->arena, "%s//%s", l->where, l->path + 1);
    chart_files files CLEANUP(chart_files_free) = {0};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    char *meta CLEANUP(mem_cleanup) = path_join(l->path, "Chart.yaml");
    struct span data;

    if (!kustomize_tree_data(l->artifact, meta, &data)) {
        err_set(err, ERR_SOURCE, "%s: %s has no chart %s", l->user, l->where, meta + 1);
        err_hint(err, "the path of a chart is that of its folder in the source");
        return NULL;
    }
    list_files(l, l->path, &files);
    chart = chart_load_files(&files, what, err);
    if (chart && add_missing(l, chart, err) == 0)
        return STEAL(chart);
    return NULL;
}

static struct chart *of_git(struct walk *w, const struct deep_object *object,
                            const struct deep_object *source, const struct node *spec,
                            struct err **err)
{
    struct local l = {.w = w,
                      .artifact = artifact_tree(w, source, err),
                      .path = rooted(w, node_get_text(spec, "chart")),
                      .user = object->label};
    struct sources_git *git = l.artifact ? walk_git_repository(w, source, err) : NULL;
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    char commit[GIT_OID_HEX + 1];
    struct span archive;

    if (!git)
        return NULL;
    git_oid_format(&git->target.commit, commit);
    l.where = arena_printf(w->arena, "git %s at %s", git->url, git->ref);
    if (kustomize_tree_data(l.artifact, l.path, &archive))
        chart = chart_load_archive(archive, arena_printf(w->arena, "%s//%s", git->url, l.path + 1),
                                   err);
    else
        chart = load_folder(&l, err);
    if (!chart ||
        source_package_chart(chart, spec, l.artifact, span_str(commit), object->label, err) < 0)
        return NULL;
    return STEAL(chart);
}

static struct chart *of_repository(struct walk *w, const struct deep_object *object,
                                   const struct deep_object *source, const struct node *spec,
                                   struct err **err)
{
    struct chart_wanted wanted = {.name = {flux_url(source->node), node_get_text(spec, "chart"),
                                           node_scalar(node_get(spec, "version"))},
                                  .field = flux_kind(&object->id) == FLUX_HELM_RELEASE
                                               ? "spec.chart.spec.version"
                                               : "spec.version"};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;

    if (flux_is_registry(source->node) != span_starts(wanted.name.repository, "oci://")) {
        err_set(err, ERR_CONFIG, "%s: spec.url '%.*s' and spec.type do not fit together",
                source->label, SPAN_ARG(wanted.name.repository));
        err_hint(err, "oci:// needs the type oci, https:// the type default");
        return NULL;
    }
    chart = chart_from_repository(w, &wanted, object->label, err);
    if (!chart || source_package_chart(chart, spec, NULL, SPAN_EMPTY, object->label, err) < 0)
        return NULL;
    return STEAL(chart);
}

struct chart *chart_of_source(struct walk *w, const struct deep_object *object, struct err **err)
{
    const struct deep_object *source = walk_find_source(w, object, err);
    const struct node *spec = node_get(object->node, "spec");

    if (!source)
        return NULL;
    if (flux_kind(&object->id) == FLUX_HELM_RELEASE)
        spec = node_path(spec, "chart", "spec");
    switch (flux_kind(&source->id)) {
    case FLUX_GIT_REPOSITORY: return of_git(w, object, source, spec, err);
    case FLUX_HELM_REPOSITORY: return of_repository(w, object, source, spec, err);
    case FLUX_OCI_REPOSITORY: return artifact_chart(w, source, err);
    case FLUX_HELM_CHART:
        if (flux_kind(&object->id) == FLUX_HELM_RELEASE)
            return chart_of_source(w, source, err);
        break;
    default: break;
    }
    err_set(err, ERR_UNSUPPORTED, "%s: a chart from a %.*s can only be seen in a cluster",
            object->label, SPAN_ARG(source->id.kind));
    return NULL;
}
