// SPDX-License-Identifier: Apache-2.0
// The command `bundle lock`.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/bundle.h"
#include "cmd/bundle/print.h"
#include "io/http.h"
#include "model/lock.h"
#include "work/artifacts.h"

struct lock_options {
    struct command_common common;
    const char *entrypoint;
    const char *file;
    const char *platforms;
    const char *kube_version;
    const char *ca_file;
    bool airgap;
    bool lab;
    bool check;
};

#define AT(field) offsetof(struct lock_options, field)

static const struct opt lock_table[] = {
    COMMAND_ENTRYPOINT_OPTION(struct lock_options),
    {.type = OPT_TEXT,
     .name = "file",
     .letter = 'o',
     .value = "FILE",
     .offset = AT(file),
     .help = "the lock to write (bundles/sandbox.lock)"},
    {.type = OPT_TEXT,
     .name = "platform",
     .value = "NAMES",
     .offset = AT(platforms),
     .help = "what images are for, separated by commas (linux/amd64)"},
    {.type = OPT_TEXT,
     .name = "kube-version",
     .value = "VERSION",
     .offset = AT(kube_version),
     .help = "the version of Kubernetes that charts are rendered for (" LOCK_KUBE_VERSION ")"},
    {.type = OPT_FLAG,
     .name = "airgap",
     .offset = AT(airgap),
     .help = "pin the pause images of the known container runtimes, too"},
    {.type = OPT_FLAG,
     .name = "check",
     .offset = AT(check),
     .help = "write nothing; exit 11 when the lock would change"},
    COMMAND_CA_FILE_OPTION(struct lock_options),
    {.type = OPT_FLAG,
     .name = "lab",
     .offset = AT(lab),
     .help = "mark the lock as made in the lab, from look-alikes"},
    COMMAND_COMMON_OPTIONS,
};

static void lock_defaults(void *options)
{
    struct lock_options *o = options;

    o->entrypoint = ARTIFACTS_ENTRYPOINT;
    o->file = ARTIFACTS_LOCK;
    o->platforms = LOCK_PLATFORM;
}

// What is there but cannot be read is neither.
static int compare(const char *file, struct span text, bool *same, struct err **err)
{
    struct buf there CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);

    *same = false;
    if (access(file, F_OK) < 0)
        return 0;
    if (file_read(AT_FDCWD, file, &there, err) < 0)
        return -1;
    *same = span_eq(buf_span(&there), text);
    return 0;
}

static void print(struct command_env *env, const struct lock *lock, const char *file, bool same)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d);
    size_t count;

    lock_entries(lock, &count);
    if (!env->json) {
        buf_printf(env->out, "%s: %zu artifact%s, %s\n", file, count, PLURAL(count),
                   same ? "unchanged" : "changed");
        return;
    }
    node_set_str(d, root, "lock", span_str(file));
    node_set(d, root, SPAN("artifacts"), node_new_int(d, (int64_t)count));
    node_set(d, root, SPAN("changed"), node_new_bool(d, !same));
    print_json(env, root);
}

// The place of the real lock is not for one that was made from look-alikes.
static int check_place(const struct lock_options *o, struct err **err)
{
    if (!o->lab || strcmp(o->file, ARTIFACTS_LOCK) != 0)
        return 0;
    err_set(err, ERR_USAGE, "%s is not for a lock that is made in the lab", o->file);
    return err_hint(err, "name another file with -o");
}

static int lock_run(struct command_env *env, const void *options, struct err **err)
{
    const struct lock_options *o = options;
    struct http_options http_options = {.report = env->report, .ca_file = o->ca_file};
    struct artifacts_lock_options lock_options = {.entrypoint = o->entrypoint,
                                                  .platforms = o->platforms,
                                                  .kube_version = o->kube_version,
                                                  .airgap = o->airgap,
                                                  .lab = o->lab,
                                                  .report = env->report};
    struct http *http CLEANUP(http_cleanup) = NULL;
    struct lock *lock CLEANUP(lock_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    bool same;

    if (check_place(o, err) < 0 || (!o->check && file_can_write(o->file, err) < 0))
        return -1;
    http = http_new(env->loop, &http_options, err);
    lock = http ? artifacts_lock(env->loop, http, &lock_options, err) : NULL;
    if (!lock)
        return -1;
    lock_format(lock, &text);
    if (buf_check(&text, ERR_CONFIG, "the lock", err) < 0)
        return -1;
    if (compare(o->file, buf_span(&text), &same, err) < 0)
        return -1;
    if (!same && !o->check && file_write(o->file, buf_span(&text), FILE_PUBLIC, err) < 0)
        return -1;
    print(env, lock, o->file, same);
    if (!same && o->check)
        return err_set(err, ERR_CHANGES, "%s does not pin what the tree reaches now", o->file);
    return 0;
}

const struct command cmd_bundle_lock = {
    .spec =
        {
            .name = "bundle lock",
            .summary = "pin everything that the tree reaches to a digest or commit",
            .details =
                "Renders the entrypoint and follows it: remote files, git repositories, Flux\n"
                "Kustomizations into their sources, releases with their charts rendered, down\n"
                "to every object that will be in the cluster and the images that it runs.\n"
                "What a chart asks the cluster is answered for the lock's version of Kubernetes\n"
                "and with the tree's own definitions; the lock lists it under 'decisions'.\n"
                "For a cluster without the Internet, --airgap adds what no tree names: the images\n"
                "that container runtimes start every pod with, under the runtimes' own names.",
            .options = lock_table,
            .option_count = ARRAY_LEN(lock_table),
        },
    .options_size = sizeof(struct lock_options),
    .defaults = lock_defaults,
    .run = lock_run,
};
