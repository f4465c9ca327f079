// SPDX-License-Identifier: Apache-2.0
// Packages of an umbrella: their charts and the images that these name.
#include "work/artifacts/packages.h"

#include "work/artifacts/chart.h"
#include "work/artifacts/chart_images.h"
#include "work/artifacts/umbrella.h"

// *chart stays NULL for a package that is a kustomization instead of a chart: then there is nothing
// more to read.
static int from_git(struct walk *w, const struct node *package, const char *user,
                    struct chart **chart, struct err **err)
{
    const struct node *git = node_get(package, "git");
    struct span path = node_get_text(git, "path");
    struct sources_git *found =
        walk_git(w, node_get_text(git, "repo"), umbrella_git_ref(w->arena, package), user, err);

    if (!found)
        return -1;
    if (node_get_bool(package, "kustomize", false))
        return 0;
    *chart = chart_from_git(w, found, path.len ? path : SPAN("chart"), user, err);
    return *chart ? 0 : -1;
}

static int from_repository(struct walk *w, const struct node *values, const struct node *package,
                           const char *user, struct chart **chart, struct err **err)
{
    const struct node *from = node_get(package, "helmRepo");
    struct chart_wanted wanted = {.name = {umbrella_repository(values, package),
                                           node_get_text(from, "chartName"),
                                           node_scalar(node_get(from, "tag"))},
                                  .field = "helmRepo.tag"};

    if (!wanted.name.repository.len)
        return err_set(err, ERR_CONFIG,
                       "%s: its Helm repository '%s' is not among helmRepositories of the values",
                       user, node_get_str(from, "repoName"));
    *chart = chart_from_repository(w, &wanted, user, err);
    return *chart ? 0 : -1;
}

static int follow(struct walk *w, const struct node *values, const struct node *package,
                  const char *user, struct err **err)
{
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    int status = umbrella_is_from_repository(package)
                     ? from_repository(w, values, package, user, &chart, err)
                     : from_git(w, package, user, &chart, err);

    if (status < 0 || !chart)
        return status;
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
    w->noted = false;
    if (!w->frozen)
        report_warn(w->report, "lock", "%s; left out, as nothing turns it on", buf_str(&text));
    return 0;
}

static int follow_all(struct walk *w, const struct node *values, const struct node *map,
                      const char *user, struct err **err)
{
    NODE_FOREACH_PAIR (entry, map) {
        const char *label = arena_printf(w->arena, "%s: package %.*s", user, SPAN_ARG(entry->key));

        if (umbrella_is_on(entry->value) && follow(w, values, entry->value, label, err) < 0 &&
            (!umbrella_is_assumed(values, entry->value) || leave_out(w, err) < 0) &&
            walk_pass_over(w, label, err) < 0)
            return -1;
    }
    return 0;
}

int packages_follow(struct walk *w, const struct node *values, const char *user, struct err **err)
{
    if (follow_all(w, values, values, user, err) < 0 ||
        follow_all(w, values, node_get(values, "addons"), user, err) < 0)
        return -1;
    return follow_all(w, values, node_get(values, "packages"), user, err);
}
