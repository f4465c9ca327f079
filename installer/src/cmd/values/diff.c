// SPDX-License-Identifier: Apache-2.0
// The command `values diff`.
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/values.h"
#include "cmd/values/print.h"
#include "cmd/values/releases.h"

struct diff_options {
    struct input_options input;
    const char *before, *after, *release;
};

static const struct opt diff_table[] = {
    {.type = OPT_OPERAND,
     .value = "OLD",
     .offset = offsetof(struct diff_options, before),
     .help = "entrypoint: a folder, or REVISION[:PATH] of git; or a chart: a folder, an archive, a "
             "URL"},
    {.type = OPT_OPERAND,
     .value = "NEW",
     .offset = offsetof(struct diff_options, after),
     .help = "another one"},
    INPUT_RELEASE(struct diff_options),
    INPUT_OPTIONS(struct diff_options),
    COMMAND_COMMON_OPTIONS,
};

static void diff_defaults(void *options)
{
    input_defaults(options);
}

// A folder with a Chart.yaml, or what is no folder.
static bool is_chart(const char *path)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct stat st;

    if (artifacts_is_chart_reference(path))
        return true;
    if (stat(path, &st) < 0)
        return false;
    return !S_ISDIR(st.st_mode) || access(arena_printf(arena, "%s/Chart.yaml", path), F_OK) == 0;
}

static int open_end(struct command_env *env, const struct diff_options *o, const char *path,
                    struct releases *releases, struct err **err)
{
    struct input_options options = o->input;

    releases->other = path == o->before ? o->after : o->before;

    options.chart = is_chart(path) ? path : NULL;
    return releases_open(env, &options, path, releases, err);
}

static const struct node *effective(struct input *input, struct err **err)
{
    if (!input || input_look(input, err) == 0)
        return input ? values_effective(input->view, NULL) : NULL;
    return NULL;
}

static struct input *same(const struct releases *releases, const char *label)
{
    VEC_FOREACH (struct input *const *, it, &releases->items)
        if (*it && (!label || strcmp((*it)->label, label) == 0))
            return *it;
    return NULL;
}

static int compare(const char *label, struct input *before, struct input *after,
                   struct print_changes *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const struct node *old = effective(before, err),
                      *new = old || !before ? effective(after, err) : NULL;
    values_changes changes = {0};

    if ((before && !old) || (after && !new))
        return -1;
    values_diff(arena, old, new, &changes);
    print_changes_add(out, &changes, label);
    vec_free(&changes);
    return 0;
}

// Releases of the new end that the old one has not, last.
static int compare_all(const struct releases *before, const struct releases *after,
                       const struct input *only, struct print_changes *out, struct err **err)
{
    for (size_t i = 0; i < before->items.len; i++) {
        struct input *one = before->items.items[i];

        if (!one || (only && one != only))
            continue;
        if (compare(one->label, one, same(after, one->label), out, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < after->items.len && !only; i++) {
        struct input *one = after->items.items[i];

        if (one && !same(before, one->label) && compare(one->label, NULL, one, out, err) < 0)
            return -1;
    }
    return 0;
}

static int diff_run(struct command_env *env, const void *options, struct err **err)
{
    const struct diff_options *o = options;
    struct releases before CLEANUP(releases_close) = {0}, after CLEANUP(releases_close) = {0};
    struct print_changes out = {.json = env->json, .out = env->out};
    struct input *only = NULL;

    if (o->input.chart || is_chart(o->before) != is_chart(o->after)) {
        err_set(err, ERR_USAGE, "two charts or two entrypoints are compared");
        return err_hint(err, "sandstrap values diff OLD NEW");
    }
    if (open_end(env, o, o->before, &before, err) < 0 ||
        open_end(env, o, o->after, &after, err) < 0)
        return -1;
    if (o->release && before.deep && !(only = releases_find(&before, o->release, err)))
        return -1;
    if (compare_all(&before, &after, only, &out, err) < 0)
        return -1;
    print_changes_end(&out);
    return 0;
}

const struct command cmd_values_diff = {
    .spec =
        {
            .name = "values diff",
            .summary = "list the values that differ between two trees or two charts",
            .details = "What the templates see: of each release of two entrypoints, or of two\n"
                       "versions of a chart with the same files of values. Needs no cluster.",
            .options = diff_table,
            .option_count = ARRAY_LEN(diff_table),
        },
    .options_size = sizeof(struct diff_options),
    .defaults = diff_defaults,
    .run = diff_run,
};
