// SPDX-License-Identifier: Apache-2.0
// The commands `store collect` and `store verify`.
#include "cmd/store.h"
#include "cmd/store/print.h"

static const struct opt collect_table[] = {
    STORE_OPTION,
    {.type = OPT_FLAG,
     .name = "dry-run",
     .offset = STORE_AT(dry_run),
     .help = "delete nothing, say what would be freed"},
    COMMAND_COMMON_OPTIONS,
};

static const struct opt verify_table[] = {
    STORE_OPTION,
    COMMAND_COMMON_OPTIONS,
};

static void print(struct command_env *env, const struct blobstore *s, const char *key,
                  const char *words, const struct blobstore_sum *sum)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root;

    if (!env->json) {
        buf_printf(env->out, "%s: %s %zu blob%s, %llu bytes\n", blobstore_path(s), words,
                   sum->blobs, PLURAL(sum->blobs), (unsigned long long)sum->bytes);
        return;
    }
    root = print_store(d, s);
    node_set(d, root, span_str(key), print_sum(d, sum));
    print_line(env, root);
}

static int collect_run(struct command_env *env, const void *options, struct err **err)
{
    const struct store_options *o = options;
    struct blobstore *s CLEANUP(blobstore_cleanup) =
        blobstore_open(o->store, o->dry_run ? BLOBSTORE_READ : BLOBSTORE_CHANGE, 0, err);
    struct blobstore_sum freed;

    if (!s || store_collect(s, o->dry_run, &freed, err) < 0)
        return -1;
    print(env, s, o->dry_run ? "wouldFree" : "freed", o->dry_run ? "would free" : "freed", &freed);
    return 0;
}

static int verify_run(struct command_env *env, const void *options, struct err **err)
{
    const struct store_options *o = options;
    struct blobstore *s CLEANUP(blobstore_cleanup) =
        blobstore_open(o->store, BLOBSTORE_CHANGE, 0, err);
    struct blobstore_sum verified;

    if (!s || store_verify(s, env->report, env->cancel, &verified, err) < 0)
        return -1;
    print(env, s, "verified", "verified", &verified);
    return 0;
}

const struct command cmd_store_collect = {
    .spec = {.name = "store collect",
             .summary = "delete what no bundle of a blob store names",
             .details =
                 "Whoever is being served goes on; what an interrupted 'store add' left goes.",
             .options = collect_table,
             .option_count = ARRAY_LEN(collect_table)},
    .options_size = sizeof(struct store_options),
    .defaults = store_defaults,
    .run = collect_run,
};

const struct command cmd_store_verify = {
    .spec = {.name = "store verify",
             .summary = "check every byte of a blob store",
             .details =
                 "Wrong blobs are taken away, so that they are never served. Exit code 5, and\n"
                 "the bundle and artifact by name, when anything is wrong or missing.",
             .options = verify_table,
             .option_count = ARRAY_LEN(verify_table)},
    .options_size = sizeof(struct store_options),
    .defaults = store_defaults,
    .run = verify_run,
};
