// SPDX-License-Identifier: Apache-2.0
// The packages in the values of an umbrella chart.
#include "work/artifacts/umbrella.h"

bool umbrella_is_package(const struct node *map)
{
    return node_get_text(node_get(map, "git"), "repo").len ||
           node_get_text(node_get(map, "helmRepo"), "chartName").len;
}

bool umbrella_is_on(const struct node *map)
{
    const struct node *enabled = node_get(map, "enabled");

    return node_is(map, NODE_MAP) && umbrella_is_package(map) &&
           (!enabled || node_bool(enabled, false) || node_is(enabled, NODE_STRING));
}

bool umbrella_is_assumed(const struct node *values, const struct node *package)
{
    if (node_get(package, "enabled"))
        return false;
    NODE_FOREACH_PAIR (entry, node_get(values, "packages"))
        if (umbrella_is_on(entry->value))
            return false;
    return true;
}

bool umbrella_is_from_repository(const struct node *package)
{
    return span_is(node_get_text(package, "sourceType"), "helmRepo");
}

const char *umbrella_git_ref(struct arena *arena, const struct node *package)
{
    const struct node *git = node_get(package, "git");

    if (node_get_text(git, "commit").len)
        return arena_printf(arena, "commit/%s", node_get_str(git, "commit"));
    if (node_scalar(node_get(git, "tag")).len)
        return arena_printf(arena, "tag/%.*s", SPAN_ARG(node_scalar(node_get(git, "tag"))));
    if (node_get_text(git, "branch").len)
        return arena_printf(arena, "branch/%s", node_get_str(git, "branch"));
    return "";
}

static const struct node *repository_of(const struct node *values, struct span name)
{
    NODE_FOREACH_ITEM (repository, node_get(values, "helmRepositories"))
        if (span_eq(node_get_text(repository, "name"), name))
            return repository;
    return NULL;
}

struct span umbrella_repository(const struct node *values, const struct node *package)
{
    const struct node *from = node_get(package, "helmRepo");

    return node_get_text(repository_of(values, node_get_text(from, "repoName")), "repository");
}
