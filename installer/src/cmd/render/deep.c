// SPDX-License-Identifier: Apache-2.0
// `render --deep`: where the two ends come from, and where the result goes.
#include "cmd/render/deep.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

// What both ends share.
struct ends {
    struct command_env *env;
    const struct deep_command *options;
    struct artifacts_remote remote;
};

static void ends_close(struct ends *e)
{
    artifacts_close_remote(&e->remote);
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

// A folder of a tree, or a bundle with the tree in it.
static struct deep *open_end(struct ends *e, const char *end, struct err **err)
{
    const struct deep_command *o = e->options;
    const char *other = end == o->folder ? o->other : o->folder;
    struct bundle *own CLEANUP(bundle_cleanup) = NULL;
    struct artifacts_end from CLEANUP(artifacts_close_end) = {0};
    struct artifacts_deep_options options = {
        .loop = e->env->loop,
        .http = e->remote.http,
        .bundle = e->remote.bundle,
        .lock = e->remote.lock,
        .entrypoint = end,
        .kube_version = o->kube_version,
        .report = e->env->report,
        .track_transformers = o->origin,
    };
    struct deep *deep;

    if (e->remote.bundle && access(end, F_OK) < 0 && strcmp(end, ARTIFACTS_ENTRYPOINT) == 0)
        options.entrypoint = NULL; // the tree in it
    if (is_file(end)) {
        own = artifacts_open_bundle(end, o->from.lab, err);
        if (!own)
            return NULL;
        options.bundle = own;
        options.entrypoint = NULL;
        options.inside = true;
    } else if (options.entrypoint) {
        if (artifacts_open_end(end, other, &from, err) < 0)
            return NULL;
        options.entrypoint = from.folder;
        options.files = from.revision.files;
    }
    deep = artifacts_deep(&options, err);
    if (!deep)
        err_wrap(err, "%s", end);
    return deep;
}

static enum file_access access_of(const struct deep *deep)
{
    VEC_FOREACH (const struct deep_object *, it, &deep->objects)
        if (span_is(it->id.kind, "Secret") && span_is(it->id.group, ""))
            return FILE_PRIVATE;
    return FILE_PUBLIC;
}

static int run_one(struct ends *e, struct err **err)
{
    const struct deep_command *o = e->options;
    struct deep *deep CLEANUP(deep_cleanup) = open_end(e, o->folder, err);
    struct deep_print print = {e->env->json, o->origin, e->env->cancel};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!deep)
        return -1;
    if (!o->write)
        return deep_print_objects(deep, &print, e->env->out, err);
    if (span_ends(span_str(o->write), "/"))
        return deep_print_folder(deep, &print, o->write, err);
    if (deep_print_objects(deep, &print, &out, err) < 0 ||
        buf_check(&out, ERR_CONFIG, "the result", err) < 0)
        return -1;
    return file_write(o->write, buf_span(&out), access_of(deep), err);
}

// Random values, and all that is made of them, differ between two builds of one end.
static int find_randoms(struct ends *e, const char *end, const struct deep *deep,
                        struct deep_randoms *randoms, struct err **err)
{
    struct deep *again CLEANUP(deep_cleanup) = NULL;

    if (!deep->is_random)
        return 0;
    again = open_end(e, end, err);
    if (!again)
        return -1;
    deep_randoms_add(randoms, deep, again);
    return 0;
}

static int run_difference(struct ends *e, struct err **err)
{
    const struct deep_command *o = e->options;
    struct deep *a CLEANUP(deep_cleanup) = NULL;
    struct deep *b CLEANUP(deep_cleanup) = NULL;
    struct deep_randoms randoms CLEANUP(deep_randoms_free) = {0};
    size_t changed;

    if (!o->other)
        return err_set(err, ERR_USAGE, "--diff takes two folders, revisions or bundles");
    a = open_end(e, o->folder, err);
    b = a ? open_end(e, o->other, err) : NULL;
    if (!b || find_randoms(e, o->folder, a, &randoms, err) < 0 ||
        find_randoms(e, o->other, b, &randoms, err) < 0)
        return -1;
    changed = deep_print_difference(a, b, &randoms, e->env->json, e->env->out);
    return changed
               ? err_set(err, ERR_CHANGES, "%zu %s between %s and %s", changed,
                         changed == 1 ? "object differs" : "objects differ", o->folder, o->other)
               : 0;
}

int deep_run(struct command_env *env, const struct deep_command *o, struct err **err)
{
    struct ends e CLEANUP(ends_close) = {.env = env, .options = o};

    if (!o->diff && o->other)
        return err_set(err, ERR_USAGE, "%s: a second folder only goes with --diff", o->other);
    if (artifacts_open_remote(&o->from, &e.remote, err) < 0)
        return -1;
    return o->diff ? run_difference(&e, err) : run_one(&e, err);
}
