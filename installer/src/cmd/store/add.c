// SPDX-License-Identifier: Apache-2.0
// The command `store add`.
#include "cmd/store.h"
#include "cmd/store/print.h"
#include "work/artifacts.h"

static const struct opt add_table[] = {
    {.type = OPT_OPERAND, .value = "BUNDLE", .offset = STORE_AT(bundle), .help = "the bundle"},
    STORE_OPTION,
    {.type = OPT_SIZE,
     .name = "budget",
     .value = "SIZE",
     .offset = STORE_AT(budget),
     .help = "what the store may take at most: 500M, 20Gi (no limit)"},
    COMMAND_LAB_OPTION(struct store_options),
    COMMAND_COMMON_OPTIONS,
};

static void print(struct command_env *env, const struct blobstore *s, const struct bundle *b,
                  const struct blobstore_sum *copied)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root;

    if (!env->json) {
        buf_printf(env->out, "%s: added %s, %zu blob%s and %llu bytes copied\n", blobstore_path(s),
                   DIGEST_TEXT(bundle_identity(b)), copied->blobs, PLURAL(copied->blobs),
                   (unsigned long long)copied->bytes);
        return;
    }
    root = print_store(d, s);
    node_set_str(d, root, "bundle", span_str(bundle_path(b)));
    node_set_str(d, root, "identity", span_str(DIGEST_TEXT(bundle_identity(b))));
    node_set(d, root, SPAN("copied"), print_sum(d, copied));
    print_line(env, root);
}

// What its blobs say is looked at first, so that nothing is copied of what could not be served.
static int add_run(struct command_env *env, const void *options, struct err **err)
{
    const struct store_options *o = options;
    struct bundle *b CLEANUP(bundle_cleanup) = artifacts_open_bundle(o->bundle, o->lab, err);
    struct blobstore *s CLEANUP(blobstore_cleanup) = NULL;
    struct blobstore_sum copied;

    if (!b || artifacts_verify_content(b, env->cancel, err) < 0)
        return -1;
    s = blobstore_open(o->store, BLOBSTORE_MAKE, o->budget, err);
    if (!s || store_copy(s, b, env->report, env->cancel, &copied, err) < 0 ||
        store_install(s, b, err) < 0)
        return -1;
    print(env, s, b, &copied);
    return 0;
}

const struct command cmd_store_add = {
    .spec =
        {.name = "store add",
         .summary = "put a bundle into a blob store",
         .details =
             "Copies the blobs that are not there yet, each verified on its way; bundles share\n"
             "what they have in common. An interrupted one goes on where it was. The newest\n"
             "bundle is the first that 'sandstrap serve --store' looks at.",
         .options = add_table,
         .option_count = ARRAY_LEN(add_table)},
    .options_size = sizeof(struct store_options),
    .defaults = store_defaults,
    .run = add_run,
};
