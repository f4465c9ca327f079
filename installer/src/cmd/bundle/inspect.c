// SPDX-License-Identifier: Apache-2.0
// The commands `bundle verify` and `bundle inspect`.
#include "base/mem.h"
#include "base/url.h"
#include "cmd/bundle.h"
#include "cmd/bundle/print.h"
#include "work/artifacts.h"

struct file_options {
    struct command_common common;
    const char *file;
};

static const struct opt file_table[] = {
    {.type = OPT_OPERAND,
     .value = "[FILE]",
     .offset = offsetof(struct file_options, file),
     .help = "the bundle (bundles/sandbox.bundle)"},
    COMMAND_COMMON_OPTIONS,
};

static void file_defaults(void *options)
{
    ((struct file_options *)options)->file = ARTIFACTS_BUNDLE;
}

static int verify_run(struct command_env *env, const void *options, struct err **err)
{
    const struct file_options *o = options;
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(o->file, err);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    if (!b || bundle_verify(b, err) < 0)
        return -1;
    if (env->json)
        print_json(env, print_bundle(d, b));
    else
        buf_printf(env->out, "%s: verified, sha256:%s, %llu bytes\n", o->file, bundle_identity(b),
                   (unsigned long long)bundle_size(b));
    return 0;
}

static uint64_t size_of(const struct bundle *b, const struct bundle_artifact *a)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b, &count);
    uint64_t sum = 0;

    for (size_t i = 0; i < a->blob_count; i++)
        sum += blobs[a->blobs[i]].size;
    return sum;
}

static void inspect_text(const struct bundle *b, struct buf *out)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);
    struct span origin = bundle_origin(b);

    buf_printf(out,
               "identity  sha256:%s\norigin    %.*s\nlock      sha256:%.*s\nbytes     %llu\n\n",
               bundle_identity(b), SPAN_ARG(origin), SPAN_ARG(bundle_lock_digest(b)),
               (unsigned long long)bundle_size(b));
    buf_printf(out, "%-6s %12s  %s\n", "KIND", "BYTES", "NAME");
    for (size_t i = 0; i < count; i++) {
        char *name CLEANUP(mem_cleanup) = url_masked(all[i].name.ptr);

        buf_printf(out, "%-6s %12llu  %s", bundle_kind_name(all[i].kind),
                   (unsigned long long)size_of(b, &all[i]), name);
        if (all[i].version.len)
            buf_printf(out, " at %.*s", SPAN_ARG(all[i].version));
        if (all[i].revision.len)
            buf_printf(out, " (%.*s)", SPAN_ARG(all[i].revision));
        buf_add_char(out, '\n');
    }
}

static void inspect_json(struct command_env *env, const struct bundle *b)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = print_bundle(d, b), *list = node_new_seq(d);
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);
    char *lock CLEANUP(mem_cleanup) = NULL;

    for (size_t i = 0; i < count; i++) {
        struct node *n = node_new_map(d);
        char *name CLEANUP(mem_cleanup) = url_masked(all[i].name.ptr);

        node_set_str(d, n, "kind", span_str(bundle_kind_name(all[i].kind)));
        node_set_str(d, n, "name", span_str(name));
        node_set_str(d, n, "version", all[i].version);
        node_set_str(d, n, "revision", all[i].revision);
        node_set(d, n, SPAN("bytes"), node_new_int(d, (int64_t)size_of(b, &all[i])));
        node_push(d, list, n);
    }
    lock = mem_printf("sha256:%.*s", SPAN_ARG(bundle_lock_digest(b)));
    node_set_str(d, root, "origin", bundle_origin(b));
    node_set_str(d, root, "lock", span_str(lock));
    node_set(d, root, SPAN("artifacts"), list);
    print_json(env, root);
}

static int inspect_run(struct command_env *env, const void *options, struct err **err)
{
    const struct file_options *o = options;
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(o->file, err);

    if (!b)
        return -1;
    if (env->json)
        inspect_json(env, b);
    else
        inspect_text(b, env->out);
    return 0;
}

const struct command cmd_bundle_verify = {
    .spec = {.name = "bundle verify",
             .summary = "check every byte of a bundle",
             .details = "Needs no network. Exit code 5, and the region or artifact by name, when\n"
                        "anything is not as it was written.",
             .options = file_table,
             .option_count = ARRAY_LEN(file_table)},
    .options_size = sizeof(struct file_options),
    .defaults = file_defaults,
    .run = verify_run,
};

const struct command cmd_bundle_inspect = {
    .spec = {.name = "bundle inspect",
             .summary = "list what is in a bundle",
             .options = file_table,
             .option_count = ARRAY_LEN(file_table)},
    .options_size = sizeof(struct file_options),
    .defaults = file_defaults,
    .run = inspect_run,
};
