// SPDX-License-Identifier: Apache-2.0
// The command `render`.
#include "cmd/render.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/render/deep.h"
#include "cmd/render/print.h"
#include "model/kustomize.h"
#include "work/artifacts.h"

struct render_options {
    struct command_common common;
    const char *folder;
    const char *other;
    const char *write;
    const char *order;
    const char *restrictor;
    const char *bundle;
    const char *lock;
    const char *ca_file;
    const char *kube_version;
    bool deep;
    bool diff;
    bool origin;
    bool lab;
};

#define AT(field) offsetof(struct render_options, field)

static const struct opt render_table[] = {
    {.type = OPT_OPERAND,
     .value = "[FOLDER]",
     .offset = AT(folder),
     .help = "folder with a kustomization.yaml (clusters/sandbox), or REVISION[:PATH] of git"},
    {.type = OPT_OPERAND,
     .value = "[OTHER]",
     .offset = AT(other),
     .help = "a second one, for --diff"},
    {.type = OPT_TEXT,
     .name = "write",
     .letter = 'o',
     .value = "FILE|DIR/",
     .offset = AT(write),
     .help = "write to a file, or one file per object into a folder"},
    {.type = OPT_CHOICE,
     .name = "order",
     .value = "legacy|none",
     .offset = AT(order),
     .help = "as kustomize prints by default, or in the order of the tree (legacy)",
     .choices = "legacy|none"},
    {.type = OPT_FLAG,
     .name = "origin",
     .offset = AT(origin),
     .help = "say which files each object and field came from"},
    {.type = OPT_FLAG,
     .name = "deep",
     .offset = AT(deep),
     .help = "down to every object that Flux and Helm would make of it, layer by layer"},
    {.type = OPT_TEXT,
     .name = "kube-version",
     .value = "VERSION",
     .offset = AT(kube_version),
     .help = "with --deep: the version of Kubernetes that charts are rendered for"},
    {.type = OPT_FLAG,
     .name = "diff",
     .offset = AT(diff),
     .help = "show what differs between FOLDER and OTHER; exit code 11 when anything does"},
    {.type = OPT_CHOICE,
     .name = "load-restrictor",
     .value = "root|none",
     .offset = AT(restrictor),
     .help = "whether files may lie outside of their kustomization's folder (root: no)",
     .choices = "root|none"},
    COMMAND_BUNDLE_OPTION(struct render_options),
    {.type = OPT_TEXT,
     .name = "lock",
     .value = "FILE",
     .offset = AT(lock),
     .help = "check what is remote against this lock (bundles/sandbox.lock)"},
    COMMAND_CA_FILE_OPTION(struct render_options),
    COMMAND_LAB_OPTION(struct render_options),
    COMMAND_COMMON_OPTIONS,
};

// Opens what remote resources come from when the first is asked for: most trees need none, and
// the libraries for the network cost more than a small build.
struct remote {
    struct kustomize_resolver base;
    struct command_env *env;
    const struct render_options *options;
    struct artifacts_remote from;
    struct kustomize_resolver *inner;
};

static struct artifacts_from from_of(const struct command_env *env, const struct render_options *o)
{
    return (struct artifacts_from){o->bundle, o->lock, o->ca_file, o->lab, env->loop, env->report};
}

static int open_remote(struct remote *r, struct err **err)
{
    struct artifacts_from from = from_of(r->env, r->options);

    if (r->inner)
        return 0;
    if (artifacts_open_remote(&from, &r->from, err) < 0)
        return -1;
    r->inner = r->from.bundle
                   ? artifacts_bundle_resolver(r->from.bundle)
                   : artifacts_resolver(r->env->loop, r->from.http, r->from.lock, r->env->report);
    return 0;
}

static int remote_file(struct kustomize_resolver *base, const char *url, struct buf *out,
                       struct err **err)
{
    struct remote *r = (struct remote *)base;
    return open_remote(r, err) < 0 ? -1 : r->inner->ops->file(r->inner, url, out, err);
}

static struct kustomize_tree *remote_git(struct kustomize_resolver *base,
                                         const struct kustomize_git *git, struct err **err)
{
    struct remote *r = (struct remote *)base;
    return open_remote(r, err) < 0 ? NULL : r->inner->ops->git(r->inner, git, err);
}

static const struct kustomize_resolver_ops remote_ops = {remote_file, remote_git};

static void remote_close(struct remote *r)
{
    artifacts_resolver_free(r->inner);
    artifacts_close_remote(&r->from);
}

