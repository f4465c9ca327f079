// SPDX-License-Identifier: Apache-2.0
// HelmReleases: the chart, its values as far as the tree gives them, and, where the chart is an
// umbrella, the packages that these values turn on.
#include <string.h>

#include "base/mem.h"
#include "work/artifacts/chart.h"

// --- values ---

// Lays the values in a ConfigMap of the tree over `values`. Those in Secrets are empty holders in a
// tree without secrets in clear: they are left out.
static int add_values_from(struct walk *w, const struct node *reference, struct span ns,
                           struct doc *d, struct node *values, struct err **err)
{
    const char *key = node_get_text(reference, "valuesKey").len
                          ? node_get_str(reference, "valuesKey")
                          : "values.yaml";
    const struct walk_object *holder =
        walk_find(w, node_get_str(reference, "kind"), ns, node_get_text(reference, "name"));
    struct doc *source CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct span text;

    if (!holder || !span_is(holder->kind, "ConfigMap"))
        return 0;
    text = node_get_text(node_get(holder->node, "data"), key);
    if (doc_read_helm(source, text, holder->label, &list, err) < 0)
        return -1;
    if (list.len && !node_get(reference, "targetPath"))
        chart_merge(d, values, list.items[0]);
    return 0;
}

// What the chart's templates would see, in `d`.
static const struct node *merged_values(struct walk *w, const struct walk_object *object,
                                        const struct chart *chart, struct doc *d, struct err **err)
{
    const struct node *spec = node_get(object->node, "spec");
    struct doc *given CLEANUP(doc_cleanup) = doc_new();
    struct node *values = node_new_map(given);

    NODE_FOREACH_ITEM (reference, node_get(spec, "valuesFrom"))
        if (add_values_from(w, reference, object->ns, given, values, err) < 0)
            return NULL;
    chart_merge(given, values, node_get(spec, "values"));
    return chart_values(d, chart, values, err);
}

// --- packages of an umbrella ---

// On, also by words like "auto": the cluster decides later, so it must be there. A source without
// a switch is taken to be on: additional packages are, and the wrapper that comes with the first
// of them.
static bool is_on(const struct node *package)
{
    const struct node *enabled = node_get(package, "enabled");

    return !enabled || node_bool(enabled, false) || node_is(enabled, NODE_STRING);
}

bool release_is_package(const struct node *map)
{
    return node_get_text(node_get(map, "git"), "repo").len ||
           node_get_text(node_get(map, "helmRepo"), "chartName").len;
}

static bool is_package(const struct node *map)
{
    return node_is(map, NODE_MAP) && is_on(map) && release_is_package(map);
}

static bool has_packages(const struct node *map)
{
    NODE_FOREACH_PAIR (entry, map)
        if (is_package(entry->value))
            return true;
    return false;
}

static const struct node *repository_of(const struct node *values, struct span name)
{
    NODE_FOREACH_ITEM (repository, node_get(values, "helmRepositories"))
        if (span_eq(node_get_text(repository, "name"), name))
            return repository;
    return NULL;
}

// *chart stays NULL for a package that is a kustomization instead of a chart: then there is nothing
// more to read.
static int package_from_git(struct walk *w, const struct node *package, const char *user,
                            struct chart **chart, struct err **err)
{
    const struct node *git = node_get(package, "git");
    struct span path = node_get_text(git, "path");
    const char *ref = "";
    struct sources_git *found;

    if (node_get_text(git, "commit").len)
        ref = arena_printf(w->arena, "commit/%s", node_get_str(git, "commit"));
    else if (node_scalar(node_get(git, "tag")).len)
        ref = arena_printf(w->arena, "tag/%.*s", SPAN_ARG(node_scalar(node_get(git, "tag"))));
    else if (node_get_text(git, "branch").len)
        ref = arena_printf(w->arena, "branch/%s", node_get_str(git, "branch"));
    found = walk_git(w, node_get_text(git, "repo"), ref, user, err);
    if (!found)
        return -1;
    if (node_get_bool(package, "kustomize", false))
        return 0;
    *chart = chart_from_git(w, found, path.len ? path : SPAN("chart"), user, err);
    return *chart ? 0 : -1;
}

