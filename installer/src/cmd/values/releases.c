// SPDX-License-Identifier: Apache-2.0
// The releases of a tree, without a cluster.
#include "cmd/values/releases.h"

#include <stdlib.h>

#include "base/opt.h"
#include "controller/release.h"

// --- a release ---

static struct input *input_of(const struct deep *deep, const struct deep_by *by)
{
    struct input *input = MEM_NEW(struct input);

    input->label = by->label;
    input->by = by;
    input->chart = by->chart;
    input->given_doc = by->values->doc;
    input->given = by->values->values;
    input->rendering = by->result ? by->result->rendering : NULL;
    input->arena = arena_new();
    input->target = artifacts_values_target(input->arena, deep, by);
    artifacts_values_layers(deep, by, &input->layers);
    return input;
}

// --- all of them ---

static int open_tree(struct command_env *env, const struct input_options *o, const char *entrypoint,
                     struct releases *releases, struct err **err)
{
    struct artifacts_from from = input_from(env, o);
    struct artifacts_deep_options options = {.loop = env->loop,
                                             .entrypoint = entrypoint,
                                             .kube_version = o->kube_version,
                                             .report = env->report,
                                             .track_reads = true,
                                             .keep = true};

    struct artifacts_end end CLEANUP(artifacts_close_end) = {0};

    if (entrypoint) {
        if (artifacts_open_end(entrypoint, releases->other, &end, err) < 0)
            return -1;
        options.entrypoint = end.folder;
        options.files = end.revision.files;
    }
    if (artifacts_open_remote(&from, &releases->remote, err) < 0)
        return -1;
    options.http = releases->remote.http;
    options.bundle = releases->remote.bundle;
    options.lock = releases->remote.lock;
    releases->deep = artifacts_deep(&options, err);
    if (!releases->deep)
        return -1;
    VEC_FOREACH (const struct deep_by *const *, it, &releases->deep->appliers)
        if ((*it)->kind == DEEP_RELEASE && (*it)->chart && (*it)->values)
            vec_push(&releases->items, input_of(releases->deep, *it));
    return 0;
}

static int open_chart(struct command_env *env, const struct input_options *o,
                      struct releases *releases, struct err **err)
{
    struct input *input = MEM_NEW(struct input);

    vec_push(&releases->items, input);
    return input_open(env, o, input, err);
}

int releases_open(struct command_env *env, const struct input_options *o, const char *entrypoint,
                  struct releases *releases, struct err **err)
{
    if (o->chart)
        return open_chart(env, o, releases, err);
    if (o->files.len || o->set.len || o->set_string.len) {
        err_set(err, ERR_USAGE, "files of values and --set go with --chart only");
        return err_hint(err, "the values of a release of the tree are those of its HelmRelease");
    }
    return open_tree(env, o, entrypoint, releases, err);
}

void releases_close(struct releases *releases)
{
    VEC_FOREACH (struct input *const *, it, &releases->items) {
        input_close(*it);
        free(*it);
    }
    vec_free(&releases->items);
    deep_free(releases->deep);
    artifacts_close_remote(&releases->remote);
}

// --- by name ---

static bool is_called(const struct input *input, struct span name)
{
    struct span rest = name, space, only;

    (void)span_skip(&rest, "HelmRelease ");
    if (!span_cut(rest, '/', &space, &only))
        return span_eq(input->by->id.name, rest);
    return span_eq(input->by->id.ns, space) && span_eq(input->by->id.name, only);
}

static struct input *refuse(const struct releases *releases, const char *name, const char *why,
                            struct err **err)
{
    struct buf list CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    VEC(const char *) names = {0};
    const char *nearest = NULL;

    VEC_FOREACH (struct input *const *, it, &releases->items) {
        const struct identity *id = &(*it)->by->id;

        vec_push(&names, arena_span(arena, id->name).ptr);
        vec_push(&names, arena_printf(arena, "%.*s/%.*s", SPAN_ARG(id->ns), SPAN_ARG(id->name)));
        buf_printf(&list, "%s%s", list.len ? ", " : "", names.items[names.len - 1]);
    }
    if (name)
        nearest = opt_nearest(name, names.items, names.len);
    err_set(err, ERR_USAGE, "%s%s%s", why, name ? " " : "", name ? name : "");
    if (nearest)
        err_hint(err, "did you mean %s? There are %s", nearest, buf_str(&list));
    else
        err_hint(err, "there are %s", list.len ? buf_str(&list) : "none");
    vec_free(&names);
    return NULL;
}

struct input *releases_find(const struct releases *releases, const char *name, struct err **err)
{
    struct input *found = NULL;

    if (!releases->deep || (!name && releases->items.len == 1))
        return releases->items.items[0];
    if (!name)
        return refuse(releases, NULL, "which release is meant is not said", err);
    VEC_FOREACH (struct input *const *, it, &releases->items) {
        if (!is_called(*it, span_str(name)))
            continue;
        if (found)
            return refuse(releases, name, "there are several HelmReleases called", err);
        found = *it;
    }
    return found ? found : refuse(releases, name, "the tree has no HelmRelease", err);
}

// --- through the umbrella ---

static const struct input *input_by(const struct releases *releases, const struct deep_by *by)
{
    VEC_FOREACH (struct input *const *, it, &releases->items)
        if ((*it)->by == by)
            return *it;
    return NULL;
}

bool releases_trace_back(const struct releases *releases, const struct input *package,
                         const char *label, const char *path, const struct node *value,
                         struct arena *arena, struct handed_on *found)
{
    struct artifacts_handed_on handed;

    if (!releases->deep ||
        !artifacts_trace_back(releases->deep, package->by, label, path, value, arena, &handed))
        return false;
    *found = (struct handed_on){input_by(releases, handed.umbrella), handed.object, handed.file,
                                handed.path, handed.keys};
    return found->umbrella != NULL;
}