static int build(const struct render_options *o, struct remote *remote,
                 const struct artifacts_end *end, struct kustomize_result *result, struct err **err)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_disk("/", err);
    char *cwd CLEANUP(mem_cleanup) = realpath(".", NULL);
    if (!tree)
        return -1;
    if (!cwd)
        return err_set_errno(err, ERR_CONFIG, errno, "the working directory");
    char *path CLEANUP(mem_cleanup) = path_join(cwd, end->folder);
    struct kustomize_options options = {
        .tree = end->revision.files ? end->revision.files : tree,
        .folder = path,
        .relative_to = cwd,
        .resolver = &remote->base,
        .report = remote->env->report,
        .cancel = remote->env->cancel,
        .load_any = strcmp(o->restrictor, "none") == 0,
        .track_transformers = o->origin,
    };
    return kustomize_build(&options, result, err);
}

static int render_one(struct command_env *env, const struct render_options *o,
                      struct remote *remote, struct err **err)
{
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    struct print_options print = {env->json, o->origin, strcmp(o->order, "none") == 0, env->cancel};
    struct artifacts_end end CLEANUP(artifacts_close_end) = {0};
    if (artifacts_open_end(o->folder, NULL, &end, err) < 0 ||
        build(o, remote, &end, &result, err) < 0)
        return -1;
    if (!o->write)
        return print_objects(&result, &print, env->out, err);
    if (span_ends(span_str(o->write), "/"))
        return print_to_folder(&result, &print, o->write, err);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    if (print_objects(&result, &print, &out, err) < 0 ||
        buf_check(&out, ERR_CONFIG, "the result", err) < 0)
        return -1;
    return file_write(o->write, buf_span(&out), print_access(&result), err);
}

static int render_difference(struct command_env *env, const struct render_options *o,
                             struct remote *remote, struct err **err)
{
    struct kustomize_result a CLEANUP(kustomize_result_free) = {0};
    struct kustomize_result b CLEANUP(kustomize_result_free) = {0};
    struct artifacts_end old CLEANUP(artifacts_close_end) = {0};
    struct artifacts_end new CLEANUP(artifacts_close_end) = {0};
    if (!o->other)
        return err_set(err, ERR_USAGE, "--diff takes two folders or revisions");
    if (artifacts_open_end(o->folder, o->other, &old, err) < 0 ||
        artifacts_open_end(o->other, o->folder, &new, err) < 0 ||
        build(o, remote, &old, &a, err) < 0 || build(o, remote, &new, &b, err) < 0)
        return -1;
    size_t changed = (env->json ? print_difference_json : print_difference)(&a, &b, env->out);
    return changed
               ? err_set(err, ERR_CHANGES, "%zu %s between %s and %s", changed,
                         changed == 1 ? "object differs" : "objects differ", o->folder, o->other)
               : 0;
}

static int render_deep(struct command_env *env, const struct render_options *o, struct err **err)
{
    struct deep_command command = {.folder = o->folder,
                                   .other = o->other,
                                   .write = o->write,
                                   .from = from_of(env, o),
                                   .kube_version = o->kube_version,
                                   .diff = o->diff,
                                   .origin = o->origin};

    return deep_run(env, &command, err);
}

static void render_defaults(void *options)
{
    struct render_options *o = options;
    o->folder = ARTIFACTS_ENTRYPOINT;
    o->order = "legacy";
    o->restrictor = "root";
}

static int render_run(struct command_env *env, const void *options, struct err **err)
{
    const struct render_options *o = options;
    env->document = true;
    if (o->deep)
        return render_deep(env, o, err);
    if (o->kube_version)
        return err_set(err, ERR_USAGE, "--kube-version says nothing without --deep");
    struct remote remote CLEANUP(remote_close) = {.base = {&remote_ops}, .env = env, .options = o};
    if (o->diff)
        return render_difference(env, o, &remote, err);
    if (o->other)
        return err_set(err, ERR_USAGE, "%s: a second folder only goes with --diff", o->other);
    return render_one(env, o, &remote, err);
}

const struct command cmd_render = {
    .spec =
        {
            .name = "render",
            .summary = "build a kustomization as kustomize does",
            .details = "Needs no cluster and no kustomize. Remote resources come from the bundle,\n"
                       "the content cache or the network, checked against the lock. A file\n"
                       "with a Secret in it is readable by its owner only.",
            .options = render_table,
            .option_count = ARRAY_LEN(render_table),
        },
    .options_size = sizeof(struct render_options),
    .defaults = render_defaults,
    .run = render_run,
};