static struct chart *package_from_registry(struct walk *w, const struct node *values,
                                           const struct node *package, const char *user,
                                           struct err **err)
{
    const struct node *from = node_get(package, "helmRepo");
    const struct node *repository = repository_of(values, node_get_text(from, "repoName"));
    char *reference;

    if (!repository || !span_starts(node_get_text(repository, "repository"), "oci://")) {
        err_set(err, ERR_UNSUPPORTED,
                "%s: its Helm repository %s is not an OCI registry of the values", user,
                node_get_str(from, "repoName"));
        return NULL;
    }
    reference =
        arena_printf(w->arena, "%s/%s:%.*s", node_get_str(repository, "repository"),
                     node_get_str(from, "chartName"), SPAN_ARG(node_scalar(node_get(from, "tag"))));
    return chart_from_oci(w, span_str(reference), user, err);
}

static int package_find(struct walk *w, const struct node *values, const struct node *package,
                        const char *user, struct chart **chart, struct err **err)
{
    if (!span_is(node_get_text(package, "sourceType"), "helmRepo"))
        return package_from_git(w, package, user, chart, err);
    *chart = package_from_registry(w, values, package, user, err);
    return *chart ? 0 : -1;
}

static int package_walk(struct walk *w, const struct node *values, const struct node *package,
                        const char *user, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    if (package_find(w, values, package, user, &chart, err) < 0)
        return -1;
    if (!chart)
        return 0;
    values = chart_values(d, chart, node_get(package, "values"), err);
    if (!values)
        return err_wrap(err, "%s", user);
    return chart_images(w, chart, values, user, err);
}

// Nothing says that the package is on, so it may be missing.
static int leave_out(struct walk *w, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (err_kind(*err) == ERR_CANCELLED || err_kind(*err) == ERR_INTEGRITY)
        return -1;
    err_move(&why, err);
    err_format(why, &text);
    if (!w->frozen)
        report_warn(w->report, "lock", "%s; left out, as nothing turns it on", buf_str(&text));
    return 0;
}

static int packages_walk(struct walk *w, const struct node *values, const struct node *map,
                         const char *user, struct err **err)
{
    const struct node *additional = node_get(values, "packages");

    NODE_FOREACH_PAIR (entry, map) {
        const char *label = arena_printf(w->arena, "%s: package %.*s", user, SPAN_ARG(entry->key));
        bool assumed = !node_get(entry->value, "enabled") && !has_packages(additional);

        if (is_package(entry->value) && package_walk(w, values, entry->value, label, err) < 0 &&
            (!assumed || leave_out(w, err) < 0))
            return -1;
    }
    return 0;
}

// --- the release's own chart ---

static struct chart *chart_of_git_repository(struct walk *w, const struct walk_object *object,
                                             const struct walk_object *repository, struct err **err)
{
    const struct node *spec = node_path(object->node, "spec", "chart", "spec");
    const char *ref = flux_git_ref(w, repository, err);
    struct sources_git *git;

    if (!ref)
        return NULL;
    git = walk_git(w, node_get_text(node_get(repository->node, "spec"), "url"), ref,
                   repository->label, err);
    return git ? chart_from_git(w, git, node_get_text(spec, "chart"), object->label, err) : NULL;
}

// The tag of a chart's version: '+' is not allowed in one, and Helm writes '_'.
static char *version_tag(struct walk *w, struct span version)
{
    char *tag = arena_printf(w->arena, "%.*s", SPAN_ARG(version));

    for (char *c = tag; *c; c++)
        if (*c == '+')
            *c = '_';
    return tag;
}

static struct chart *chart_of_helm_repository(struct walk *w, const struct walk_object *object,
                                              const struct walk_object *repository,
                                              struct err **err)
{
    const struct node *spec = node_path(object->node, "spec", "chart", "spec");
    struct span version = node_scalar(node_get(spec, "version"));
    struct span url = node_get_text(node_get(repository->node, "spec"), "url");
    char *reference;

    if (!version.len || span_find(version, '*') < version.len ||
        span_find(version, ' ') < version.len || strchr("<>=~^", version.ptr[0])) {
        err_set(err, ERR_UNSUPPORTED, "%s: a chart without one version cannot be locked yet",
                object->label);
        return NULL;
    }
    while (span_ends(url, "/"))
        url.len--;
    reference = arena_printf(w->arena, "%.*s/%s:%s", SPAN_ARG(url), node_get_str(spec, "chart"),
                             version_tag(w, version));
    return chart_from_oci(w, span_str(reference), object->label, err);
}

static struct chart *chart_of_oci_repository(struct walk *w, const struct walk_object *repository,
                                             struct err **err)
{
    const struct node *spec = node_get(repository->node, "spec");
    const struct node *ref = node_get(spec, "ref");
    struct span digest = node_get_text(ref, "digest");
    struct span tag = node_scalar(node_get(ref, "tag"));
    char *reference;

    if (node_get_text(ref, "semver").len) {
        err_set(err, ERR_UNSUPPORTED, "%s: a reference by semver cannot be locked yet",
                repository->label);
        return NULL;
    }
    reference =
        arena_printf(w->arena, "%s%s%.*s%s%.*s", node_get_str(spec, "url"), tag.len ? ":" : "",
                     SPAN_ARG(tag), digest.len ? "@" : "", SPAN_ARG(digest));
    return chart_from_oci(w, span_str(reference), repository->label, err);
}

static struct chart *missing_source(const struct walk_object *object, const struct node *reference,
                                    struct err **err)
{
    err_set(err, ERR_CONFIG, "%s: its source %s %s is not in the tree", object->label,
            node_get_str(reference, "kind"), node_get_str(reference, "name"));
    return NULL;
}

static struct chart *find_chart(struct walk *w, const struct walk_object *object, struct err **err)
{
    const struct node *spec = node_get(object->node, "spec");
    const struct node *reference = node_get(spec, "chartRef");
    struct span ns;
    const struct walk_object *source;

    if (!reference)
        reference = node_path(spec, "chart", "spec", "sourceRef");
    ns = node_get_text(reference, "namespace");
    source = walk_find(w, node_get_str(reference, "kind"), ns.len ? ns : object->ns,
                       node_get_text(reference, "name"));
    if (!source)
        return missing_source(object, reference, err);
    if (span_is(source->kind, "GitRepository"))
        return chart_of_git_repository(w, object, source, err);
    if (span_is(source->kind, "HelmRepository"))
        return chart_of_helm_repository(w, object, source, err);
    if (span_is(source->kind, "OCIRepository"))
        return chart_of_oci_repository(w, source, err);
    err_set(err, ERR_UNSUPPORTED, "%s: a chart from a %.*s cannot be followed yet", object->label,
            SPAN_ARG(source->kind));
    return NULL;
}

int release_walk(struct walk *w, const struct walk_object *object, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = find_chart(w, object, err);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *values;

    if (!chart)
        return -1;
    if (node_path(object->node, "spec", "chart", "spec", "valuesFiles") && !w->frozen)
        report_warn(w->report, "lock",
                    "%s: valuesFiles are not read; images that only they name "
                    "are left out",
                    object->label);
    values = merged_values(w, object, chart, d, err);
    if (!values)
        return err_wrap(err, "%s", object->label);
    if (chart_images(w, chart, values, object->label, err) < 0 ||
        packages_walk(w, values, values, object->label, err) < 0 ||
        packages_walk(w, values, node_get(values, "addons"), object->label, err) < 0)
        return -1;
    return packages_walk(w, values, node_get(values, "packages"), object->label, err);
}
